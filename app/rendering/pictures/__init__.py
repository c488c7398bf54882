"""From maps to pictures and words."""
