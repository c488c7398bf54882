"""`moe3d eval`."""
