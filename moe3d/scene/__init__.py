"""What a reconstruction is, and everything that is computed from it."""
