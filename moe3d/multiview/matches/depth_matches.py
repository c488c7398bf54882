"""Matches with depth: what a pair of photos says about the cameras that took them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float, Float64, Int

from moe3d.multiview.matches.matching import MatchedPhotos
from moe3d.scene.pixel_transform import PixelTransform

MAX_RELATIVE_STEP = 1.15
"""Depth around a keypoint may differ by this factor; more is an edge, where it says nothing."""


@dataclass(frozen=True)
class DepthMatches:
    """Matches as rays with depth in one view and pixels in another; each match counts both ways.

    Pixels are those of the upright photos.
    """

    source: Int[np.ndarray, " M"]
    """View whose depth is known."""
    target: Int[np.ndarray, " M"]
    """View in which the same spot was found."""
    source_pixels: Float64[np.ndarray, "M 2"]
    source_depth: Float64[np.ndarray, " M"]
    target_pixels: Float64[np.ndarray, "M 2"]
    target_depth: Float64[np.ndarray, " M"]
    """The target's own depth there; NaN where it says nothing."""
    sigma_px: Float64[np.ndarray, " M"]
    """Standard deviation of the target's keypoint."""

    def __len__(self) -> int:
        return len(self.source)

    def select(self, chosen: np.ndarray) -> "DepthMatches":
        """The matches under a mask or at these indices."""
        return DepthMatches(
            self.source[chosen],
            self.target[chosen],
            self.source_pixels[chosen],
            self.source_depth[chosen],
            self.target_pixels[chosen],
            self.target_depth[chosen],
            self.sigma_px[chosen],
        )

    def thinned(self, most: int) -> "DepthMatches":
        """At most this many matches, taken evenly."""
        if len(self) <= most:
            return self
        return self.select(np.linspace(0, len(self) - 1, most).astype(int))


def sample_depth(
    depth: Float[np.ndarray, "H W"], pixels: Float[np.ndarray, "N 2"]
) -> Float64[np.ndarray, " N"]:
    """Read a depth map between its pixels; NaN where unknown, outside or at a depth edge.

    Inverse depth is interpolated, which is exact on planes.
    """
    height, width = depth.shape
    u = np.clip(pixels[:, 0], 0, width - 1)
    v = np.clip(pixels[:, 1], 0, height - 1)
    left = np.minimum(u.astype(int), max(width - 2, 0))
    top = np.minimum(v.astype(int), max(height - 2, 0))
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    corners = depth[[top, top, bottom, bottom], [left, right, left, right]].astype(np.float64)
    a, b = u - left, v - top
    weights = np.stack([(1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b])
    with np.errstate(divide="ignore", invalid="ignore"):
        value = 1.0 / (weights / corners).sum(axis=0)
        is_smooth = corners.max(axis=0) < MAX_RELATIVE_STEP * corners.min(axis=0)
    return np.where(is_smooth & np.isfinite(value) & (value > 0), value, np.nan)


def lift(
    pixels: Float[np.ndarray, "M 2"],
    depth: Float[np.ndarray, " M"],
    intrinsics: Float[np.ndarray, "..."],
) -> Float64[np.ndarray, "M 3"]:
    """Pixels with z-depth to camera points; intrinsics (3, 3) or one (M, 3, 3) for each."""
    focal = np.stack([intrinsics[..., 0, 0], intrinsics[..., 1, 1]], axis=-1)
    rays = (pixels - intrinsics[..., :2, 2]) / focal
    return np.concatenate([rays, np.ones((len(rays), 1))], axis=1) * depth[:, None]


def keypoint_depths(
    matched: MatchedPhotos,
    depth: Float[np.ndarray, "S H W"],
    transforms: Sequence[PixelTransform],
) -> list[Float64[np.ndarray, " _"]]:
    """Read the depth at all keypoints of all photos.

    Args:
        matched: keypoints in pixels of the upright photos.
        depth: z-depth; NaN where unknown.
        transforms: from the photos to the depth maps.

    Returns:
        z-depth, one array a photo; NaN where unknown, outside the map or at a depth edge.
    """
    found = []
    for features, view_depth, transform in zip(matched.features, depth, transforms, strict=True):
        pixels = transform.network_from_original(features.pixels.astype(np.float64))
        inside = (pixels > -0.5).all(axis=1) & (
            pixels < np.array(view_depth.shape[::-1]) - 0.5
        ).all(axis=1)
        found.append(np.where(inside, sample_depth(view_depth, pixels), np.nan))
    return found


def gather_matches(
    matched: MatchedPhotos, depths: Sequence[Float64[np.ndarray, " _"]]
) -> DepthMatches:
    """Every match twice, once from either side, without those whose source depth is unknown.

    Args:
        matched: keypoints and matches.
        depths: z-depth of every keypoint, one array a photo.
    """
    parts = []
    for pair in matched.pairs:
        views = [pair.first, pair.second]
        pixels = [
            matched.features[v].pixels[pair.index[:, side]].astype(np.float64)
            for side, v in enumerate(views)
        ]
        z = [depths[v][pair.index[:, side]] for side, v in enumerate(views)]
        for s, t in ((0, 1), (1, 0)):
            known = np.isfinite(z[s])
            count = int(known.sum())
            parts.append(
                DepthMatches(
                    np.full(count, views[s]),
                    np.full(count, views[t]),
                    pixels[s][known],
                    z[s][known],
                    pixels[t][known],
                    z[t][known],
                    np.full(count, matched.features[views[t]].sigma_px),
                )
            )
    return _concatenate(parts)


def _concatenate(parts: Sequence[DepthMatches]) -> DepthMatches:
    """One record of many; an empty one of none."""
    if not parts:
        none, pair = np.zeros(0), np.zeros((0, 2))
        return DepthMatches(np.zeros(0, int), np.zeros(0, int), pair, none, pair, none, none)
    return DepthMatches(
        *(np.concatenate([getattr(part, item.name) for part in parts])
          for item in fields(DepthMatches))
    )  # fmt: skip
