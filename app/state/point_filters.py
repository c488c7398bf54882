"""Every filter of the points as plain values, for workers, exports and the 3D view."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from moe3d.geometry.box import OrientedBox


@dataclass(frozen=True)
class PointFilters:
    """What is hidden; nothing of it touches the result."""

    percentile: float = 0.0
    """Share of lowest confidence, %."""
    hidden_experts: frozenset[int] = frozenset()
    hidden_photos: frozenset[int] = frozenset()
    min_support: int = 0
    """How many other photos must confirm a point, where photos were compared."""
    edge_rtol: float | None = None
    """Largest relative depth jump that stays."""
    hide_flying: bool = False
    hide_sky: bool = False
    hide_black: bool = False
    hide_white: bool = False
    same_mask: bool = False
    """Whether pixels that the other network does not keep are hidden as well."""
    box: OrientedBox | None = None
    """What lies outside goes."""


@dataclass(frozen=True)
class PointCounts:
    """What filters leave of one layer."""

    total: int
    kept: int
    removed: Mapping[str, int] = field(default_factory=dict)
    """Points that each filter took from what the ones before it left; by FILTER_NAMES."""


FILTER_NAMES = (
    "confidence",
    "other_side",
    "support",
    "edges",
    "photos",
    "experts",
    "flying",
    "sky",
    "black",
    "white",
    "section",
)
"""In the order in which they run."""
