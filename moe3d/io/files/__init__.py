"""How files are read safely and written whole."""
