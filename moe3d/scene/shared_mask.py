"""The pixels that both networks keep: else the filter, not the network, decides a comparison."""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool

from moe3d.scene.filters import confidence_threshold, valid_pixels
from moe3d.scene.layers import OF_VGGT, named_layer, sides
from moe3d.scene.records import ScenePrediction


def other_side(prediction: ScenePrediction, layer: str) -> str:
    """The layer that a layer is compared with: raw with raw, refined with refined."""
    first, second = sides(prediction, layer)
    return first if layer in OF_VGGT else second


def kept_on_other_side(
    prediction: ScenePrediction, layer: str, percentile: float | int, min_support: int = 0
) -> Bool[np.ndarray, "S H W"]:
    """Pixels that the other side has and keeps when it drops its own lowest confidences."""
    other = named_layer(prediction, other_side(prediction, layer))
    kept = valid_pixels(prediction, other)
    if percentile > 0:
        limit = confidence_threshold(other.confidence, kept, percentile)
        if limit > -np.inf:
            with np.errstate(invalid="ignore"):
                kept &= other.confidence >= np.float32(limit)
    # and those that too few photos confirm
    if min_support > 0 and other.support is not None:
        kept &= other.support >= min_support
    return kept


def without_pixels(
    prediction: ScenePrediction, gone: Bool[np.ndarray, "S H W"], note: str
) -> ScenePrediction:
    """The prediction with fewer valid pixels, and a note that says why."""
    notes = (*prediction.metadata.notes, note)
    return replace(
        prediction,
        valid_mask=prediction.valid_mask & ~gone,
        metadata=replace(prediction.metadata, notes=notes),
    )
