"""VGGT and the mixture-of-experts depth head."""
