"""The values of a drawn point that filters set limits to: each as the shader and as Python have it.

A filter (`moe3d.scene.filters`) names a value, or brings its own, and says its limits; the shader's
test, and the one of picking and counting, are made here from these.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float32, Shaped, UInt8

from moe3d.scene.filters.point_filter import DrawnCloud, DrawnLimits, DrawnValue
from moe3d.scene.filters.registry import FILTERS
from moe3d_viewer.rendering.points.point_buffer import PointBuffer
from moe3d_viewer.rendering.points.point_style import PointStyle, box_matrix
from moe3d_viewer.rendering.points.point_vertex import (
    confidence_level,
    edge_level,
    expert_index,
    is_flying,
    is_sky,
    other_level,
    other_support_code,
    photo_index,
    support_code,
)

UNLIMITED = 1e30
"""In place of infinity, which not every driver compares."""
DRAWN: tuple[DrawnLimits, ...] = tuple(
    limits for point_filter in FILTERS for limits in point_filter.drawn
)
"""Of all filters: the shader holds one pair of limits for each."""


@dataclass(frozen=True, eq=False)
class DrawnPoints:
    """Points that were read back from the GPU, with what was drawn beside them."""

    vertices: Shaped[np.ndarray, " N"]
    """VERTEX_DTYPE, where they are drawn."""
    style: PointStyle
    read_extras: Callable[[], Shaped[np.ndarray, " N"] | None]
    """EXTRA_DTYPE of the same points; asked only where a filter needs them."""
    centers: Float32[np.ndarray, "S 3"] | None = None
    """Of the photos' cameras; None while these are not known."""

    @property
    def positions(self) -> Float32[np.ndarray, "N 3"]:
        """In the world."""
        return self.vertices["position"]

    @property
    def colors(self) -> UInt8[np.ndarray, "N 3"]:
        """Of their pixels."""
        return self.vertices["color"]

    @property
    def camera_centers(self) -> Float32[np.ndarray, "N 3"]:
        """Where the photo was taken that saw each point; 0 where cameras are not known."""
        if self.centers is None:
            return np.zeros_like(self.positions)
        return self.centers[photo_index(self.vertices)]

    @cached_property
    def extras(self) -> Shaped[np.ndarray, " N"] | None:
        """EXTRA_DTYPE; None without extras."""
        return self.read_extras()

    def of_extras(self, read: Callable[[np.ndarray], np.ndarray]) -> Shaped[np.ndarray, " N"]:
        """A code of the extras; 0 without any."""
        return np.zeros(len(self.vertices)) if self.extras is None else read(self.extras)


def _known(codes: Shaped[np.ndarray, " N"]) -> Shaped[np.ndarray, " N"]:
    return np.where(codes == 0, UNLIMITED, codes)


def _reach(points: DrawnPoints) -> Shaped[np.ndarray, " N"]:
    matrix = box_matrix(points.style)[:3].astype(np.float32)
    return np.abs(points.positions @ matrix[:, :3].T + matrix[:, 3]).max(axis=1)


def _shown(indices: Shaped[np.ndarray, " N"], hidden: frozenset[int]) -> Bool[np.ndarray, " N"]:
    return ~np.isin(indices, list(hidden))


POINT_VALUES: dict[str, DrawnValue] = {
    "level": DrawnValue("codes.x", lambda points: confidence_level(points.vertices)),
    "edge": DrawnValue("edge", lambda points: edge_level(points.vertices)),
    "flying": DrawnValue("flying", lambda points: is_flying(points.vertices)),
    "sky": DrawnValue("sky", lambda points: is_sky(points.vertices)),
    "expert_shown": DrawnValue(
        "expert_color.a",
        lambda points: _shown(expert_index(points.vertices), points.style.hidden_experts),
    ),
    "photo_shown": DrawnValue(
        "lens.y",
        lambda points: _shown(photo_index(points.vertices), points.style.hidden_photos),
    ),
    "other": DrawnValue("other", lambda points: points.of_extras(other_level)),
    "known_support": DrawnValue(
        f"(support > 0.5 ? support : {UNLIMITED})",
        lambda points: _known(points.of_extras(support_code)),
    ),
    "known_other_support": DrawnValue(
        f"(other_support > 0.5 ? other_support : {UNLIMITED})",
        lambda points: _known(points.of_extras(other_support_code)),
    ),
    "reach_in_box": DrawnValue("max(max(in_box.x, in_box.y), in_box.z)", _reach),
}
"""What vertices and extras hold, by the names that filters use."""
_VALUES = tuple(
    POINT_VALUES[limits.value] if isinstance(limits.value, str) else limits.value
    for limits in DRAWN
)
"""Of everything in DRAWN."""


def drawn_limits(style: PointStyle, buffer: PointBuffer) -> Float32[np.ndarray, "L 4"]:
    """Lowest and highest visible value of everything in DRAWN, as the shader takes them."""
    cloud = DrawnCloud(
        threshold_level=buffer.levels.threshold_level(style.confidence_threshold),
        has_other="other" in buffer.has_extras,
    )
    table = np.zeros((len(DRAWN), 4), np.float32)
    for row, limits in zip(table, DRAWN, strict=True):
        row[:2] = limits.low(style.filters, cloud), limits.high(style.filters, cloud)
    return np.clip(table, -UNLIMITED, UNLIMITED)


def hidden_term() -> str:
    """The shader's condition that hides a point."""
    tests = [
        f"{value.glsl} < u_limits[{index}].x || {value.glsl} > u_limits[{index}].y"
        for index, value in enumerate(_VALUES)
    ]
    return "\n        || ".join(tests)


def visible_points(points: DrawnPoints, buffer: PointBuffer) -> Bool[np.ndarray, " N"]:
    """Which points the style's filters leave; the shader's rule."""
    visible = np.ones(len(points.vertices), bool)
    for value, (low, high, *_) in zip(_VALUES, drawn_limits(points.style, buffer), strict=True):
        if low > -UNLIMITED or high < UNLIMITED:
            values = value.read(points)
            visible &= (values >= low) & (values <= high)
    return visible
