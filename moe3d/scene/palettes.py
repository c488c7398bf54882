"""Colours of the experts: a colour-blind-safe set by default, and the paper's."""

import numpy as np
from jaxtyping import UInt8

# Okabe & Ito 2008, ordered so that the first four stay apart in greyscale too.
COLOR_BLIND_SAFE = (
    (230, 159, 0),
    (0, 114, 178),
    (0, 158, 115),
    (204, 121, 167),
    (86, 180, 233),
    (213, 94, 0),
    (240, 228, 66),
    (120, 120, 120),
)
# Red, blue, green, yellow as in the paper's gating figure.
PAPER = (
    (220, 50, 47),
    (38, 110, 220),
    (40, 160, 70),
    (235, 200, 40),
    (140, 80, 200),
    (240, 140, 30),
    (30, 180, 190),
    (120, 120, 120),
)


def expert_colors(
    num_experts: int, palette: tuple[tuple[int, int, int], ...] = COLOR_BLIND_SAFE
) -> UInt8[np.ndarray, "E 3"]:
    """One sRGB colour an expert; past the palette's length the colours repeat."""
    return np.array([palette[index % len(palette)] for index in range(num_experts)], np.uint8)
