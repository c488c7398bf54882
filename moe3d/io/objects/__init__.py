"""Clouds and meshes of other programs: read for the 3D view, and written back."""
