"""Colours for photos and colour maps for values, as uint8 RGB."""

import cv2
import numpy as np
from jaxtyping import UInt8

from moe3d import color_table
from moe3d_viewer.rendering.pictures.color_mode import ColorMode


def photo_colors(num_photos: int) -> UInt8[np.ndarray, "S 3"]:
    """One colour a photo; neighbours differ most (hues a golden ratio apart)."""
    hue = (np.arange(num_photos) * 0.618034 + 0.58) % 1.0
    value = 235 - 45 * (np.arange(num_photos) % 3)
    hsv = np.stack([hue * 180, np.full(num_photos, 140), value], axis=-1)
    if num_photos == 0:  # OpenCV refuses empty pictures
        return np.zeros((0, 3), np.uint8)
    return cv2.cvtColor(hsv.astype(np.uint8)[None], cv2.COLOR_HSV2RGB)[0]


def color_map(code: int) -> UInt8[np.ndarray, "256 3"]:
    """One of OpenCV's colour maps as a table, RGB."""
    ramp = np.arange(256, dtype=np.uint8)[:, None]
    return cv2.applyColorMap(ramp, code)[:, 0, ::-1].copy()


def map_of_mode(mode: ColorMode) -> UInt8[np.ndarray, "256 3"]:
    """The colour map of a mode, from its lowest value (0) to its highest (255)."""
    if mode is ColorMode.DEPTH:
        return color_map(cv2.COLORMAP_TURBO)[::-1].copy()  # near is warm
    if mode is ColorMode.CONFIDENCE:
        return color_map(cv2.COLORMAP_VIRIDIS)
    if mode is ColorMode.DIFFERENCE:
        return color_table("difference")
    from_violet = np.linspace(48, 255, 256).round().astype(int)  # black would be the background
    return color_map(cv2.COLORMAP_INFERNO)[from_violet]
