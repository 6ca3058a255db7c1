"""The scenes of the demo newsroom: each function returns the layers of one, from the back to the front."""
