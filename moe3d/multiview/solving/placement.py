"""Place cameras one after the other, each by its matches with the views already placed.

For photos that structure from motion leaves out: small ones, and such that overlap little. The
network's depth makes points of the matches of a single pair.
"""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float64, Int

from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.matches.depth_matches import DepthMatches
from moe3d.multiview.matches.match_errors import MatchErrors
from moe3d.multiview.matches.matching import KeypointTracks
from moe3d.multiview.part_progress import Quiet
from moe3d.multiview.solving.bundle import BundleAdjustment, BundleSettings
from moe3d.multiview.solving.camera_candidates import (
    camera_from_epipolar_geometry,
    camera_from_points,
    world_points,
)
from moe3d.progress import Progress


@dataclass(frozen=True)
class PlacementSettings:
    """When a camera counts as found."""

    min_inliers: int = 12
    """A view with fewer inliers keeps the network's camera."""
    min_inlier_share: float = 0.25
    """So does one with a smaller inlier ratio."""
    tolerance: float = 0.02
    """Reprojection error of an inlier of a hypothesis, as a share of the image's width."""
    depth_sigma: float = 0.1
    """Standard deviation of the depth, in the logarithm."""
    bundle: BundleSettings = field(
        default_factory=lambda: BundleSettings(focal_sigma=0.0, max_steps=10)
    )
    """How each view is adjusted to those that are placed."""
    max_tracks: int = 500
    """Tracks of a view that this takes."""


@dataclass(frozen=True)
class PlacedCameras:
    """Cameras after placement, and what they rest on."""

    state: CameraState
    inliers: Int[np.ndarray, " S"]
    """Inliers; 0 for the reference and for views that keep the network's camera."""
    is_anchor: Bool[np.ndarray, " S"]
    """The reference, and the first view of every group without matches to the views before it: its
    camera stays, and the others of its group rest on it."""


@dataclass(frozen=True)
class Evidence:
    """All that the photos say of the cameras."""

    matches: DepthMatches
    tracks: KeypointTracks
    depth: Float64[np.ndarray, " M"]
    """z-depth that the network gives each observation of the tracks; NaN where unknown."""
    keypoint_depths: tuple[Float64[np.ndarray, " _"], ...]
    """The same for all keypoints of each photo."""
    sigma_px: Float64[np.ndarray, " S"]
    """Standard deviation of a keypoint in each photo."""
    groups: Int[np.ndarray, " S"]
    """Photos that share a focal length."""
    is_named: Bool[np.ndarray, " S"]
    """Photos whose file names the camera: these share it for certain."""

    focal_px: Float64[np.ndarray, " S"] | None = None
    """The network's focal length of each photo, shared by those of one camera."""

    def adjustment(
        self, chosen: Bool[np.ndarray, " M"], free: Bool[np.ndarray, " S"], settings: BundleSettings
    ) -> BundleAdjustment:
        """The bundle of some observations and free views."""
        tracks = self.tracks.select(chosen)
        kept = (
            np.bincount(self.tracks.track[chosen], minlength=self.tracks.count)[self.tracks.track]
            >= 2
        )
        depth = self.depth[chosen & kept]
        return BundleAdjustment(
            tracks, depth, self.sigma_px, free, self.groups, settings, self.focal_px
        )


def place_view(
    evidence: Evidence,
    view: int,
    placed: Bool[np.ndarray, " S"],
    state: CameraState,
    settings: PlacementSettings,
    progress: Progress | None = None,
) -> tuple[CameraState, int]:
    """Find one view's camera: the best of several hypotheses after adjusting each.

    The hypotheses: the network's camera, the depth's points (PnP), the epipolar geometry.

    Args:
        evidence: matches and tracks.
        view: the one to place.
        placed: views that support it.
        state: cameras so far; this view's is the network's.
        settings: errors expected.
        progress: a cancel is noticed within one step.

    Returns:
        The cameras with this one placed, and how many of the matches that end in it fit.
    """
    matches = _between(evidence.matches, view, placed)
    own = matches.select(matches.target == view)
    if len(own) < settings.min_inliers:
        return state, 0
    tolerance_px = settings.tolerance * 2 * float(state.intrinsics[view, 0, 2])
    nearest = own.select(own.source == np.bincount(own.source).argmax())
    hypotheses = [
        state.camera_from_world[view],
        camera_from_points(
            world_points(own, state), own.target_pixels, state.intrinsics[view], tolerance_px
        ),
        camera_from_epipolar_geometry(nearest, state, 2 * float(own.sigma_px[0])),
    ]
    errors = MatchErrors(matches.thinned(600), settings.depth_sigma)
    starts = [
        state.with_camera(view, camera)
        for camera in hypotheses
        if camera is not None and np.isfinite(camera).all()
    ]
    if not starts:
        return state, 0
    likely = sorted(starts, key=errors.cost)[:2]
    problem = evidence.adjustment(
        _tracks_of(evidence.tracks, view, placed, settings.max_tracks),
        np.arange(len(placed)) == view,
        settings.bundle,
    )
    quiet = Quiet(progress or Progress())
    best = min((problem.solve(start, quiet).state for start in likely), key=errors.cost)
    return best, int(MatchErrors(own, settings.depth_sigma).fits(best).sum())


def _tracks_of(
    tracks: KeypointTracks, view: int, placed: Bool[np.ndarray, " S"], most: int
) -> Bool[np.ndarray, " M"]:
    """Observations in a view and in placed ones, of tracks that the view has part in."""
    takes_part = placed[tracks.view] | (tracks.view == view)
    others = np.bincount(tracks.track[placed[tracks.view]], minlength=tracks.count) > 0
    mine = np.unique(tracks.track[(tracks.view == view) & others[tracks.track]])
    if len(mine) > most:
        mine = mine[np.linspace(0, len(mine) - 1, most).astype(int)]
    return takes_part & np.isin(tracks.track, mine)


def place_cameras(
    evidence: Evidence,
    start: CameraState,
    known: Int[np.ndarray, " S"],
    settings: PlacementSettings,
    progress: Progress,
) -> PlacedCameras:
    """Place every view that is not yet, the one with the most matches to placed views first.

    Where no view has enough of them, the one with the most matches to the other views that wait
    keeps the network's camera and is an anchor for these. A view that could not be placed supports
    no other.

    Args:
        evidence: matches and tracks.
        start: cameras by the network, or better where they are known; view 0 is the reference.
        known: matches that cameras found before rest on; 0 where there is none yet.
        settings: when a camera counts as found.
        progress: reports views.
    """
    count = len(known)
    state, inliers, matches = start, known.copy(), evidence.matches
    is_anchor = (np.arange(count) == 0) & ~known.any()
    is_waiting = (known == 0) & ~is_anchor
    is_support = ~is_waiting
    while is_waiting.any():
        progress.report("place cameras", int((~is_waiting).sum()), count)
        view, votes = _most_matched(matches, is_support, is_waiting)
        if votes < settings.min_inliers:
            view, _ = _most_matched(matches, is_waiting, is_waiting)
            is_anchor[view] = True
        else:
            placed, fitting = place_view(evidence, view, is_support, state, settings, progress)
            if fitting >= max(settings.min_inliers, settings.min_inlier_share * votes):
                state, inliers[view] = placed, fitting
        is_waiting[view] = False
        is_support[view] = is_anchor[view] or inliers[view] > 0
    return PlacedCameras(state, inliers, is_anchor)


def _most_matched(
    matches: DepthMatches, sources: Bool[np.ndarray, " S"], targets: Bool[np.ndarray, " S"]
) -> tuple[int, int]:
    """The target view with the most matches to source views, and how many."""
    arriving = sources[matches.source] & targets[matches.target]
    votes = np.bincount(matches.target[arriving], minlength=len(targets))
    view = int(np.where(targets, votes, -1).argmax())
    return view, int(votes[view])


def _between(matches: DepthMatches, view: int, others: Bool[np.ndarray, " S"]) -> DepthMatches:
    """The matches between a view and others, both ways."""
    arriving = others[matches.source] & (matches.target == view)
    leaving = others[matches.target] & (matches.source == view)
    return matches.select(arriving | leaving)
