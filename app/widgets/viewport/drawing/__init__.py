"""What the 3D view is drawn with: programs, buffers, items."""
