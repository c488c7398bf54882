"""Building blocks of the transformer."""
