"""Arrays to colours, vertices and camera matrices; no torch."""
