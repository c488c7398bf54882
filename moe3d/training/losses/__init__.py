"""Loss terms: VGGT's depth and camera losses, and the mixture's likelihood."""
