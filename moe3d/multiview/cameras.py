"""Cameras from all photos: structure from motion, then what it left out, then all together."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Bool, Float64, Int

from moe3d.multiview.bundle import Bundle, BundleSettings
from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.depth_matches import gather_matches, keypoint_depths
from moe3d.multiview.mapping import MappedCameras, MappingSettings, align_model, map_cameras
from moe3d.multiview.match_errors import MatchErrors
from moe3d.multiview.matching import (
    KeypointTracks,
    MatchedPhotos,
    MatchingSettings,
    join_tracks,
    match_photos,
)
from moe3d.multiview.part_progress import PartProgress
from moe3d.multiview.photos import CameraGroups, group_cameras
from moe3d.multiview.placement import (
    Evidence,
    PlacedCameras,
    PlacementSettings,
    place_cameras,
    place_view,
)
from moe3d.progress import Progress
from moe3d.scene.multiview import BUNDLE_ADJUSTED, NETWORK, PLACED, REFERENCE
from moe3d.scene.records import ScenePrediction, ViewSet

logger = logging.getLogger(__name__)

FEW = 12
"""Photos up to which several ways are tried and the best is taken."""


@dataclass(frozen=True)
class CameraSettings:
    """How cameras are found."""

    matching: MatchingSettings = field(default_factory=MatchingSettings)
    mapping: MappingSettings | None = field(default_factory=MappingSettings)
    """None leaves structure from motion out."""
    placement: PlacementSettings = field(default_factory=PlacementSettings)
    bundle: BundleSettings = field(default_factory=BundleSettings)
    certainty: BundleSettings = field(
        default_factory=lambda: BundleSettings(depth_sigma=0.5, depth_crowd=1e9, focal_sigma=0.1)
    )
    """What is unknown when the certainty of depths is told: the network's depth and focal lengths
    count for little."""
    observations_per_view: int = 600
    """Keypoints of a photo that the joint adjustment takes, those of long tracks first."""
    rounds: int = 2
    """How often each of a few photos is placed anew by all others."""
    worse: float = 1.03
    """A joint adjustment after which the matches cost more than this many times as much is dropped:
    wrong matches in its tracks have bent the cameras, as repeated patterns do."""
    own_focal_sigma: float = 0.1
    """Freedom of the focal lengths of photos that one camera did not take, in the logarithm."""
    own_focal_reach: float = 0.35
    """Focal lengths that move farther are not believed."""
    own_focal_gain: float = 0.9
    """Own focal lengths are believed where the matches then cost less than this share."""
    kept_sigmas: float = 4.0
    """An observation that is off by more expected errors belongs to no track in the end."""


@dataclass(frozen=True)
class _Solution:
    """Cameras on the way."""

    placed: PlacedCameras
    known: Int[np.ndarray, " S"]
    """Observations in the model by structure from motion; 0 for photos that it left out."""

    @property
    def state(self) -> CameraState:
        return self.placed.state

    @property
    def takes_part(self) -> Bool[np.ndarray, " S"]:
        """Photos that rest on matches or that others rest on."""
        return self.placed.is_anchor | (self.placed.inliers > 0)


@dataclass(frozen=True)
class SceneCameras:
    """Cameras of all photos, and what they rest on."""

    state: CameraState
    sources: tuple[str, ...]
    """What each camera rests on; see `Agreement.camera_sources`."""
    tracks: KeypointTracks
    """Observations that fit the cameras."""
    points: Float64[np.ndarray, "T 3"]
    """World frame, one a track."""
    residual_px: Float64[np.ndarray, " M"]
    """Reprojection error of each observation, pixels of the photo."""
    depth_sigma: Float64[np.ndarray, " M"]
    """Expected error of each observation's log z-depth, with what cameras leave open."""
    num_matches: int
    """Verified matches of all pairs."""

    @property
    def is_placed(self) -> Bool[np.ndarray, " S"]:
        """Photos whose camera rests on matches, the reference among them."""
        return np.array([source != NETWORK for source in self.sources])


def photo_intrinsics(prediction: ScenePrediction) -> Float64[np.ndarray, "S 3 3"]:
    """The network's intrinsics in pixels of the upright photos, as square pixels."""
    matrices = np.stack(
        [
            transform.original_intrinsics(np.asarray(matrix, np.float64))
            for transform, matrix in zip(
                prediction.pixel_transforms, prediction.intrinsics, strict=True
            )
        ]
    )
    focal = np.sqrt(matrices[:, 0, 0] * matrices[:, 1, 1])
    matrices[:, [0, 1], [0, 1]] = focal[:, None]
    return matrices


def share_focal(
    intrinsics: Float64[np.ndarray, "S 3 3"], groups: Int[np.ndarray, " S"]
) -> Float64[np.ndarray, "S 3 3"]:
    """Give the photos of one camera the median of their focal lengths.

    One that is not finite or not positive is unknown: it is not in the median, and gets it.
    """
    shared, focal = intrinsics.copy(), intrinsics[:, 0, 0]
    is_known = np.isfinite(focal) & (focal > 0)
    for group in np.unique(groups):
        members = groups == group
        if (members & is_known).any():
            shared[members, 0, 0] = shared[members, 1, 1] = np.median(focal[members & is_known])
    return shared


def find_cameras(
    views: ViewSet,
    prediction: ScenePrediction,
    settings: CameraSettings | None = None,
    progress: Progress | None = None,
) -> SceneCameras | None:
    """Find the cameras of a prediction's photos; the first photo's stays where it is.

    Args:
        views: the photos of the prediction, in its order.
        prediction: the network's cameras and depth; is not changed.
        settings: how.
        progress: reports and cancels.

    Returns:
        None when no two photos match.
    """
    settings, progress = settings or CameraSettings(), progress or Progress()
    own = photo_intrinsics(prediction)
    groups = group_cameras(views, own[:, 0, 0])
    intrinsics = share_focal(own, groups.number)
    matched = match_photos(views, intrinsics, settings.matching, progress)
    if not matched.pairs:
        return None
    mapped = None
    if settings.mapping is not None:
        mapped = map_cameras(matched, intrinsics, groups.number, settings.mapping, progress)
    start = CameraState(
        np.asarray(prediction.camera_from_world, np.float64), np.ones(len(views)), intrinsics
    )
    found = solve_cameras(_gather(matched, prediction, groups), start, mapped, settings, progress)
    if not found.is_placed[1:].any():
        return None
    logger.info("%d of %d photos placed", found.is_placed.sum(), len(views))
    return found


def solve_cameras(
    evidence: Evidence,
    start: CameraState,
    mapped: MappedCameras | None,
    settings: CameraSettings,
    progress: Progress,
) -> SceneCameras:
    """Place what structure from motion left out and adjust all together.

    Few photos are also placed without structure from motion, each is placed anew by the others, and
    what explains the matches best is taken.
    """
    cost = MatchErrors(evidence.matches, settings.placement.depth_sigma).cost
    count = len(start.depth_scales)
    is_few = count <= FEW
    # Each way is a placement and an adjustment; so is each round. Own focal lengths, final tracks.
    passes = 2 * (1 + (is_few and mapped is not None)) + is_few * (2 * settings.rounds + 1) + 3
    progress = PartProgress(progress, "adjust cameras", passes, count)
    found = []
    if mapped is not None:
        found.append(_solve(evidence, start, mapped, settings, progress))
    if mapped is None or is_few:
        found.append(_solve(evidence, start, None, settings, progress))
    best = min(found, key=lambda item: cost(item.state))
    if not is_few:
        return _finish(evidence, best, settings, progress)
    for _ in range(settings.rounds):
        again = _place_again(evidence, best, cost, settings, progress)
        if not cost(again.state) < 0.995 * cost(best.state):
            break
        best = again
    best = _with_own_focal(evidence, best, cost, settings, progress)
    return _finish(evidence, best, settings, progress)


def _place_again(
    evidence: Evidence,
    found: _Solution,
    cost: Callable[[CameraState], float],
    settings: CameraSettings,
    progress: Progress,
) -> _Solution:
    """Place each photo anew by all others, keep what is better, and adjust all together."""
    state, inliers = found.state, found.placed.inliers.copy()
    takes_part = found.takes_part.copy()
    for view in np.flatnonzero(~found.placed.is_anchor).tolist():
        progress.report("place cameras", view, len(inliers))
        others = takes_part & (np.arange(len(inliers)) != view)
        moved, fitting = place_view(evidence, view, others, state, settings.placement, progress)
        if fitting >= settings.placement.min_inliers and cost(moved) < cost(state):
            state, inliers[view], takes_part[view] = moved, fitting, True
    placed = replace(found.placed, state=state, inliers=inliers)
    return _adjust(evidence, _Solution(placed, found.known), settings.bundle, settings, progress)


def _with_own_focal(
    evidence: Evidence,
    found: _Solution,
    cost: Callable[[CameraState], float],
    settings: CameraSettings,
    progress: Progress,
) -> _Solution:
    """Free the focal length of every photo, if that explains the matches clearly better.

    For photos with different zoom whose files do not say so.
    """
    groups = np.where(evidence.is_named, evidence.groups, len(evidence.groups))
    groups = np.unique(
        groups + np.where(evidence.is_named, 0, np.arange(len(groups))), return_inverse=True
    )[1]
    if len(np.unique(groups)) == len(np.unique(evidence.groups)):
        return found
    alone = replace(evidence, groups=groups)
    loose = replace(settings.bundle, focal_sigma=settings.own_focal_sigma)
    freed = _adjust(alone, found, loose, settings, progress)
    change = np.log(freed.state.intrinsics[:, 0, 0] / found.state.intrinsics[:, 0, 0])
    is_likely = np.abs(change).max() < settings.own_focal_reach
    is_better = cost(freed.state) < settings.own_focal_gain * cost(found.state)
    return freed if is_likely and is_better else found


def _gather(matched: MatchedPhotos, prediction: ScenePrediction, groups: CameraGroups) -> Evidence:
    known = prediction.valid_mask & np.isfinite(prediction.depth) & (prediction.depth > 0)
    depth = np.where(known, prediction.depth, np.nan)
    depths = keypoint_depths(matched, depth, prediction.pixel_transforms)
    tracks = join_tracks(matched)
    at_observations = np.full(len(tracks.track), np.nan)
    for view, values in enumerate(depths):
        mine = tracks.view == view
        at_observations[mine] = values[tracks.keypoint[mine]]
    return Evidence(
        gather_matches(matched, depths),
        tracks,
        at_observations,
        tuple(depths),
        matched.sigma_px,
        groups.number,
        groups.is_named,
    )


def _solve(
    evidence: Evidence,
    start: CameraState,
    mapped: MappedCameras | None,
    settings: CameraSettings,
    progress: Progress,
) -> _Solution:
    """Cameras by one way: with structure from motion, or by depth alone."""
    count = len(start.depth_scales)
    known = np.zeros(count, int)
    state = start
    if mapped is not None:
        aligned = align_model(mapped, evidence.keypoint_depths, start)
        if aligned is not None:
            state = aligned
            known = np.bincount(mapped.point_view, minlength=count)
    placed = place_cameras(evidence, state, known, settings.placement, progress)
    return _adjust(evidence, _Solution(placed, known), settings.bundle, settings, progress)


def _adjust(
    evidence: Evidence,
    found: _Solution,
    bundle: BundleSettings,
    settings: CameraSettings,
    progress: Progress,
) -> _Solution:
    """Adjust all placed cameras together; one at least stays, and others without matches.

    Cameras stay as they are where all matches together, not tracks alone, then fit clearly worse.
    """
    placed, takes_part = found.placed, found.takes_part
    chosen = _thin(evidence.tracks, takes_part, settings.observations_per_view)
    fixed = placed.is_anchor.copy()
    if not fixed.any():
        fixed[0 if takes_part[0] else int(np.argmax(placed.inliers))] = True
    problem = evidence.adjustment(chosen, takes_part & ~fixed, bundle)
    state = problem.solve(placed.state, progress).state
    cost = MatchErrors(evidence.matches, settings.placement.depth_sigma).cost
    if cost(state) > settings.worse * cost(placed.state):
        return found
    return _Solution(replace(placed, state=state), found.known)


def _sources(placed: PlacedCameras, known: Int[np.ndarray, " S"]) -> tuple[str, ...]:
    def source(view: int) -> str:
        if known[view]:
            return BUNDLE_ADJUSTED
        return PLACED if placed.inliers[view] else NETWORK

    others = tuple(source(view) for view in range(1, len(known)))
    return (REFERENCE, *others)


def _thin(
    tracks: KeypointTracks, takes_part: Bool[np.ndarray, " S"], per_view: int
) -> Bool[np.ndarray, " M"]:
    """Observations of photos that take part: of each as many as wanted, and all of their tracks."""
    usable = takes_part[tracks.view]
    length = np.bincount(tracks.track[usable], minlength=max(tracks.count, 1))
    wanted = np.zeros(len(length), bool)
    random = np.random.default_rng(0)
    for view in np.flatnonzero(takes_part):
        mine = tracks.track[usable & (tracks.view == view)]
        mine = mine[length[mine] >= 2]
        order = np.lexsort((random.random(len(mine)), -length[mine]))
        wanted[mine[order[:per_view]]] = True
    return usable & wanted[tracks.track]


def _finish(
    evidence: Evidence, found: _Solution, settings: CameraSettings, progress: Progress
) -> SceneCameras:
    """Points of all tracks under the final cameras, without observations that do not fit."""
    state, takes_part = found.state, found.takes_part
    fixed = replace(settings.bundle, focal_sigma=0.0)
    nobody = np.zeros(len(takes_part), bool)
    chosen = takes_part[evidence.tracks.view]
    tracks = evidence.tracks.select(chosen)
    bundle = evidence.adjustment(chosen, nobody, fixed).solve(state, progress)
    for _ in range(2):
        fits = bundle.errors < settings.kept_sigmas
        index = np.flatnonzero(chosen & _is_track(evidence.tracks, chosen))
        chosen = np.zeros(len(chosen), bool)
        chosen[index[fits]] = True
        tracks = evidence.tracks.select(chosen)
        bundle = evidence.adjustment(chosen, nobody, fixed).solve(state, progress)
    progress.raise_if_cancelled()
    residual = bundle.errors * evidence.sigma_px[tracks.view]
    sigma = _depth_sigmas(evidence, found, chosen, bundle, settings)
    sources = _sources(found.placed, found.known)
    return SceneCameras(
        state, sources, tracks, bundle.points, residual, sigma, len(evidence.matches) // 2
    )


def _depth_sigmas(
    evidence: Evidence,
    found: _Solution,
    chosen: Bool[np.ndarray, " M"],
    bundle: Bundle,
    settings: CameraSettings,
) -> Float64[np.ndarray, " N"]:
    """How well the depths of the final tracks are known, cameras and focal lengths included."""
    free = found.takes_part.copy()
    free[int(np.argmax(found.takes_part))] = False
    problem = evidence.adjustment(chosen, free, settings.certainty)
    return problem.depth_sigmas(found.state, bundle.points)


def _is_track(tracks: KeypointTracks, chosen: Bool[np.ndarray, " M"]) -> Bool[np.ndarray, " M"]:
    """Observations of tracks of which two or more are chosen."""
    return np.bincount(tracks.track[chosen], minlength=max(tracks.count, 1))[tracks.track] >= 2
