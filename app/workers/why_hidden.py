"""Which filters take one pixel, each asked by itself."""

from dataclasses import replace

from app.state.cursor import CursorPixel
from app.state.point_filters import PointFilters
from app.workers.count_points import filtered_prediction
from moe3d.progress import Progress
from moe3d.scene.records import ScenePrediction

INVALID = "invalid"
"""Padding, transparent, or without a depth: no filter can bring it back."""
ONE_BY_ONE = {
    "confidence": "percentile",
    "support": "min_support",
    "edges": "edge_rtol",
    "photos": "hidden_photos",
    "experts": "hidden_experts",
    "flying": "hide_flying",
    "sky": "hide_sky",
    "black": "hide_black",
    "white": "hide_white",
    "section": "box",
}
"""The field of `PointFilters` of every name of FILTER_NAMES but "other_side"."""


def why_hidden(
    prediction: ScenePrediction, pixel: CursorPixel, filters: PointFilters, progress: Progress
) -> tuple[str, ...]:
    """Names of all filters that take the pixel from its layer; empty when it is shown."""
    none = PointFilters()
    if not _is_kept(prediction, pixel, none):
        return (INVALID,)
    found = []
    for name, field in ONE_BY_ONE.items():
        progress.report("why hidden")
        value = getattr(filters, field)
        if value != getattr(none, field) and not _is_kept(
            prediction, pixel, replace(none, **{field: value})
        ):
            found.append(name)
    if filters.same_mask and not _other_side_keeps(prediction, pixel, filters):
        found.append("other_side")
    return tuple(found)


def _other_side_keeps(
    prediction: ScenePrediction, pixel: CursorPixel, filters: PointFilters
) -> bool:
    from moe3d.scene.shared_mask import kept_on_other_side

    if prediction.baseline is None:
        return True
    kept = kept_on_other_side(prediction, pixel.layer, filters.percentile, filters.min_support)
    return bool(kept[pixel.view_index, pixel.y, pixel.x])


def _is_kept(prediction: ScenePrediction, pixel: CursorPixel, filters: PointFilters) -> bool:
    from moe3d.scene.filters import select_pixels

    chosen, options = filtered_prediction(prediction, pixel.layer, filters)
    return bool(select_pixels(chosen, options).keep[pixel.view_index, pixel.y, pixel.x])
