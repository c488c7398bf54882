"""How the points of a view are coloured, filtered and sized; never touches the point buffer."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from moe3d import PointFilters
from moe3d.scene.filters.registry import FILTERS
from moe3d_viewer.rendering.pictures.color_mode import ColorMode

COUNTED = ("confidence", "photos", "experts", "flying")
"""Filters that a buffer has counted beforehand."""


@dataclass(frozen=True)
class PointStyle:
    """Colours, filters and size of the points."""

    color_mode: ColorMode = ColorMode.PHOTO
    confidence_threshold: float = -np.inf
    """Points of lower confidence are hidden."""
    hidden_experts: frozenset[int] = frozenset()
    """Points whose winner is one of these are hidden; 0-based."""
    hidden_photos: frozenset[int] = frozenset()
    """Points that one of these photos saw are hidden; 0-based."""
    filters: PointFilters = field(default_factory=PointFilters)
    """What hides points by values of their own. Photos, experts and confidence are told above."""
    axes: tuple[tuple[float, float, float], ...] = ((1, 0, 0), (0, -1, 0), (0, 0, 1))
    """The scene's right, up and front; normals are coloured by them."""
    palette: str = "okabe-ito"
    """Of the experts."""
    size_px: float = 2.0
    """Smallest size, in pixels of a screen without scaling."""
    size_follows_depth: bool = True
    """Points grow with nearness as their photo's pixels do, so that surfaces stay closed."""
    size_world: float | None = None
    """Diameter in scene units, in place of all sizes in pixels."""
    depth_range: tuple[float, float] | None = None
    """Depths of the two ends of the colour map; None takes the scene's."""
    confidence_range: tuple[float, float] | None = None
    """Confidences of the two ends of the colour map, which follows their logarithm; None takes the
    buffer's. Views that are compared share one."""
    difference_range: float | None = None
    """Difference in the strongest colours, plus and minus; None takes the buffer's."""

    @property
    def only_counted_filters(self) -> bool:
        """Whether `PointBuffer.visible_count` knows every filter that is on."""
        uncounted = [item for item in FILTERS if item.name not in COUNTED]
        return not any(item.is_on(self.filters) for item in uncounted)

    @property
    def largest_px(self) -> float:
        """Points never grow beyond this."""
        return max(8.0, 4.0 * self.size_px)


def box_matrix(style: PointStyle) -> Float[np.ndarray, "4 4"]:
    """World to -1..1 inside the section box; zero, so that all is inside, without one."""
    matrix = np.zeros((4, 4))
    box = style.filters.box
    if box is not None:
        matrix[:3] = box.box_from_world
    return matrix
