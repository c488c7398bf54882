"""Colours: tables for depth, and one colour per expert."""

from functools import lru_cache

import numpy as np
from jaxtyping import UInt8

from moe3d.late_opencv import cv2
from moe3d.scene.palettes import COLOR_BLIND_SAFE, PAPER

UNKNOWN_RGB = (58, 60, 68)
"""Where a map has no value."""
FLYING_COLOR = (255, 45, 120)
MANY_PHOTOS = 3
"""Support that is coloured alike from here on."""
SUPPORT_RGB = ((178, 62, 52), (224, 165, 60), (86, 180, 150), (40, 92, 170))
"""No other photo confirms a pixel, one, two, many."""

_TABLES = {
    "turbo": "COLORMAP_TURBO",
    "viridis": "COLORMAP_VIRIDIS",
    "undecided": "COLORMAP_INFERNO",
}
"""What OpenCV calls them."""


@lru_cache(maxsize=8)
def color_table(name: str) -> UInt8[np.ndarray, "256 3"]:
    """256 colours from low to high; "grey" for every unknown name.

    "difference" is blue over light grey to red; the middle is zero. "support" has a colour a class.
    """
    steps = np.arange(256, dtype=np.uint8)
    if name == "difference":
        table = diverging_map()
    elif name == "support":
        table = np.repeat(np.array(SUPPORT_RGB, np.uint8), 256 // len(SUPPORT_RGB), axis=0)
    elif name not in _TABLES:
        table = np.repeat(steps[:, None], 3, axis=1)
    else:
        code = getattr(cv2, _TABLES[name])
        table = np.ascontiguousarray(cv2.applyColorMap(steps[:, None], code)[:, 0, ::-1])
    table.setflags(write=False)
    return table


def expert_colors(palette: str, num_experts: int) -> tuple[tuple[int, int, int], ...]:
    """One colour an expert; repeats after eight."""
    colors = PAPER if palette == "paper" else COLOR_BLIND_SAFE
    return tuple(colors[index % len(colors)] for index in range(num_experts))


def diverging_map() -> UInt8[np.ndarray, "256 3"]:
    """Blue over light grey to red, for signed values; the middle is zero."""
    stops = np.array(
        [[38, 84, 190], [110, 160, 225], [214, 214, 214], [235, 130, 100], [190, 30, 45]]
    )
    position = np.linspace(0, 4, 256)
    channels = [np.interp(position, np.arange(5), stops[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1).round().astype(np.uint8)
