"""The sections on the right."""
