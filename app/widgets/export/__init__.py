"""Dialogs that write points, meshes, pictures and videos."""
