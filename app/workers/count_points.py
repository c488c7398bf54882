"""How many points each filter takes, by the very code that exports run."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from app.state.point_filters import PointCounts, PointFilters
from moe3d.progress import Progress
from moe3d.scene.records import ScenePrediction

if TYPE_CHECKING:
    from moe3d.scene.filters import CloudOptions

NAMES = {
    "confidence_percentile": "confidence",
    "confidence_min": "confidence",
    "edge_rtol": "edges",
    "views": "photos",
    "experts": "experts",
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
    total = selection.num_valid
    if filtered is not prediction:
        total = _num_valid(prediction, layer)
        removed["flying"] = total - selection.num_valid
    return PointCounts(total, kept, removed)


def filtered_prediction(
    prediction: ScenePrediction, layer: str, filters: PointFilters
) -> tuple[ScenePrediction, "CloudOptions"]:
    """The filters of the screen as an export takes them, and what it exports.

    Flying points are no option of an export: they become invalid pixels of the prediction, with a
    note. The confidence threshold stays the one of all points, as on the screen.
    """
    from app.rendering.edge_levels import EDGE_STEPS, edge_step
    from moe3d.scene.filters import CloudOptions

    edge = filters.edge_rtol
    options = CloudOptions(
        layer=layer,
        confidence_percentile=filters.percentile,
        edge_rtol=None if edge is None else float(EDGE_STEPS[edge_step(edge)]),
        views=_others(prediction.num_views, filters.hidden_photos),
        experts=_others(prediction.num_experts, filters.hidden_experts),
        hide_black=filters.hide_black,
        hide_white=filters.hide_white,
        box=filters.box,
    )
    if not filters.hide_flying:
        return prediction, options
    return _without_flying(prediction, options)


def _without_flying(
    prediction: ScenePrediction, options: "CloudOptions"
) -> tuple[ScenePrediction, "CloudOptions"]:
    from moe3d.evaluation.scene_flying import flying_pixels
    from moe3d.scene.filters import confidence_threshold, valid_pixels
    from moe3d.scene.layers import depth_layer

    chosen = depth_layer(prediction, options.layer)
    valid = valid_pixels(prediction, chosen)
    flying = flying_pixels(prediction, (options.layer,))[options.layer]
    if options.confidence_percentile > 0:
        lowest = confidence_threshold(chosen.confidence, valid, options.confidence_percentile)
        options = replace(options, confidence_percentile=0, confidence_min=lowest)
    notes = (*prediction.metadata.notes, "flying points are left out")
    return (
        replace(
            prediction,
            valid_mask=prediction.valid_mask & ~flying.mask,
            metadata=replace(prediction.metadata, notes=notes),
        ),
        options,
    )


def _num_valid(prediction: ScenePrediction, layer: str) -> int:
    from moe3d.scene.filters import valid_pixels
    from moe3d.scene.layers import depth_layer

    return int(np.count_nonzero(valid_pixels(prediction, depth_layer(prediction, layer))))


def _others(count: int, hidden: frozenset[int]) -> tuple[int, ...] | None:
    return tuple(index for index in range(count) if index not in hidden) if hidden else None
