"""Surfaces of the result: how they are made, and making them."""
