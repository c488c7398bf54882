"""Colours of the experts, in pictures, exports and the window alike.

Source: Okabe & Ito 2008, "Color Universal Design"; red, blue, green, yellow are the colours of the
MoE3D paper's gating figure.
"""

import numpy as np
from jaxtyping import UInt8

Palette = tuple[tuple[int, int, int], ...]

COLOR_BLIND_SAFE: Palette = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (204, 121, 167),
    (213, 94, 0),
    (0, 114, 178),
    (240, 228, 66),
    (153, 153, 153),
)
PAPER: Palette = (
    (214, 39, 40),
    (31, 119, 180),
    (44, 160, 44),
    (232, 193, 28),
    (148, 103, 189),
    (23, 190, 207),
    (140, 86, 75),
    (227, 119, 194),
)


def expert_colors(
    num_experts: int, palette: Palette = COLOR_BLIND_SAFE
) -> UInt8[np.ndarray, "E 3"]:
    """One sRGB colour an expert; past the palette's length the colours repeat."""
    return np.array([palette[index % len(palette)] for index in range(num_experts)], np.uint8)
