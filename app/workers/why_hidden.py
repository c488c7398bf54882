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
    "edges": "edge_rtol",
    "photos": "hidden_photos",
    "experts": "hidden_experts",
    "flying": "hide_flying",
    "black": "hide_black",
    "white": "hide_white",
    "section": "box",
}
"""The field of `PointFilters` of every name of FILTER_NAMES."""


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
    return tuple(found)


def _is_kept(prediction: ScenePrediction, pixel: CursorPixel, filters: PointFilters) -> bool:
    from moe3d.scene.filters import select_pixels

    chosen, options = filtered_prediction(prediction, pixel.layer, filters)
    return bool(select_pixels(chosen, options).keep[pixel.view_index, pixel.y, pixel.x])
