"""What is wrong with anybody's feed, read from its bytes alone: no check shares a helper with a writer."""
