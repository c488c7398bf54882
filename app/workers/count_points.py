"""How many points each filter takes, by the very code that exports run."""

from moe3d import Progress, ScenePrediction
from moe3d_viewer.state.cursor import CursorPixel
from moe3d_viewer.state.points.point_filters import PointCounts, PointFilters


def why_hidden(
    prediction: ScenePrediction, pixel: CursorPixel, filters: PointFilters, progress: Progress
) -> tuple[str, ...]:
    """Names of all filters that take the pixel from its layer, or INVALID; empty when it is
    shown."""
    from moe3d import cloud_options
    from moe3d.scene.filters.selection import hiding_filters

    progress.report("why hidden")
    options = cloud_options(filters, layer=pixel.layer)
    return hiding_filters(prediction, options, pixel.view_index, pixel.y, pixel.x)


def count_points(
    prediction: ScenePrediction, layer: str, filters: PointFilters, progress: Progress
) -> PointCounts:
    """Run the filters one after the other over every valid pixel of a layer."""
    from moe3d import cloud_options, select_pixels
    from moe3d.scene.filters.registry import FILTER_OF

    progress.report("count points")
    selection = select_pixels(prediction, cloud_options(filters, layer=layer))
    removed: dict[str, int] = {}
    for option, count in selection.removed_by.items():
        name = FILTER_OF[option]
        removed[name] = removed.get(name, 0) + count
    kept = selection.num_valid - sum(removed.values())
    return PointCounts(selection.num_valid, kept, removed)
