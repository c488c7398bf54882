"""The motorcycle pair of Middlebury 2014 that scikit-image carries: two real photos, one depth map.

Calibration: the documentation of `skimage.data.stereo_motorcycle`. Source of the data: Scharstein
et al., High-resolution stereo datasets with subpixel-accurate ground truth, GCPR 2014.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64
from skimage.data import stereo_motorcycle

from moe3d.io.datasets.records import SceneTruth
from moe3d.scene.records import View, ViewSet

FOCAL_PX, BASELINE_M = 994.978, 0.193001
CENTRE_PX, CENTRE_STEP_PX = (311.193, 254.877), 31.086
SCENE = "motorcycle"


@dataclass(frozen=True)
class MotorcyclePair:
    """One scene of two photos."""

    name: str = SCENE
    clip_above_m: float | None = None

    def scene_names(self) -> tuple[str, ...]:
        """The only scene."""
        return (SCENE,)

    def num_frames(self, scene: str) -> int:
        """Left and right."""
        return 2

    def read(self, scene: str, frames: Sequence[int]) -> SceneTruth:
        """The photos with their truth; depth in metres, NaN where unknown."""
        left, right, disparity = stereo_motorcycle()
        with np.errstate(divide="ignore"):
            depth = FOCAL_PX * BASELINE_M / (disparity.astype(np.float64) + CENTRE_STEP_PX)
        depth = np.where(np.isfinite(disparity) & (depth > 0), depth, np.nan)
        intrinsics = np.tile(np.eye(3), (2, 1, 1))
        intrinsics[:, [0, 1], [0, 1]] = FOCAL_PX
        intrinsics[:, :2, 2] = CENTRE_PX
        intrinsics[1, 0, 2] += CENTRE_STEP_PX
        cameras = np.tile(np.eye(4), (2, 1, 1))
        cameras[1, 0, 3] = -BASELINE_M
        chosen, (height, width) = list(frames), disparity.shape
        pixels = (np.ascontiguousarray(left), np.ascontiguousarray(right))
        views = tuple(
            View(f"{('left', 'right')[frame]}.png", width, height, pixels=pixels[frame])
            for frame in chosen
        )
        depths = np.stack([depth, seen_from_the_right(depth, disparity)])
        note = "right.png: its depth is the left one's, moved there to the nearest pixel"
        return SceneTruth(
            ViewSet(views), depths[chosen], intrinsics[chosen], cameras[chosen], (note,)
        )


def seen_from_the_right(
    depth: Float64[np.ndarray, "H W"], disparity: Float[np.ndarray, "H W"]
) -> Float64[np.ndarray, "H W"]:
    """Move depth by its disparity; the nearest surface counts, NaN where none arrives.

    Args:
        depth: of the left photo; NaN where unknown.
        disparity: columns from a pixel of the left photo to the right one's, to the left.
    """
    rows, columns = np.nonzero(np.isfinite(depth))
    targets = np.round(columns - disparity[rows, columns]).astype(int)
    inside = (targets >= 0) & (targets < depth.shape[1])
    moved = np.full_like(depth, np.inf)
    np.minimum.at(moved, (rows[inside], targets[inside]), depth[rows[inside], columns[inside]])
    return np.where(np.isfinite(moved), moved, np.nan)
