"""The 2D maps below, with legends and the depth profile."""
