"""Depth from several photos."""
