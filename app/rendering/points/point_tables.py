"""The tables that tell the shader how points look: colours, photos, experts, and their ranges."""

import numpy as np
from jaxtyping import Float, Float32, UInt8

from moe3d import color_table as map_colors
from moe3d import expert_colors
from moe3d.scene.confidence_levels import ConfidenceLevels
from moe3d_viewer.rendering.pictures.color_mode import ColorMode
from moe3d_viewer.rendering.pictures.palettes import map_of_mode, photo_colors
from moe3d_viewer.rendering.points.point_buffer import PointBuffer
from moe3d_viewer.rendering.points.point_style import PointStyle
from moe3d_viewer.rendering.points.point_vertex import photo_index
from moe3d_viewer.rendering.space.scene_frame import camera_centers

MAX_EXPERTS = 32
PHOTO_TEXELS = 3
"""Texels a photo takes in the photo table: z row of its camera; 1/focal, visible, x and y of the
camera; colour, z of the camera."""
TABLE_WIDTH = 768


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
