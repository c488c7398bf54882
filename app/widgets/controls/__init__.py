"""Parts that several rooms use, and how they look."""
