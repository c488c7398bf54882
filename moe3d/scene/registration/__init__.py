"""Clouds against clouds: brought onto each other, and how far they are apart."""
