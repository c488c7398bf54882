"""Place cameras one after the other, each by its matches with the views already placed."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int

from moe3d.inference.camera_adjustment import AdjustmentSettings, CameraAdjustment
from moe3d.inference.camera_candidates import (
    camera_from_epipolar_geometry,
    camera_from_points,
    world_points,
)
from moe3d.inference.depth_matches import DepthMatches
from moe3d.inference.match_errors import CameraState, MatchErrors
from moe3d.progress import Progress


@dataclass(frozen=True)
class PlacementSettings:
    """When a camera counts as found."""

    min_inliers: int = 12
    """A view with fewer matches that fit keeps the network's camera."""
    min_inlier_share: float = 0.25
    """So does one where a smaller share of its matches fits."""
    tolerance: float = 0.02
    """Distance at which a point still fits a first guess, as a share of the image's width."""
    depth_sigma: float = 0.1
    """Expected error of the depth, in the logarithm."""


@dataclass(frozen=True)
class PlacedCameras:
    """Cameras after placement, and what they rest on."""

    state: CameraState
    inliers: Int[np.ndarray, " S"]
    """Matches that fit; 0 for the reference and for views that keep the network's camera."""
    is_anchor: Bool[np.ndarray, " S"]
    """The reference, and the first view of every group without matches to the views before it: its
    camera stays, and the others of its group rest on it."""


def place_view(
    matches: DepthMatches,
    view: int,
    intrinsics: Float64[np.ndarray, "S 3 3"],
    state: CameraState,
    settings: PlacementSettings,
) -> tuple[CameraState, int]:
    """Find one view's camera: the best of several first guesses after adjusting each.

    The guesses: the network's camera, the depth's points (PnP), the epipolar geometry.

    Args:
        matches: between this view and placed ones, both ways.
        view: the one to place.
        intrinsics: pixels of the depth maps.
        state: cameras so far; this view's is the network's.
        settings: errors expected.

    Returns:
        The cameras with this one placed, and how many of the matches that end in it fit.
    """
    own = matches.select(matches.target == view)
    if len(own) < settings.min_inliers:
        return state, 0
    tolerance_px = settings.tolerance * 2 * float(intrinsics[view, 0, 2])
    nearest = own.select(own.source == np.bincount(own.source).argmax())
    points = world_points(own, intrinsics, state)
    guesses = [
        state.camera_from_world[view],
        camera_from_points(points, own.target_pixels, intrinsics[view], tolerance_px),
        camera_from_epipolar_geometry(nearest, intrinsics, state, 2 * own.pixel_sigma),
    ]
    fixed_focal = AdjustmentSettings(focal_sigma=0.0, max_evaluations=10)
    errors = MatchErrors(matches.thinned(600), intrinsics, settings.depth_sigma)
    problem = CameraAdjustment(errors, np.array([view]), fixed_focal)
    starts = [_with_camera(state, view, guess) for guess in guesses if guess is not None]
    likely = sorted(starts, key=problem.cost)[:2]
    best = min((problem.solve(start) for start in likely), key=problem.cost)
    return best, int(MatchErrors(own, intrinsics, settings.depth_sigma).fits(best).sum())


def _with_camera(state: CameraState, view: int, camera: Float64[np.ndarray, "4 4"]) -> CameraState:
    """The same cameras with one replaced."""
    cameras = state.camera_from_world.copy()
    cameras[view] = camera
    return CameraState(cameras, state.depth_scales, state.focal_scale)


def place_cameras(
    matches: DepthMatches,
    intrinsics: Float64[np.ndarray, "S 3 3"],
    guess: Float64[np.ndarray, "S 4 4"],
    settings: PlacementSettings,
    progress: Progress,
) -> PlacedCameras:
    """Place every view, the one with the most matches to views already placed first.

    Where no view has enough of them, the one with the most matches to the other views that wait
    keeps the network's camera and is an anchor for these. A view that could not be placed supports
    no other.

    Args:
        matches: all matches with depth.
        intrinsics: pixels of the depth maps.
        guess: camera_from_world by the network; view 0 is the reference and stays.
        settings: when a camera counts as found.
        progress: reports views.
    """
    count = len(guess)
    state, inliers = CameraState(guess.copy(), np.ones(count)), np.zeros(count, int)
    is_anchor = np.arange(count) == 0
    is_waiting, is_support = ~is_anchor, is_anchor.copy()
    while is_waiting.any():
        progress.report("place cameras", int((~is_waiting).sum()), count)
        view, votes = _most_matched(matches, is_support, is_waiting)
        if votes < settings.min_inliers:
            view, _ = _most_matched(matches, is_waiting, is_waiting)
            is_anchor[view] = True
        else:
            chosen = _between(matches, view, is_support)
            placed, fitting = place_view(chosen, view, intrinsics, state, settings)
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


def adjust_together(
    matches: DepthMatches,
    intrinsics: Float64[np.ndarray, "S 3 3"],
    placed: PlacedCameras,
    settings: AdjustmentSettings,
) -> CameraState | None:
    """Adjust all placed cameras, their depth scales, and one factor on all focal lengths.

    Anchors stay where they are; other views that keep the network's camera take no part.

    Returns:
        None when there is nothing to adjust or nothing better was found.
    """
    free = np.flatnonzero(placed.inliers > 0)
    takes_part = placed.is_anchor | (placed.inliers > 0)
    chosen = matches.select(takes_part[matches.source] & takes_part[matches.target])
    if len(free) == 0 or len(chosen) < 6 * len(free) + 6:
        return None
    thinned = chosen.thinned(settings.max_matches)
    loose = MatchErrors(thinned, intrinsics, 0.1)
    depth_sigma = float(np.clip(loose.depth_spread(placed.state), 0.003, 0.3))
    errors = MatchErrors(thinned, intrinsics, depth_sigma)
    found = CameraAdjustment(errors, free, settings).solve(placed.state)
    return None if found is placed.state else found
