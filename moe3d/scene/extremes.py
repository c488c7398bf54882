"""Pixels that are black or white all over: masked backgrounds that no camera saw."""

import numpy as np
from jaxtyping import Bool, UInt8

BLACK_LEVEL, WHITE_LEVEL = 16, 240
"""Black: no channel above the first. White: no channel below the second. Of 255."""


def black_pixels(image: UInt8[np.ndarray, "*P 3"]) -> Bool[np.ndarray, "*P"]:
    """Pixels none of whose channels is above BLACK_LEVEL."""
    return image.max(axis=-1) <= BLACK_LEVEL


def white_pixels(image: UInt8[np.ndarray, "*P 3"]) -> Bool[np.ndarray, "*P"]:
    """Pixels none of whose channels is below WHITE_LEVEL."""
    return image.min(axis=-1) >= WHITE_LEVEL
