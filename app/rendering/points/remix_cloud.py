"""The points of the fused cloud as another depth moves them along their rays."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int, UInt32

from moe3d import ScenePrediction
from moe3d_viewer.rendering.points.point_growth import PointGrowth, grown_boxes
from moe3d_viewer.rendering.points.point_order import PointPlaces
from moe3d_viewer.rendering.space.scene_frame import Bounds, camera_centers


@dataclass(frozen=True)
class RemixCloud:
    """What a new depth needs to move the points; four bytes a point."""

    fused: Float32[np.ndarray, "S H W"]
    """The model's own depth."""
    places: PointPlaces
    """Of its buffer."""
    sources: UInt32[np.ndarray, " N"]
    """The same, written out: pixel in (S, H, W) of the point at each place."""
    centers: Float32[np.ndarray, "S 3"]
    """Of the cameras."""
    seen: Bool[np.ndarray, "B S"]
    """Which cameras saw points of which block."""

    def points(self, depth: Float32[np.ndarray, "S H W"]) -> PointGrowth:
        """How a depth moves the points; a pixel without a depth goes to its camera's centre."""
        with np.errstate(divide="ignore", invalid="ignore"):
            by_pixel = (depth - self.fused) / self.fused
        places = self.places
        growth = np.take(by_pixel.reshape(-1), self.sources)
        unknown = ~np.isfinite(growth)
        if unknown.any():
            growth[unknown] = -1
        if not len(growth):
            nothing = Bounds(np.zeros(3), np.zeros(3))
            return PointGrowth(growth, places.block_lower, places.block_upper, nothing)
        blocks = places.block_starts[:-1]
        ends = np.minimum.reduceat(growth, blocks), np.maximum.reduceat(growth, blocks)
        lower, upper = grown_boxes(
            places.block_lower, places.block_upper, np.stack(ends, axis=1), self.centers, self.seen
        )
        bounds = Bounds(lower.min(axis=0).astype(float), upper.max(axis=0).astype(float))
        return PointGrowth(growth, lower, upper, bounds)


def remix_cloud(prediction: ScenePrediction, places: PointPlaces) -> RemixCloud:
    """Make the fused cloud ready to be moved.

    Args:
        prediction: is not changed.
        places: those of the fused cloud's buffer.
    """
    sources = places.sources()
    views = sources // np.uint32(prediction.depth[0].size)
    return RemixCloud(
        fused=prediction.depth,
        places=places,
        sources=sources,
        centers=camera_centers(prediction.camera_from_world).astype(np.float32),
        seen=_seen(views, places.block_starts, prediction.num_views),
    )


def _seen(
    views: UInt32[np.ndarray, " N"], starts: Int[np.ndarray, " B+1"], num_views: int
) -> Bool[np.ndarray, "B S"]:
    seen = np.zeros((len(starts) - 1, num_views), bool)
    seen[np.repeat(np.arange(len(starts) - 1), np.diff(starts)), views] = True
    return seen
