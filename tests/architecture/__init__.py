"""The house, measured and drawn."""
