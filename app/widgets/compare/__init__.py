"""Two results, or a result and the truth, side by side."""
