"""What photos have in common."""
