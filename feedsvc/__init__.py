"""The service around `feeds`: everything that can fail."""
