"""`moe3d batch`: many scenes, here, in shares, or on the workers of a cluster."""
