"""A further cloud as the GPU wants it: 16 bytes a point, in blocks like those of the result."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int, UInt8, UInt32

from moe3d import color_table
from moe3d_viewer.rendering.points.point_buffer import block_boxes
from moe3d_viewer.rendering.points.point_order import point_order
from moe3d_viewer.rendering.space.scene_frame import Bounds

UNKNOWN = (128, 128, 128)
"""Colour of points whose distance is not known."""
DISTANCE_MAP = "turbo"


@dataclass(frozen=True, eq=False)
class ObjectPoints:
    """Where the points of a cloud lie in its buffer; found once, in a worker."""

    order: UInt32[np.ndarray, " N"]
    """Index in the cloud of the point at each place."""
    block_starts: Int[np.ndarray, " B+1"]
    block_lower: Float32[np.ndarray, "B 3"]
    block_upper: Float32[np.ndarray, "B 3"]
    bounds: Bounds
    """Every point, in the cloud's own frame."""
    robust: Bounds
    """Without the outermost few per cent."""

    def __len__(self) -> int:
        return len(self.order)


def object_points(points: Float32[np.ndarray, "N 3"]) -> ObjectPoints:
    """Order the points of a cloud, which are finite; half a second a million points."""
    found = point_order(points)
    lower, upper = block_boxes(points[found.order], found.starts)
    bounds = Bounds(lower.min(axis=0).astype(float), upper.max(axis=0).astype(float))
    return ObjectPoints(found.order, found.starts, lower, upper, bounds, found.robust)


def distance_colors(
    distances: Float[np.ndarray, " N"], limits: tuple[float, float]
) -> UInt8[np.ndarray, "N 3"]:
    """Distances as colours; what lies beyond an end has its colour, what is unknown is grey."""
    low, high = limits
    known = np.isfinite(distances)
    share = (np.nan_to_num(distances, posinf=high) - low) / max(high - low, 1e-12)
    place = (np.clip(share, 0, 1) * 255).round().astype(np.uint8)
    colors = color_table(DISTANCE_MAP)[place]
    colors[~known] = UNKNOWN
    return colors


def placed_bounds(bounds: Bounds, world_from_object: Float[np.ndarray, "4 4"]) -> Bounds:
    """The box in the world that holds a box of the object."""
    corners = bounds.corners @ world_from_object[:3, :3].T + world_from_object[:3, 3]
    return Bounds(corners.min(axis=0), corners.max(axis=0))
