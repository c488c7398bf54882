"""Flying points lit on a darkened photo."""

import numpy as np
from jaxtyping import Bool, UInt8

from app.rendering.palettes import FLYING_COLOR


def flying_overlay(
    image: UInt8[np.ndarray, "H W 3"], flying: Bool[np.ndarray, "H W"] | None
) -> UInt8[np.ndarray, "H W 3"]:
    """The photo in dark grey, flying pixels in the colour that they have in 3D; without a mask
    nothing is lit."""
    grey = (0.5 * image.mean(axis=-1, keepdims=True)).astype(np.uint8)
    shown = np.repeat(grey, 3, axis=-1)
    if flying is not None:
        shown[flying] = np.asarray(FLYING_COLOR, np.uint8)
    return shown
