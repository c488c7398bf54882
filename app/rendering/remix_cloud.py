"""The points of the fused cloud as another depth moves them along their rays."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt32

from app.rendering.point_buffer import PointBuffer
from app.rendering.point_positions import PointPositions
from app.rendering.scene_frame import Bounds
from moe3d.scene.filters import valid_pixels
from moe3d.scene.layers import depth_layer
from moe3d.scene.records import ScenePrediction


@dataclass(frozen=True)
class RemixCloud:
    """What a new depth needs to move the points, in the order of the buffer.

    Takes 20 bytes a point beside the buffer. Coordinates lie apart: three long rows are worked
    through several times faster than triples.
    """

    buffer: PointBuffer
    """With its vertices: where the model itself puts the points."""
    pixels: UInt32[np.ndarray, " N"]
    """Place of each point in (S, H, W)."""
    fused: Float32[np.ndarray, " N"]
    """The model's own depth."""
    rays: Float32[np.ndarray, "3 N"]
    """World direction of one unit of depth."""

    def points(self, depth: Float32[np.ndarray, "S H W"] | None) -> PointPositions:
        """Where a depth puts the points; None: the model's own places.

        A pixel without a depth goes to its camera's centre.
        """
        buffer = self.buffer
        if depth is None or not len(buffer):
            own = np.ascontiguousarray(buffer.vertices["position"])
            return PointPositions(own, buffer.block_lower, buffer.block_upper, buffer.bounds)
        farther = np.take(depth.reshape(-1), self.pixels)
        farther -= self.fused
        unknown = ~np.isfinite(farther)
        if unknown.any():
            farther[unknown] = -self.fused[unknown]
        blocks = buffer.block_starts[:-1]
        positions = np.empty((len(buffer), 3), np.float32)
        lower, upper = np.empty((2, len(blocks), 3), np.float32)
        for axis in range(3):
            moved = farther * self.rays[axis]
            moved += buffer.vertices["position"][:, axis]
            positions[:, axis] = moved
            lower[:, axis] = np.minimum.reduceat(moved, blocks)
            upper[:, axis] = np.maximum.reduceat(moved, blocks)
        bounds = Bounds(lower.min(axis=0).astype(float), upper.max(axis=0).astype(float))
        return PointPositions(positions, lower, upper, bounds)


def remix_cloud(prediction: ScenePrediction, buffer: PointBuffer) -> RemixCloud:
    """Make the fused cloud ready to be moved.

    Args:
        prediction: is not changed.
        buffer: of every valid point of the layer "fused", with its vertices.
    """
    layer = depth_layer(prediction, "fused")
    pixels = np.flatnonzero(valid_pixels(prediction, layer))[buffer.order].astype(np.uint32)
    height, width = prediction.depth.shape[1:]
    centers = _centers(prediction)[pixels // (height * width)]
    fused = prediction.depth.reshape(-1)[pixels]
    rays = np.empty((3, len(buffer)), np.float32)
    for axis in range(3):  # from where the point lies: exactly along the ray that it is on
        rays[axis] = (buffer.vertices["position"][:, axis] - centers[:, axis]) / fused
    return RemixCloud(buffer, pixels, fused, rays)


def _centers(prediction: ScenePrediction) -> Float32[np.ndarray, "S 3"]:
    rotation = prediction.camera_from_world[:, :3, :3]
    translation = prediction.camera_from_world[:, :3, 3]
    return -np.einsum("sji,sj->si", rotation, translation).astype(np.float32)
