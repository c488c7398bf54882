"""What the filters of the points leave of a layer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from moe3d import PointFilters

__all__ = ["PointCounts", "PointFilters"]


@dataclass(frozen=True)
class PointCounts:
    """What filters leave of one layer."""

    total: int
    kept: int
    removed: Mapping[str, int] = field(default_factory=dict)
    """Points that each filter took from what the ones before it left; by the names of FILTERS."""
