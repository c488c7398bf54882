"""How the points of a view are coloured, filtered and sized, and the tables that say so to the
shader. A change here never touches the point buffer."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Float32, UInt8

from moe3d import PointFilters, expert_colors
from moe3d import color_table as map_colors
from moe3d.scene.confidence_levels import ConfidenceLevels
from moe3d.scene.filters.registry import FILTERS
from moe3d_viewer.rendering.pictures.color_mode import ColorMode
from moe3d_viewer.rendering.pictures.palettes import map_of_mode, photo_colors
from moe3d_viewer.rendering.points.point_buffer import PointBuffer
from moe3d_viewer.rendering.points.point_vertex import photo_index
from moe3d_viewer.rendering.space.scene_frame import camera_centers

MAX_EXPERTS = 32
PHOTO_TEXELS = 3
"""Texels a photo takes in the photo table: z row of its camera; 1/focal, visible, x and y of the
camera; colour, z of the camera."""
TABLE_WIDTH = 768
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


def expert_table(
    hidden_experts: frozenset[int], palette: str = "okabe-ito"
) -> Float32[np.ndarray, "32 4"]:
    """Colour and visibility of every expert the shader knows."""
    table = np.ones((MAX_EXPERTS, 4), np.float32)
    table[:, :3] = np.array(expert_colors(palette, MAX_EXPERTS)) / 255
    table[[index for index in hidden_experts if index < MAX_EXPERTS], 3] = 0
    return table


def photo_table(
    num_photos: int,
    hidden_photos: frozenset[int],
    camera_from_world: Float[np.ndarray, "S 4 4"] | None = None,
    intrinsics: Float[np.ndarray, "S 3 3"] | None = None,
) -> Float32[np.ndarray, "R 768 4"]:
    """Per photo: the row that gives its depth; 1/focal length, visibility, its camera's x and y;
    its colour, the camera's z."""
    rows = -(-max(num_photos, 1) * PHOTO_TEXELS // TABLE_WIDTH)
    table = np.zeros((rows * TABLE_WIDTH // PHOTO_TEXELS, PHOTO_TEXELS, 4), np.float32)
    if camera_from_world is not None and intrinsics is not None:
        known = min(len(camera_from_world), len(table))
        table[:known, 0] = camera_from_world[:known, 2]
        table[:known, 1, 0] = 2 / (intrinsics[:known, 0, 0] + intrinsics[:known, 1, 1])
        centers = camera_centers(camera_from_world[:known])
        table[:known, 1, 2:], table[:known, 2, 3] = centers[:, :2], centers[:, 2]
    table[:, 1, 1] = 1
    table[[index for index in hidden_photos if index < len(table)], 1, 1] = 0
    table[:num_photos, 2, :3] = photo_colors(num_photos)[:num_photos] / 255
    return table.reshape(rows, TABLE_WIDTH, 4)


def confidence_colors_range(levels: ConfidenceLevels) -> tuple[float, float]:
    """Confidences of the first and the last colour: 2nd and 98th percentile, both above zero."""
    low, high = np.exp(np.percentile(np.log(_positive(levels.resampled(256))), [2, 98]))
    return float(low), float(high)


def color_table(style: PointStyle, buffer: PointBuffer) -> UInt8[np.ndarray, "1 256 3"]:
    """The colour map of the style's mode, as the buffer's codes look it up."""
    if style.color_mode is ColorMode.SUPPORT:
        return map_colors("support")[None]
    colors = map_of_mode(style.color_mode)
    if style.color_mode is ColorMode.CONFIDENCE:
        ends = style.confidence_range or confidence_colors_range(buffer.levels)
        low, high = np.log(np.array(ends))
        values = np.log(_positive(buffer.levels.resampled(256)))
        return _taken(colors, (values - low) / max(float(high - low), 1e-9))[None]
    if style.color_mode is ColorMode.DIFFERENCE and style.difference_range is not None:
        values = np.linspace(-1, 1, 256) * buffer.difference_range
        return _taken(colors, 0.5 + 0.5 * values / max(style.difference_range, 1e-9))[None]
    return colors[None]


def _positive(values: Float32[np.ndarray, " N"]) -> Float32[np.ndarray, " N"]:
    return np.maximum(values, 1e-6)


def _taken(
    colors: UInt8[np.ndarray, "256 3"], places: Float[np.ndarray, " N"]
) -> UInt8[np.ndarray, "N 3"]:
    """Colours at places of the map, 0..1; beyond the ends those of the ends."""
    return colors[(np.clip(places, 0, 1) * 255).round().astype(int)]


def scene_depth_range(
    buffer: PointBuffer, camera_from_world: Float[np.ndarray, "S 4 4"] | None
) -> tuple[float, float]:
    """2nd and 98th percentile of the depths in the photos that saw the points; 0 to the scene's
    diagonal when nothing is known."""
    sample = buffer.sample
    if camera_from_world is None or len(sample) == 0:
        return 0.0, buffer.robust.diagonal
    rows = camera_from_world[np.minimum(photo_index(sample), len(camera_from_world) - 1), 2]
    depths = np.einsum("ni,ni->n", rows[:, :3], sample["position"]) + rows[:, 3]
    low, high = np.percentile(depths, [2, 98])
    return float(low), float(max(high, low + 1e-6))
