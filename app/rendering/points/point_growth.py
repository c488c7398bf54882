"""How far points move along their photos' rays, as a re-mix of the experts' depths tells.

A point at p, seen from c, goes to p + (p - c) * growth: one number a point, and 0 leaves it where
it is, to the bit.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Shaped

from moe3d_viewer.rendering.points.point_vertex import photo_index
from moe3d_viewer.rendering.space.scene_frame import Bounds


@dataclass(frozen=True)
class PointGrowth:
    """Growths in the buffer's order, with what drawing needs of them; made in a worker."""

    growth: Float32[np.ndarray, " N"]
    """Change of each point's depth as a share of it; -1 brings it to its camera."""
    block_lower: Float32[np.ndarray, "B 3"]
    """Boxes that hold the moved points of every block, and may be a little too large."""
    block_upper: Float32[np.ndarray, "B 3"]
    bounds: Bounds


def moved_vertices(
    vertices: Shaped[np.ndarray, " N"],
    growth: Float32[np.ndarray, " N"],
    centers: Float32[np.ndarray, "S 3"],
) -> Shaped[np.ndarray, " N"]:
    """The vertices where the growths put them; the shader's rule."""
    moved = vertices.copy()
    away = vertices["position"] - centers[photo_index(vertices)]
    moved["position"] = vertices["position"] + away * growth[:, None]
    return moved


def grown_boxes(
    lower: Float32[np.ndarray, "B 3"],
    upper: Float32[np.ndarray, "B 3"],
    growths: Float32[np.ndarray, "B 2"],
    centers: Float32[np.ndarray, "S 3"],
    seen: Bool[np.ndarray, "B S"],
) -> tuple[Float32[np.ndarray, "B 3"], Float32[np.ndarray, "B 3"]]:
    """Boxes around everything in these boxes after it moved.

    Args:
        lower: of the boxes.
        upper: of the boxes.
        growths: least and largest growth in each box.
        centers: of the cameras.
        seen: which cameras saw points of which box.
    """
    ends = np.stack([lower, upper], axis=1)[:, :, None, None]  # (B, 2, 1, 1, 3)
    away = ends - centers[None, None, None]  # (B, 2, 1, S, 3)
    moved = ends + away * growths[:, None, :, None, None]  # (B, 2, 2, S, 3)
    is_seen = seen[:, None, None, :, None]
    return (
        np.where(is_seen, moved, np.float32(np.inf)).min(axis=(1, 2, 3)),
        np.where(is_seen, moved, np.float32(-np.inf)).max(axis=(1, 2, 3)),
    )
