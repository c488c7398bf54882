"""How far matches with depth are from what some cameras say.

A match is a ray with a predicted depth in one view and a pixel in another. The depth moves the spot
along the epipolar line, so the distance along that line is weighed by how far off the depth may be,
and the distance across it, which no depth can change, in pixels.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64

from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.matches.depth_matches import DepthMatches, lift


@dataclass(frozen=True)
class MatchErrors:
    """Some matches, and the errors expected of them."""

    matches: DepthMatches
    depth_sigma: float
    """Error of the depth, in the logarithm."""

    @property
    def unit(self) -> float:
        """Typical depth: what a shift is measured by; 1 without a match."""
        depth = self.matches.source_depth
        return float(np.median(depth)) if len(depth) else 1.0

    def _project(
        self, source: CameraState, target: CameraState, depth_factor: float = 1.0
    ) -> tuple[Float64[np.ndarray, "M 2"], Float64[np.ndarray, " M"]]:
        """Pixels in the target views, and z-depth there, with the source depth multiplied."""
        m = self.matches
        depth = m.source_depth * source.depth_scales[m.source] * depth_factor
        points = lift(m.source_pixels, depth, source.intrinsics[m.source])
        world_from_source = np.linalg.inv(source.camera_from_world)
        target_from_source = target.camera_from_world[m.target] @ world_from_source[m.source]
        points = (target_from_source[:, :3, :3] @ points[:, :, None])[:, :, 0]
        points += target_from_source[:, :3, 3]
        z = np.maximum(points[:, 2], 0.02 * self.unit)
        matrices = target.intrinsics[m.target]
        focal = np.stack([matrices[:, 0, 0], matrices[:, 1, 1]], axis=1)
        return points[:, :2] / z[:, None] * focal + matrices[:, :2, 2], z

    def measure(
        self, source: CameraState, target: CameraState | None = None
    ) -> tuple[Float64[np.ndarray, " M"], Float64[np.ndarray, " M"]]:
        """Distances across and along the epipolar line, in their standard deviations.

        Args:
            source: cameras of the source views.
            target: cameras of the target views, the same by default; a derivative moves one alone.
        """
        target, step = target or source, 0.02
        sigma_px = self.matches.sigma_px
        pixels, _ = self._project(source, target)
        slope = (self._project(source, target, 1.0 + step)[0] - pixels) / step  # px per log depth
        length = np.linalg.norm(slope, axis=1)
        direction = slope / np.maximum(length, 1e-9)[:, None]
        error = pixels - self.matches.target_pixels
        along = (error * direction).sum(axis=1)
        across = error[:, 1] * direction[:, 0] - error[:, 0] * direction[:, 1]
        blur = np.hypot(sigma_px, length * self.depth_sigma)
        return across / sigma_px, along / blur

    def fits(self, state: CameraState) -> Bool[np.ndarray, " M"]:
        """Inliers: matches within three standard deviations."""
        across, along = self.measure(state)
        return (np.abs(across) < 3) & (np.abs(along) < 3)

    def cost(self, state: CameraState) -> float:
        """Sum of squares of all errors; one that is far beyond what is expected counts as 9.

        Source: Geman & McClure 1987.
        """
        squares = np.concatenate(self.measure(state)) ** 2
        return float((squares / (1 + squares / 9)).sum())

    def depth_spread(self, state: CameraState) -> float:
        """Typical log ratio of the depth carried over to the target's own; 0.1 where unknown."""
        _, z = self._project(state, state)
        own = self.matches.target_depth * state.depth_scales[self.matches.target]
        known = np.isfinite(own)
        return float(1.48 * np.median(np.abs(np.log(z / own)[known]))) if known.any() else 0.1
