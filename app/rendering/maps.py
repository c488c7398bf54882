"""Depth maps and gate weights as pictures."""

from collections.abc import Collection, Sequence

import numpy as np
from jaxtyping import Bool, Float32, UInt8

from app.rendering.map_palettes import UNKNOWN_RGB, color_table

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
    scaled = (values - np.float32(low)) * np.float32(255.0 / max(high - low, 1e-12))
    known = np.isfinite(scaled) if mask is None else np.isfinite(scaled) & mask
    steps = np.clip(np.where(known, scaled, 0), 0, 255).astype(np.uint8)
    picture = table[steps]
    picture[~known] = UNKNOWN_RGB
    return picture


def gating_overlay(
    image: UInt8[np.ndarray, "H W 3"],
    winner: UInt8[np.ndarray, "H W"],
    colors: Sequence[tuple[int, int, int]],
    opacity: float,
    hidden: Collection[int] = (),
) -> UInt8[np.ndarray, "H W 3"]:
    """The colour of the expert of largest weight over the photo, which is drawn in grey.

    Shows the winner; the result is the weighted sum.

    Args:
        image: what the network saw, RGB.
        winner: 0-based index of the expert of largest weight.
        colors: one an expert.
        opacity: 0 the photo alone, 1 the colours alone.
        hidden: experts whose pixels show the photo alone.
    """
    grey = image.mean(axis=-1, keepdims=True)  # (H, W, 1)
    table = np.asarray(colors, np.float32)
    alpha = np.full(len(colors), opacity, np.float32)
    alpha[[index for index in hidden if index < len(colors)]] = 0.0
    pixel_alpha = alpha[winner][..., None]
    base = np.where(pixel_alpha > 0, grey, image)
    shaded = table[winner] * (0.45 + 0.55 * grey / 255.0)
    return (base * (1 - pixel_alpha) + shaded * pixel_alpha).astype(np.uint8)


def color_bar_pixels(color_map: str) -> UInt8[np.ndarray, "256 1 3"]:
    """The colours from near, on top, to far."""
    return np.ascontiguousarray(color_table(color_map)[::-1, None])


def _sample(values: Float32[np.ndarray, " N"]) -> Float32[np.ndarray, " M"]:
    return values[:: max(values.size // MAX_SAMPLES, 1)]
