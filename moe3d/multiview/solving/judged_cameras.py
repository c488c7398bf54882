"""Cameras judged by all matches and by whole photos: several ways for few, one check for many."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64, Int

from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.matches.dense_agreement import DenseAgreement, most_matched
from moe3d.multiview.matches.guided_matching import drop_unexpected, match_by_cameras
from moe3d.multiview.matches.match_errors import MatchErrors
from moe3d.multiview.matches.matching import MatchedPhotos
from moe3d.multiview.photos import CameraGroups
from moe3d.multiview.solving.camera_settings import CameraSettings
from moe3d.multiview.solving.camera_solution import Solution, adjust, gather_evidence, known_depth
from moe3d.multiview.solving.placement import Evidence, place_view
from moe3d.multiview.solving.pose_search import PoseSearch
from moe3d.progress import Progress
from moe3d.scene.records import ScenePrediction


def place_again(
    evidence: Evidence,
    found: Solution,
    cost: Callable[[CameraState], float],
    settings: CameraSettings,
    progress: Progress,
) -> Solution:
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
    return adjust(evidence, Solution(placed, found.known), settings.bundle, settings, progress)


def with_own_focal(
    evidence: Evidence,
    found: Solution,
    cost: Callable[[CameraState], float],
    settings: CameraSettings,
    progress: Progress,
) -> Solution:
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
    freed = adjust(alone, found, loose, settings, progress)
    change = np.log(freed.state.intrinsics[:, 0, 0] / found.state.intrinsics[:, 0, 0])
    is_likely = np.abs(change).max() < settings.own_focal_reach
    is_better = cost(freed.state) < settings.own_focal_gain * cost(found.state)
    return freed if is_likely and is_better else found


class WholePhotos:
    """Looks for cameras under which whole photos agree, and for the matches that go with them."""

    def __init__(
        self,
        matched: MatchedPhotos,
        prediction: ScenePrediction,
        groups: CameraGroups,
        intrinsics: Float64[np.ndarray, "S 3 3"],
    ) -> None:
        """Set up; nothing is computed yet.

        Args:
            matched: keypoints of the photos.
            prediction: what the network saw and says.
            groups: photos of one camera.
            intrinsics: the network's, shared by photos of one camera; pixels of the photos.
        """
        self._matched, self._prediction = matched, prediction
        self._groups, self._intrinsics = groups, intrinsics

    def improve(
        self, evidence: Evidence, found: Solution, settings: CameraSettings, progress: Progress
    ) -> tuple[Evidence, Solution]:
        """Search for the cameras of photos that do not agree; drop matches that are not expected.

        Args:
            evidence: verified matches and tracks that the cameras rest on.
            found: cameras to begin with.
            settings: how.
            progress: reports and cancels.

        Returns:
            Matches that go with the cameras, and the cameras.
        """
        ways = [_Way(self._matched, evidence, found)]
        if settings.search is not None:
            photos = self._reduced(found.state)
            ways += self._searched(photos, evidence, found, settings, progress)
            best = _choose(photos, ways, settings) if len(ways) > 1 else ways[0]
        else:
            best = ways[0]
        anew = self._expected(best.matched, best.evidence, best.solution.state, settings)
        if anew is best.evidence:
            return best.evidence, best.solution
        return anew, adjust(anew, best.solution, settings.bundle, settings, progress)

    def adjust_by_expected(
        self, evidence: Evidence, placed: Solution, settings: CameraSettings, progress: Progress
    ) -> tuple[Evidence, Solution]:
        """Adjust many photos by the matches that are expected, if whole photos then still agree.

        Args:
            evidence: all matches that were verified.
            placed: cameras to begin with.
            settings: how.
            progress: reports and cancels.

        Returns:
            The expected matches; the adjusted cameras, or those to begin with.
        """
        expected = self._expected(self._matched, evidence, placed.state, settings)
        adjusted = adjust(expected, placed, settings.bundle, settings, progress)
        partners = most_matched(_fitting(evidence, placed.state, settings), settings.partners)
        photos = self._reduced(placed.state)
        before, after = (
            float(photos.with_partners(item.state, partners, settings.partners).mean())
            for item in (placed, adjusted)
        )
        return expected, adjusted if after >= settings.still_agreeing * before else placed

    def _expected(
        self,
        matched: MatchedPhotos,
        evidence: Evidence,
        state: CameraState,
        settings: CameraSettings,
    ) -> Evidence:
        least = settings.matching.min_matches
        kept = drop_unexpected(matched, evidence.keypoint_depths, state, least, settings.expected)
        return self._evidence(kept) if kept.pairs else evidence

    def _searched(
        self,
        photos: DenseAgreement,
        evidence: Evidence,
        found: Solution,
        settings: CameraSettings,
        progress: Progress,
    ) -> list["_Way"]:
        """Cameras under which photos agree better, with matches found anew; none if none are."""
        assert settings.search is not None
        depths, state = evidence.keypoint_depths, found.state
        fitting = _fitting(evidence, state, settings)
        search = PoseSearch(self._matched, depths, photos, fitting, settings.search)
        searched = search.improve(state, progress)
        if searched is state:
            return []
        ways, state = [], searched
        unguarded = replace(settings, worse=np.inf)
        for guided in settings.guided:
            agreement = photos.of_state(state)
            first, second = np.nonzero(np.triu(agreement > settings.min_agreement))
            pairs = list(zip(first.tolist(), second.tolist(), strict=True))
            matched = match_by_cameras(
                self._matched, depths, state, pairs, settings.matching, guided, progress
            )
            if not matched.pairs:
                break
            anew = self._evidence(matched)
            solution = _resting_on(anew, found, state, settings)
            if not ways:
                ways.append(_Way(matched, anew, solution))
            solution = adjust(anew, solution, settings.bundle, unguarded, progress)
            ways.append(_Way(matched, anew, solution))
            state = solution.state
        return ways

    def _evidence(self, matched: MatchedPhotos) -> Evidence:
        return gather_evidence(matched, self._prediction, self._groups, self._intrinsics)

    def _reduced(self, state: CameraState) -> DenseAgreement:
        prediction = self._prediction
        depth = known_depth(prediction)
        matrices = np.stack(
            [
                transform.network_intrinsics(matrix)
                for transform, matrix in zip(
                    prediction.pixel_transforms, state.intrinsics, strict=True
                )
            ]
        )
        return DenseAgreement(prediction.images, depth, matrices)


@dataclass(frozen=True)
class _Way:
    """Cameras, and the matches that they rest on."""

    matched: MatchedPhotos
    evidence: Evidence
    solution: Solution


def _choose(photos: DenseAgreement, ways: list[_Way], settings: CameraSettings) -> _Way:
    """The last under which whole photos agree about as well as they ever do."""
    values = np.array([photos.of_state(way.solution.state).sum() for way in ways])
    return ways[np.flatnonzero(values >= settings.matched_anew * values.max())[-1]]


def _fitting(
    evidence: Evidence, state: CameraState, settings: CameraSettings
) -> Int[np.ndarray, "S S"]:
    """How many matches of every two photos fit the cameras."""
    count, matches = len(state.depth_scales), evidence.matches
    fits = MatchErrors(matches, settings.placement.depth_sigma).fits(state)
    pairs = matches.source[fits] * count + matches.target[fits]
    table = np.bincount(pairs, minlength=count**2).reshape(count, count)
    return (table + table.T) // 2


def _resting_on(
    evidence: Evidence, found: Solution, state: CameraState, settings: CameraSettings
) -> Solution:
    """Which photos rest on these matches; others go back to the camera that they had."""
    count = len(state.depth_scales)
    matches = evidence.matches
    fits = MatchErrors(matches, settings.placement.depth_sigma).fits(state)
    inliers = np.bincount(matches.target[fits], minlength=count)
    inliers[inliers < settings.placement.min_inliers] = 0
    is_anchor = np.arange(count) == 0
    lost = (inliers == 0) & ~is_anchor
    cameras, scales = state.camera_from_world.copy(), state.depth_scales.copy()
    cameras[lost] = found.state.camera_from_world[lost]
    scales[lost] = found.state.depth_scales[lost]
    inliers[is_anchor] = 0
    kept = replace(state, camera_from_world=cameras, depth_scales=scales)
    placed = replace(found.placed, state=kept, inliers=inliers, is_anchor=is_anchor)
    return Solution(placed, np.where(inliers > 0, found.known, 0))
