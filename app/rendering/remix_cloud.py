"""The points of the fused cloud as another depth moves them along their rays."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int, UInt32

from app.rendering.point_buffer import block_boxes
from app.rendering.point_growth import PointGrowth, grown_boxes
from app.rendering.point_order import point_order
from app.rendering.scene_frame import Bounds, camera_centers
from moe3d.scene.filters import valid_pixels
from moe3d.scene.layers import named_layer
from moe3d.scene.records import PointCloud, ScenePrediction


@dataclass(frozen=True)
class RemixCloud:
    """What a new depth needs to move the points; four bytes a point."""

    fused: Float32[np.ndarray, "S H W"]
    """The model's own depth."""
    pixels: UInt32[np.ndarray, " N"]
    """Place in (S, H, W) of the point at each place of the buffer."""
    block_starts: Int[np.ndarray, " B+1"]
    block_lower: Float32[np.ndarray, "B 3"]
    block_upper: Float32[np.ndarray, "B 3"]
    centers: Float32[np.ndarray, "S 3"]
    """Of the cameras."""
    seen: Bool[np.ndarray, "B S"]
    """Which cameras saw points of which block."""

    def points(self, depth: Float32[np.ndarray, "S H W"]) -> PointGrowth:
        """How a depth moves the points; a pixel without a depth goes to its camera's centre."""
        with np.errstate(divide="ignore", invalid="ignore"):
            by_pixel = (depth - self.fused) / self.fused
        growth = np.take(by_pixel.reshape(-1), self.pixels)
        unknown = ~np.isfinite(growth)
        if unknown.any():
            growth[unknown] = -1
        if not len(growth):
            nothing = Bounds(np.zeros(3), np.zeros(3))
            return PointGrowth(growth, self.block_lower, self.block_upper, nothing)
        blocks = self.block_starts[:-1]
        ends = np.minimum.reduceat(growth, blocks), np.maximum.reduceat(growth, blocks)
        lower, upper = grown_boxes(
            self.block_lower, self.block_upper, np.stack(ends, axis=1), self.centers, self.seen
        )
        bounds = Bounds(lower.min(axis=0).astype(float), upper.max(axis=0).astype(float))
        return PointGrowth(growth, lower, upper, bounds)


def remix_cloud(prediction: ScenePrediction, cloud: PointCloud) -> RemixCloud:
    """Make the fused cloud ready to be moved.

    Args:
        prediction: is not changed.
        cloud: every valid point of the layer "fused", from which the buffer was built.
    """
    layer = named_layer(prediction, "fused")
    places = point_order(cloud.points)
    pixels = np.flatnonzero(valid_pixels(prediction, layer))[places.order].astype(np.uint32)
    lower, upper = block_boxes(cloud.points[places.order], places.starts)
    return RemixCloud(
        fused=prediction.depth,
        pixels=pixels,
        block_starts=places.starts,
        block_lower=lower,
        block_upper=upper,
        centers=camera_centers(prediction.camera_from_world).astype(np.float32),
        seen=_seen(cloud.view_index[places.order], places.starts, prediction.num_views),
    )


def _seen(
    views: Int[np.ndarray, " N"], starts: Int[np.ndarray, " B+1"], num_views: int
) -> Bool[np.ndarray, "B S"]:
    seen = np.zeros((len(starts) - 1, num_views), bool)
    seen[np.repeat(np.arange(len(starts) - 1), np.diff(starts)), views] = True
    return seen
