"""Colours for photos and colour maps for values, as uint8 RGB."""

from colorsys import hsv_to_rgb

import numpy as np
from jaxtyping import UInt8

from moe3d import color_table
from moe3d_viewer.rendering.pictures.color_mode import ColorMode


def photo_colors(num_photos: int) -> UInt8[np.ndarray, "S 3"]:
    """One colour a photo; neighbours differ most (hues a golden ratio apart)."""
    hues = (np.arange(num_photos) * 0.618034 + 0.58) % 1.0
    values = (235 - 45 * (np.arange(num_photos) % 3)) / 255
    colors = [hsv_to_rgb(hue, 0.55, value) for hue, value in zip(hues, values, strict=True)]
    return np.round(255 * np.reshape(colors, (num_photos, 3))).astype(np.uint8)


def map_of_mode(mode: ColorMode) -> UInt8[np.ndarray, "256 3"]:
    """The colour map of a mode, from its lowest value (0) to its highest (255)."""
    if mode is ColorMode.DEPTH:
        return color_table("turbo")[::-1].copy()  # near is warm
    if mode is ColorMode.CONFIDENCE:
        return color_table("viridis")
    if mode is ColorMode.DIFFERENCE:
        return color_table("difference")
    from_violet = np.linspace(48, 255, 256).round().astype(int)  # black would be the background
    return color_table("undecided")[from_violet]
