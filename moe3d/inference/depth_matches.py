"""Matches with depth: what a pair of photos says about the cameras that took them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64, Int

from moe3d.inference.matching import PairMatches

MAX_RELATIVE_STEP = 1.15
"""Depth around a keypoint may differ by this factor; more is an edge, where it says nothing."""


@dataclass(frozen=True)
class DepthMatches:
    """Matches as rays with depth in one view and pixels in another; each match counts both ways.

    Pixels are those of the depth maps.
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
    pixel_sigma: float
    """Expected error of a keypoint."""

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
            self.pixel_sigma,
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


def gather_matches(
    pairs: Sequence[PairMatches],
    depth: Float[np.ndarray, "S H W"],
    image_size: tuple[int, int],
    keypoint_sigma_px: float,
) -> DepthMatches:
    """Read the depth at all matches.

    Args:
        pairs: matches in pixels of photos of `image_size`.
        depth: z-depth; NaN where unknown.
        image_size: height and width of the photos, which show the same field of view as the depth.
        keypoint_sigma_px: expected error of a keypoint, pixels of the photos.

    Returns:
        Each match twice, once from either side, without those whose source depth is unknown.
    """
    scale = np.array([depth.shape[2] / image_size[1], depth.shape[1] / image_size[0]])
    parts, pixel_sigma = [], float(keypoint_sigma_px * scale[0])
    for pair in pairs:
        pixels = [
            (p.astype(np.float64) + 0.5) * scale - 0.5
            for p in (pair.first_pixels, pair.second_pixels)
        ]
        views = [pair.first, pair.second]
        depths = [sample_depth(depth[v], p) for v, p in zip(views, pixels, strict=True)]
        for s, t in ((0, 1), (1, 0)):
            known = np.isfinite(depths[s])
            count = int(known.sum())
            parts.append(
                DepthMatches(
                    np.full(count, views[s]),
                    np.full(count, views[t]),
                    pixels[s][known],
                    depths[s][known],
                    pixels[t][known],
                    depths[t][known],
                    pixel_sigma,
                )
            )
    return _concatenate(parts, pixel_sigma)


def _concatenate(parts: Sequence[DepthMatches], pixel_sigma: float) -> DepthMatches:
    """One record of many; an empty one of none."""
    if not parts:
        none, pair = np.zeros(0), np.zeros((0, 2))
        return DepthMatches(np.zeros(0, int), np.zeros(0, int), pair, none, pair, none, pixel_sigma)
    return DepthMatches(
        np.concatenate([part.source for part in parts]),
        np.concatenate([part.target for part in parts]),
        np.concatenate([part.source_pixels for part in parts]),
        np.concatenate([part.source_depth for part in parts]),
        np.concatenate([part.target_pixels for part in parts]),
        np.concatenate([part.target_depth for part in parts]),
        pixel_sigma,
    )
