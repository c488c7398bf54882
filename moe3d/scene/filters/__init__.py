"""Point filters, each defined once: `point_filter` says what one is, `kinds` holds them."""

from moe3d.scene.filters.selection import (
    Selection,
    decided,
    hiding_filters,
    refuse_empty,
    select_pixels,
)
from moe3d.scene.filters.settings import CloudOptions, PointFilters, cloud_options

__all__ = [
    "CloudOptions",
    "PointFilters",
    "Selection",
    "cloud_options",
    "decided",
    "hiding_filters",
    "refuse_empty",
    "select_pixels",
]
