"""Colours: tables for depth, and one colour per expert.

Source: Okabe & Ito 2008, "Color Universal Design", the colour-blind-safe set; red, blue, green,
yellow are the colours of the MoE3D paper's figure.
"""

from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import UInt8

from app.rendering.palettes import diverging_map

UNKNOWN_RGB = (58, 60, 68)
"""Where a map has no value."""

_OKABE_ITO = ("E69F00", "56B4E9", "009E73", "CC79A7", "D55E00", "0072B2", "F0E442", "999999")
_PAPER = ("D62728", "1F77B4", "2CA02C", "E8C11C", "9467BD", "17BECF", "8C564B", "E377C2")
_TABLES = {
    "turbo": cv2.COLORMAP_TURBO,
    "viridis": cv2.COLORMAP_VIRIDIS,
    "undecided": cv2.COLORMAP_INFERNO,
}


@lru_cache(maxsize=8)
def color_table(name: str) -> UInt8[np.ndarray, "256 3"]:
    """256 colours from low to high; "grey" for every unknown name.

    "difference" is blue over light grey to red; the middle is zero.
    """
    steps = np.arange(256, dtype=np.uint8)
    if name == "difference":
        table = diverging_map()
    elif name not in _TABLES:
        table = np.repeat(steps[:, None], 3, axis=1)
    else:
        table = np.ascontiguousarray(cv2.applyColorMap(steps[:, None], _TABLES[name])[:, 0, ::-1])
    table.setflags(write=False)
    return table


def expert_colors(palette: str, num_experts: int) -> tuple[tuple[int, int, int], ...]:
    """One colour an expert; repeats after eight."""
    texts = _PAPER if palette == "paper" else _OKABE_ITO
    chosen = (texts[index % len(texts)] for index in range(num_experts))
    return tuple((int(t[0:2], 16), int(t[2:4], 16), int(t[4:6], 16)) for t in chosen)
