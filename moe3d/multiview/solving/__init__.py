"""Cameras from matches."""
