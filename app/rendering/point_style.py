"""How the points of a view are coloured, filtered and sized, and the tables that say so to the
shader. A change here never touches the point buffer."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Shaped, UInt8

from app.rendering.color_mode import ColorMode
from app.rendering.edge_levels import edge_step
from app.rendering.map_palettes import color_table as map_colors
from app.rendering.map_palettes import expert_colors
from app.rendering.palettes import map_of_mode, photo_colors
from app.rendering.point_buffer import PointBuffer
from app.rendering.point_shader import MAX_EXPERTS, PHOTO_TEXELS, TABLE_WIDTH
from app.rendering.point_vertex import (
    other_level,
    other_support_code,
    photo_index,
    support_code,
)
from app.rendering.scene_frame import camera_centers
from moe3d.geometry.box import OrientedBox
from moe3d.scene.extremes import BLACK_LEVEL, WHITE_LEVEL
from moe3d.scene.kept_levels import level_at


@dataclass(frozen=True)
class PointStyle:
    """Colours, filters and size of the points."""

    color_mode: ColorMode = ColorMode.PHOTO
    confidence_threshold: float = -np.inf
    """Points of lower confidence are hidden."""
    hidden_experts: frozenset[int] = frozenset()
    """Points whose winner is one of these are hidden; 0-based."""
    hidden_photos: frozenset[int] = frozenset()
    hide_flying: bool = False
    edge_rtol: float | None = None
    """Points at larger relative depth jumps are hidden; None hides none. Takes the nearest of
    `EDGE_STEPS`."""
    min_support: int = 0
    """Points that fewer other photos confirm are hidden, where it is known."""
    hide_sky: bool = False
    """Points of the sky are hidden."""
    hide_black: bool = False
    """Points as dark as unlit background are hidden."""
    hide_white: bool = False
    """Points as bright as blown-out background are hidden."""
    other_percentile: float | None = None
    """Points go as well whose pixel the other network drops with this share of its lowest
    confidences or by `min_support`, or does not have at all; None goes by the own values alone."""
    axes: tuple[tuple[float, float, float], ...] = ((1, 0, 0), (0, -1, 0), (0, 0, 1))
    """The scene's right, up and front; normals are coloured by them."""
    section: OrientedBox | None = None
    """Points outside this box are hidden."""
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

    @property
    def only_counted_filters(self) -> bool:
        """Whether `PointBuffer.visible_count` knows every filter that is on."""
        others = (self.edge_rtol, self.section, self.other_percentile)
        if self.min_support > 0 or self.hide_sky or self.hide_black or self.hide_white:
            return False
        return all(other is None for other in others)

    @property
    def largest_px(self) -> float:
        """Points never grow beyond this."""
        return max(8.0, 4.0 * self.size_px)


def highest_edge_level(style: PointStyle) -> float:
    """The largest edge level that the style leaves visible; between levels, against rounding."""
    return 256.0 if style.edge_rtol is None else edge_step(style.edge_rtol) + 0.5


def hides_by_other(style: PointStyle, buffer: PointBuffer) -> bool:
    """Whether points go because of the other network."""
    return style.other_percentile is not None and "other" in buffer.has_extras


def lowest_support_codes(style: PointStyle, buffer: PointBuffer) -> tuple[float, float]:
    """Of the points whose support is known, the lowest codes that stay visible: the own, and the
    other network's; between codes, against rounding."""
    least = style.min_support + 0.5
    return least, least if hides_by_other(style, buffer) else 0.0


def kept_by_extras(
    extras: Shaped[np.ndarray, " N"], style: PointStyle, buffer: PointBuffer
) -> Bool[np.ndarray, " N"]:
    """Which points support and the other network leave; the shader's rule."""
    kept = other_level(extras) >= lowest_other_level(style, buffer)
    codes = support_code(extras), other_support_code(extras)
    for code, least in zip(codes, lowest_support_codes(style, buffer), strict=True):
        kept &= (code == 0) | (code >= least)
    return kept


def lowest_other_level(style: PointStyle, buffer: PointBuffer) -> float:
    """The other network's lowest level that stays visible; between levels, against rounding."""
    if style.other_percentile is None or not hides_by_other(style, buffer):
        return 0.0
    return level_at(style.other_percentile) - 0.5


def color_limits(style: PointStyle) -> tuple[float, float]:
    """Visible: highest channel above the first, lowest channel below the second, 0..1."""
    black = (BLACK_LEVEL + 0.5) / 255 if style.hide_black else -1.0
    white = (WHITE_LEVEL - 0.5) / 255 if style.hide_white else 2.0
    return black, white


def box_matrix(style: PointStyle) -> Float[np.ndarray, "4 4"]:
    """World to -1..1 inside the section box; zero, so that all is inside, without one."""
    matrix = np.zeros((4, 4))
    if style.section is not None:
        matrix[:3] = style.section.box_from_world
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


def color_table(style: PointStyle, buffer: PointBuffer) -> UInt8[np.ndarray, "1 256 3"]:
    """The colour map of the style's mode; confidence by value, on the buffer's levels."""
    if style.color_mode is ColorMode.SUPPORT:
        return map_colors("support")[None]
    colors = map_of_mode(style.color_mode)
    if style.color_mode is ColorMode.CONFIDENCE:
        values = np.log(np.maximum(buffer.levels.resampled(256), 1e-6))
        low, high = np.percentile(values, [2, 98])
        place = np.clip((values - low) / max(float(high - low), 1e-9), 0, 1)
        colors = colors[(place * 255).round().astype(int)]
    return colors[None]


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
