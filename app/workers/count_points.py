"""How many points each filter takes, by the very code that exports run."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool

from app.state.point_filters import PointCounts, PointFilters
from moe3d.progress import Progress
from moe3d.scene.records import ScenePrediction

if TYPE_CHECKING:
    from moe3d.scene.filters import CloudOptions

NAMES = {
    "confidence_percentile": "confidence",
    "confidence_min": "confidence",
    "min_support": "support",
    "edge_rtol": "edges",
    "views": "photos",
    "experts": "experts",
    "hide_sky": "sky",
    "hide_black": "black",
    "hide_white": "white",
    "box": "section",
}
"""The screen's name of every filter of `CloudOptions`."""


def count_points(
    prediction: ScenePrediction, layer: str, filters: PointFilters, progress: Progress
) -> PointCounts:
    """Run the filters one after the other over every valid pixel of a layer."""
    from moe3d.scene.filters import select_pixels

    progress.report("count points")
    filtered, options = filtered_prediction(prediction, layer, filters)
    selection = select_pixels(filtered, options)
    removed = {NAMES[name]: count for name, count in selection.removed_by.items()}
    kept = selection.num_valid - sum(selection.removed_by.values())
    masks = pixel_masks(prediction, layer, filters)
    left = _valid(prediction, layer)
    total = int(np.count_nonzero(left))
    for mask in masks:
        gone = left & mask.gone
        if mask.name == "other_side" and options.confidence_min is not None:
            # the own cut comes first; the other side's takes what that left
            own = left & ~_confident(prediction, layer, options.confidence_min)
            removed["confidence"] = int(np.count_nonzero(own))
            gone &= ~own
        removed[mask.name] = int(np.count_nonzero(gone))
        left &= ~mask.gone
    return PointCounts(total, kept, removed)


@dataclass(frozen=True)
class PixelMask:
    """A filter that no export has an option for."""

    name: str
    """One of FILTER_NAMES."""
    gone: Bool[np.ndarray, "S H W"]
    note: str
    """What an export says of it."""


def pixel_masks(
    prediction: ScenePrediction, layer: str, filters: PointFilters
) -> tuple[PixelMask, ...]:
    """Filters that go by pixels: those of the other network, and flying points."""
    from moe3d.evaluation.scene_flying import flying_pixels
    from moe3d.scene.shared_mask import kept_on_other_side

    found = []
    if filters.hide_flying:
        flying = flying_pixels(prediction, (layer,))[layer].mask
        found.append(PixelMask("flying", flying, "flying points are left out"))
    if filters.same_mask and prediction.baseline is not None:
        kept = kept_on_other_side(prediction, layer, filters.percentile, filters.min_support)
        found.append(PixelMask("other_side", ~kept, "only pixels that both networks keep"))
    return tuple(found)


def filtered_prediction(
    prediction: ScenePrediction, layer: str, filters: PointFilters
) -> tuple[ScenePrediction, "CloudOptions"]:
    """The filters of the screen as an export takes them, and what it exports.

    Filters by pixels are no options of an export: they become invalid pixels of the prediction,
    with a note. The confidence threshold stays the one of all points, as on the screen.
    """
    from app.rendering.edge_levels import EDGE_STEPS, edge_step
    from moe3d.scene.filters import CloudOptions, confidence_threshold
    from moe3d.scene.layers import named_layer
    from moe3d.scene.shared_mask import without_pixels

    edge = filters.edge_rtol
    options = CloudOptions(
        layer=layer,
        confidence_percentile=filters.percentile,
        min_support=filters.min_support,
        edge_rtol=None if edge is None else float(EDGE_STEPS[edge_step(edge)]),
        views=_others(prediction.num_views, filters.hidden_photos),
        experts=_others(prediction.num_experts, filters.hidden_experts),
        hide_sky=filters.hide_sky,
        hide_black=filters.hide_black,
        hide_white=filters.hide_white,
        box=filters.box,
    )
    masks = pixel_masks(prediction, layer, filters)
    if not masks:
        return prediction, options
    if options.confidence_percentile > 0:
        confidence = named_layer(prediction, layer).confidence
        lowest = confidence_threshold(
            confidence, _valid(prediction, layer), options.confidence_percentile
        )
        options = replace(options, confidence_percentile=0, confidence_min=lowest)
    for mask in masks:
        prediction = without_pixels(prediction, mask.gone, mask.note)
    return prediction, options


def _confident(prediction: ScenePrediction, layer: str, lowest: float) -> Bool[np.ndarray, "S H W"]:
    from moe3d.scene.layers import named_layer

    with np.errstate(invalid="ignore"):
        return named_layer(prediction, layer).confidence >= np.float32(lowest)


def _valid(prediction: ScenePrediction, layer: str) -> Bool[np.ndarray, "S H W"]:
    from moe3d.scene.filters import valid_pixels
    from moe3d.scene.layers import named_layer

    return valid_pixels(prediction, named_layer(prediction, layer))


def _others(count: int, hidden: frozenset[int]) -> tuple[int, ...] | None:
    return tuple(index for index in range(count) if index not in hidden) if hidden else None
