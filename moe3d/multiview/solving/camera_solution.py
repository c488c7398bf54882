"""Cameras on the way: placed by one set of matches, and adjusted together."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int

from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.matches.depth_matches import gather_matches, keypoint_depths
from moe3d.multiview.matches.match_errors import MatchErrors
from moe3d.multiview.matches.matching import KeypointTracks, MatchedPhotos, join_tracks
from moe3d.multiview.photos import CameraGroups
from moe3d.multiview.solving.bundle import BundleSettings
from moe3d.multiview.solving.camera_settings import CameraSettings
from moe3d.multiview.solving.mapping import MappedCameras, align_model
from moe3d.multiview.solving.placement import Evidence, PlacedCameras, place_cameras
from moe3d.progress import Progress
from moe3d.scene.records import ScenePrediction


@dataclass(frozen=True)
class Solution:
    """Cameras on the way."""

    placed: PlacedCameras
    known: Int[np.ndarray, " S"]
    """Observations in the model by structure from motion; 0 for photos that it left out."""

    @property
    def state(self) -> CameraState:
        """The cameras."""
        return self.placed.state

    @property
    def takes_part(self) -> Bool[np.ndarray, " S"]:
        """Photos that rest on matches or that others rest on."""
        return self.placed.is_anchor | (self.placed.inliers > 0)


def known_depth(prediction: ScenePrediction) -> Float32[np.ndarray, "S H W"]:
    """The network's z-depth; NaN where there is none."""
    depth = prediction.depth
    is_known = prediction.valid_mask & np.isfinite(depth) & (depth > 0)
    return np.where(is_known, depth, np.float32(np.nan))


def gather_evidence(
    matched: MatchedPhotos,
    prediction: ScenePrediction,
    groups: CameraGroups,
    intrinsics: Float64[np.ndarray, "S 3 3"],
) -> Evidence:
    """All that verified matches and the network's depth say of the cameras."""
    depths = keypoint_depths(matched, known_depth(prediction), prediction.pixel_transforms)
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
        intrinsics[:, 0, 0].copy(),
    )


def place_one_way(
    evidence: Evidence,
    start: CameraState,
    mapped: MappedCameras | None,
    settings: CameraSettings,
    progress: Progress,
) -> Solution:
    """Place cameras by one way: with structure from motion, or by depth alone."""
    count = len(start.depth_scales)
    known = np.zeros(count, int)
    state = start
    if mapped is not None:
        aligned = align_model(mapped, evidence.keypoint_depths, start)
        if aligned is not None:
            state = aligned
            known = np.bincount(mapped.point_view, minlength=count)
    placed = place_cameras(evidence, state, known, settings.placement, progress)
    return Solution(placed, known)


def adjust(
    evidence: Evidence,
    found: Solution,
    bundle: BundleSettings,
    settings: CameraSettings,
    progress: Progress,
) -> Solution:
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
    return Solution(replace(placed, state=state), found.known)


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
