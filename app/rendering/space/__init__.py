"""Cameras, frames and lines in 3D."""
