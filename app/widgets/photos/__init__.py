"""The photos on the left."""
