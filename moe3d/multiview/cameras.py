"""Cameras from all photos: structure from motion, then what it left out, then all together."""

import logging
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float64, Int

from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.matches.match_errors import MatchErrors
from moe3d.multiview.matches.matching import KeypointTracks, match_photos
from moe3d.multiview.part_progress import PartProgress
from moe3d.multiview.photos import group_cameras
from moe3d.multiview.solving.bundle import Bundle
from moe3d.multiview.solving.camera_settings import FEW, CameraSettings
from moe3d.multiview.solving.camera_solution import Solution, adjust, gather_evidence, place_one_way
from moe3d.multiview.solving.judged_cameras import WholePhotos, place_again, with_own_focal
from moe3d.multiview.solving.mapping import MappedCameras, map_cameras
from moe3d.multiview.solving.placement import Evidence, PlacedCameras
from moe3d.progress import Progress
from moe3d.scene.multiview import BUNDLE_ADJUSTED, NETWORK, PLACED, REFERENCE
from moe3d.scene.records import ScenePrediction, ViewSet

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SceneCameras:
    """Cameras of all photos, and what they rest on."""

    state: CameraState
    sources: tuple[str, ...]
    """What each camera rests on; see `Agreement.camera_sources`."""
    tracks: KeypointTracks
    """Inlier observations under the cameras."""
    points: Float64[np.ndarray, "T 3"]
    """World frame, one a track."""
    residual_px: Float64[np.ndarray, " M"]
    """Reprojection error of each observation, pixels of the photo."""
    depth_sigma: Float64[np.ndarray, " M"]
    """Standard deviation of each observation's log z-depth, with what cameras leave open."""
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
    evidence = gather_evidence(matched, prediction, groups, intrinsics)
    photos = WholePhotos(matched, prediction, groups, intrinsics)
    found = solve_cameras(evidence, start, mapped, settings, progress, photos)
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
    photos: WholePhotos | None = None,
) -> SceneCameras:
    """Place what structure from motion left out and adjust all together.

    Few photos are also placed without structure from motion, each is placed anew by the others, and
    what explains the matches best is taken.
    """
    cost = MatchErrors(evidence.matches, settings.placement.depth_sigma).cost
    count = len(start.depth_scales)
    is_few = count <= FEW
    # Each way is a placement and an adjustment; so is each round. Own focal lengths, final tracks.
    passes = 2 * (1 + (is_few and mapped is not None)) + is_few * (4 * settings.rounds + 1) + 3
    progress = PartProgress(progress, "adjust cameras", passes, count)
    if not is_few and photos is not None:
        placed = place_one_way(evidence, start, mapped, settings, progress)
        evidence, best = photos.adjust_by_expected(evidence, placed, settings, progress)
        return _finish(evidence, best, settings, progress)
    found = []
    for way in [mapped, None] if is_few and mapped is not None else [mapped]:
        placed = place_one_way(evidence, start, way, settings, progress)
        found.append(adjust(evidence, placed, settings.bundle, settings, progress))
    best = min(found, key=lambda item: cost(item.state))
    if not is_few:
        return _finish(evidence, best, settings, progress)
    for _ in range(settings.rounds):
        again = place_again(evidence, best, cost, settings, progress)
        if not cost(again.state) < 0.995 * cost(best.state):
            break
        best = again
    if photos is not None:
        evidence, best = photos.improve(evidence, best, settings, progress)
        cost = MatchErrors(evidence.matches, settings.placement.depth_sigma).cost
    best = with_own_focal(evidence, best, cost, settings, progress)
    return _finish(evidence, best, settings, progress)


def _sources(placed: PlacedCameras, known: Int[np.ndarray, " S"]) -> tuple[str, ...]:
    def source(view: int) -> str:
        if known[view]:
            return BUNDLE_ADJUSTED
        return PLACED if placed.inliers[view] else NETWORK

    others = tuple(source(view) for view in range(1, len(known)))
    return (REFERENCE, *others)


def _finish(
    evidence: Evidence, found: Solution, settings: CameraSettings, progress: Progress
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
    found: Solution,
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
