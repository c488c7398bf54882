"""Scalar maps as pictures."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float32, UInt8

from moe3d.late_opencv import cv2
from moe3d.scene.maps.color_tables import UNKNOWN_RGB, color_table

LOW_PERCENT, HIGH_PERCENT = 2.0, 98.0
MAX_SAMPLES = 2_000_000


def depth_range(
    depths: Sequence[Float32[np.ndarray, "..."]], masks: Sequence[Bool[np.ndarray, "..."]]
) -> tuple[float, float]:
    """2nd to 98th percentile of all valid depths together; (0, 1) when there are none.

    Large scenes are sampled evenly, at most two million values a map.
    """
    values = [_sample(depth[mask]) for depth, mask in zip(depths, masks, strict=True)]
    joined = np.concatenate(values) if values else np.zeros(0, np.float32)
    joined = joined[np.isfinite(joined)]
    if joined.size == 0:
        return 0.0, 1.0
    low, high = np.percentile(joined, (LOW_PERCENT, HIGH_PERCENT))
    if not high > low:
        low, high = low * 0.95, max(high * 1.05, low + 1e-6)
    return float(low), float(high)


def colorize(
    values: Float32[np.ndarray, "H W"],
    value_range: tuple[float, float],
    color_map: str,
    mask: Bool[np.ndarray, "H W"] | None = None,
    *,
    near_is_warm: bool = True,
) -> UInt8[np.ndarray, "H W 3"]:
    """Look every value up in a colour table; values beyond the range take its end colours.

    Args:
        values: any scalar map; NaN where unknown.
        value_range: values of the first and the last colour.
        color_map: name of a table of `map_palettes`.
        mask: False where the map is to be drawn as unknown.
        near_is_warm: turn the table round, so that small depths get its last colours.
    """
    low, high = value_range
    table = color_table(color_map)
    if near_is_warm:
        table = table[::-1]
    scale = 255.0 / max(high - low, 1e-12)
    known = np.isfinite(values) if mask is None else np.isfinite(values) & mask
    every = bool(known.all())
    safe = values if every else np.where(known, values, np.float32(low))
    steps = np.clip((safe - np.float32(low)) * np.float32(scale), 0, 255).astype(np.uint8)
    picture = cv2.applyColorMap(steps, np.ascontiguousarray(table[:, None]))
    if not every:
        picture[~known] = UNKNOWN_RGB
    return picture


def color_bar_pixels(color_map: str) -> UInt8[np.ndarray, "256 1 3"]:
    """The colours from near, on top, to far."""
    return np.ascontiguousarray(color_table(color_map)[::-1, None])


def _sample(values: Float32[np.ndarray, " N"]) -> Float32[np.ndarray, " M"]:
    return values[:: max(values.size // MAX_SAMPLES, 1)]
