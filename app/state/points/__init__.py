"""Which points are shown."""
