"""Triangles as the graphics card takes them, and what draws them."""
