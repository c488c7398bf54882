"""From a place on a surface back to the point of the cloud that lies there."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Int

from moe3d_viewer.rendering.points.point_buffer import PointBuffer
from moe3d_viewer.rendering.space.camera_frusta import PhotoCameras


@dataclass(frozen=True)
class PickedPoint:
    """A point under the cursor."""

    position: tuple[float, float, float]
    """In the world."""
    view_index: int
    """Which photo saw it."""
    pixel_index: int
    """v * W + u in that photo; -1 while the view knows no cameras."""
    expert_index: int
    """Expert of largest gate weight, 0-based."""
    confidence: float
    """Rounded down to the buffer's levels."""
    is_flying: bool


def blocks_around(
    buffer: PointBuffer, position: Float[np.ndarray, "3"], reach: float
) -> Int[np.ndarray, " K"]:
    """Blocks whose box comes within `reach` of a position, the nearest boxes first."""
    outside = np.maximum(buffer.block_lower - position, position - buffer.block_upper)
    distance = np.linalg.norm(np.maximum(outside, 0), axis=1)
    near = np.flatnonzero(distance <= reach)
    return near[np.argsort(distance[near], kind="stable")]


def nearest_point(
    positions: Float32[np.ndarray, "N 3"],
    visible: Bool[np.ndarray, " N"],
    target: Float[np.ndarray, "3"],
) -> tuple[int, float]:
    """Index and distance of the visible point nearest to a target; -1 and inf if there is none."""
    if not visible.any():
        return -1, np.inf
    squared = ((positions - target.astype(np.float32)) ** 2).sum(axis=1)
    index = int(np.argmin(np.where(visible, squared, np.inf)))
    return index, float(np.sqrt(squared[index]))


def pixel_in_photo(cameras: PhotoCameras, view_index: int, position: Float[np.ndarray, "3"]) -> int:
    """Row-major pixel of a photo onto which a world point projects; -1 outside."""
    if not 0 <= view_index < len(cameras):
        return -1
    camera_from_world = cameras.camera_from_world[view_index]
    in_camera = camera_from_world[:3, :3] @ position + camera_from_world[:3, 3]
    u, v, depth = cameras.intrinsics[view_index] @ in_camera
    width, height = cameras.photo_size
    if depth <= 0:
        return -1
    column, row = round(float(u / depth)), round(float(v / depth))
    inside = 0 <= column < width and 0 <= row < height
    return row * width + column if inside else -1


def nearest_set_pixel(depths: Float32[np.ndarray, "K K"]) -> tuple[int, int] | None:
    """Row and column, nearest to the middle, at which something was drawn (depth below 1)."""
    rows, columns = np.nonzero(depths < 1)
    if len(rows) == 0:
        return None
    middle = depths.shape[0] // 2
    best = int(np.argmin((rows - middle) ** 2 + (columns - middle) ** 2))
    return int(rows[best]), int(columns[best])
