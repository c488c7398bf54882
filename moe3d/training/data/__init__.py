"""Synthetic scenes with exact depth and cameras: layouts, textures, ray casting, camera effects."""
