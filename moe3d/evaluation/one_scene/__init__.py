"""One scene against the truth or another result."""
