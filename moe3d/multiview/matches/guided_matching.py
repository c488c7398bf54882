"""Matches found anew where known cameras and predicted depth expect them.

Under about right cameras a keypoint's partner is known to within a few hundredths of the photo's
width: what looks alike elsewhere no longer competes, so that many more are found and fewer are
wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int

from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.matches.depth_matches import lift
from moe3d.multiview.matches.features import Features
from moe3d.multiview.matches.matching import MatchedPhotos, MatchingSettings, PairMatches, verify
from moe3d.progress import Progress


@dataclass(frozen=True)
class GuidedSettings:
    """What counts as a partner."""

    reach: float = 0.06
    """Farthest from where it is expected, as a share of the photo's width."""
    ratio: float = 0.95
    """A partner must be closer than this times the second best within reach."""
    unlike: float = 0.3
    """Largest difference of two descriptors: one less their cosine."""


def match_by_cameras(
    matched: MatchedPhotos,
    keypoint_depths: Sequence[Float64[np.ndarray, " _"]],
    state: CameraState,
    pairs: Sequence[tuple[int, int]],
    matching: MatchingSettings,
    settings: GuidedSettings,
    progress: Progress,
) -> MatchedPhotos:
    """Match photos where their cameras expect it.

    Args:
        matched: keypoints; its pairs are not looked at.
        keypoint_depths: predicted z-depth of every keypoint; NaN where unknown.
        state: cameras and depth scales.
        pairs: photos that see something in common.
        matching: how strictly pairs are verified.
        settings: what counts as a partner.
        progress: cancels.

    Returns:
        The same keypoints with pairs found anew.
    """
    found = []
    for first, second in pairs:
        progress.raise_if_cancelled()
        features = matched.features[first], matched.features[second]
        near = _expected(features, keypoint_depths, state, (first, second), settings.reach)
        index = _best_within(features, near, settings)
        intrinsics = state.intrinsics[first], state.intrinsics[second]
        verified = verify(features, index, intrinsics, matching)
        if len(verified) >= matching.min_matches:
            found.append(PairMatches(first, second, verified))
    return MatchedPhotos(matched.features, tuple(found))


def drop_unexpected(
    matched: MatchedPhotos,
    keypoint_depths: Sequence[Float64[np.ndarray, " _"]],
    state: CameraState,
    min_matches: int,
    reach: float,
) -> MatchedPhotos:
    """Leave out matches that lie far from where cameras and depth expect them.

    Repeated patterns make matches that are wrong along the epipolar line, where two photos alone
    cannot tell.

    Args:
        matched: keypoints and verified matches.
        keypoint_depths: predicted z-depth of every keypoint; NaN where unknown.
        state: cameras and depth scales.
        min_matches: pairs with fewer left are left out.
        reach: farthest that a match may lie, as a share of the photo's width.
    """
    kept = []
    for pair in matched.pairs:
        off = np.full(len(pair), np.nan)
        for source, target in ((0, 1), (1, 0)):
            views = [pair.first, pair.second]
            view, other = views[source], views[target]
            at = _carried(
                matched.features[view].pixels[pair.index[:, source]],
                keypoint_depths[view][pair.index[:, source]],
                state, view, other,
            )  # fmt: skip
            partner = matched.features[other].pixels[pair.index[:, target]]
            width = 2 * state.intrinsics[other, 0, 2]
            off = np.fmax(off, np.linalg.norm(at - partner, axis=1) / width)
        index = pair.index[~(off > reach)]
        if len(index) >= min_matches:
            kept.append(PairMatches(pair.first, pair.second, index))
    return MatchedPhotos(matched.features, tuple(kept))


def _carried(
    pixels: np.ndarray,
    depth: Float64[np.ndarray, " N"],
    state: CameraState,
    view: int,
    other: int,
) -> Float64[np.ndarray, "N 2"]:
    """Where pixels of one photo lie in another; NaN without depth, infinite behind its camera."""
    scaled = depth * state.depth_scales[view]
    points = lift(pixels.astype(np.float64), scaled, state.intrinsics[view])
    relative = state.camera_from_world[other] @ np.linalg.inv(state.camera_from_world[view])
    points = points @ relative[:3, :3].T + relative[:3, 3]
    matrix = state.intrinsics[other]
    with np.errstate(divide="ignore", invalid="ignore"):
        at = points[:, :2] / points[:, 2:] * matrix[[0, 1], [0, 1]] + matrix[:2, 2]
    at[points[:, 2] <= 0] = np.inf
    return at


def _expected(
    features: tuple[Features, Features],
    depths: Sequence[Float64[np.ndarray, " _"]],
    state: CameraState,
    views: tuple[int, int],
    reach: float,
) -> np.ndarray:
    """Which keypoints may be partners, (N, M): by the depth of either, of both where known."""
    first, second = features
    near = np.ones((len(first.pixels), len(second.pixels)), bool)
    is_known = np.zeros_like(near)
    for side, (source, target) in enumerate(((0, 1), (1, 0))):
        view, other = views[source], views[target]
        known = np.isfinite(depths[view])
        at = _carried(features[source].pixels, depths[view], state, view, other)
        within = _near(at, features[target].pixels, reach * 2 * state.intrinsics[other, 0, 2])
        within |= ~known[:, None]
        near &= within if side == 0 else within.T
        is_known |= known[:, None] if side == 0 else known[None]
    return near & is_known


def _near(
    first: Float64[np.ndarray, "N 2"], second: np.ndarray, distance: float
) -> Bool[np.ndarray, "N M"]:
    """Which points lie within a distance of which."""
    squares = np.zeros((len(first), len(second)), np.float32)
    with np.errstate(invalid="ignore"):
        for axis in (0, 1):
            apart = first[:, axis, None].astype(np.float32) - second[:, axis].astype(np.float32)
            squares += apart * apart
    return squares < distance**2


def _best_within(
    features: tuple[Features, Features], near: np.ndarray, settings: GuidedSettings
) -> Int[np.ndarray, "K 2"]:
    """Keypoints that are each other's best within reach, and clearly better than the next."""
    if min(near.shape) < 2:
        return np.zeros((0, 2), np.int64)
    likeness = np.where(near, features[0].descriptors @ features[1].descriptors.T, -1.0)
    rows = np.arange(len(likeness))
    best = likeness.argmax(axis=1)
    value = likeness[rows, best]
    is_mutual = value >= likeness.max(axis=0)[best]
    likeness[rows, best] = -1.0
    clear = 1 - value < settings.ratio**2 * (1 - likeness.max(axis=1))
    chosen = is_mutual & clear & (1 - value < settings.unlike)
    return np.stack([rows[chosen], best[chosen]], axis=1)
