"""Search for the cameras of few photos: hypotheses by doubtful matches, scored by whole photos.

Every three matches of two photos, lifted by the predicted depth, give a hypothesis of how one
camera lies to the other. Most are wrong; whole photos tell which are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float64, Int
from scipy.spatial.transform import Rotation

from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.matches.dense_agreement import DenseAgreement, most_matched
from moe3d.multiview.matches.depth_matches import lift
from moe3d.multiview.matches.features import FeatureSettings, match_features
from moe3d.multiview.matches.matching import MatchedPhotos
from moe3d.progress import Progress


@dataclass(frozen=True)
class SearchSettings:
    """How wide the search is."""

    ratio: float = 0.95
    """Matches must be closer than this times the second best; laxer than for verified ones."""
    samples: int = 2000
    """Triples of matches that are drawn for a pair of photos."""
    tolerance: float = 0.06
    """Reprojection error of an inlier of a hypothesis, as a share of the photo's width."""
    hypotheses: int = 48
    """Hypotheses of a pair that are scored by the whole photos."""
    kept: int = 4
    """Hypotheses of a pair that are tried in the scene."""
    tried: int = 2
    """Cameras of a photo that are improved in small random steps."""
    steps: tuple[float, ...] = (5.0, 3.0, 1.8)
    """Standard deviation of these steps in degrees, round by round."""
    step_count: int = 24
    """Steps that are tried in a round."""
    scale_step: float = 0.03
    """Standard deviation of the steps of the depth scale, in the logarithm."""
    scale_reach: float = 0.25
    """Farthest that a photo's depth scale is moved, in the logarithm."""
    good: float = 0.5
    """A photo that agrees this well with its best partners is not searched for."""
    gain: float = 0.01
    """Gain of agreement that a new camera must bring."""
    certain_matches: int = 3000
    """Nor is one whose camera this many matches fit: they are not all wrong."""
    voters: int = 5
    """Photos that judge a photo's cameras: those with the most matches."""
    partners: int = 3
    """Photos that a photo is compared with to see whether it needs a search."""
    rounds: int = 2
    """How often all photos are gone through."""


@dataclass(frozen=True)
class _Hypotheses:
    """How one camera may lie to another: the second's points times `scale`, moved, are the first's.

    Lengths are those of the second photo's predicted depth.
    """

    rotation: Float64[np.ndarray, "N 3 3"]
    shift: Float64[np.ndarray, "N 3"]
    log_scale: Float64[np.ndarray, " N"]
    """Logarithm of the factor that brings the first photo's depth to the second's."""

    def __len__(self) -> int:
        return len(self.rotation)

    def select(self, chosen: np.ndarray) -> "_Hypotheses":
        return _Hypotheses(self.rotation[chosen], self.shift[chosen], self.log_scale[chosen])

    def joined(self, other: "_Hypotheses") -> "_Hypotheses":
        return _Hypotheses(
            np.concatenate([self.rotation, other.rotation]),
            np.concatenate([self.shift, other.shift]),
            np.concatenate([self.log_scale, other.log_scale]),
        )

    def inverted(self) -> "_Hypotheses":
        """The same with the photos exchanged."""
        back = self.rotation.swapaxes(1, 2)
        shift = -np.einsum("nij,nj->ni", back, self.shift) / np.exp(self.log_scale)[:, None]
        return _Hypotheses(back, shift, -self.log_scale)

    def first_from_second(self) -> Float64[np.ndarray, "N 4 4"]:
        matrices = np.tile(np.eye(4), (len(self), 1, 1))
        matrices[:, :3, :3], matrices[:, :3, 3] = self.rotation, self.shift
        return matrices


class PoseSearch:
    """The photos of a scene, and what their matches suggest."""

    def __init__(
        self,
        matched: MatchedPhotos,
        keypoint_depths: Sequence[Float64[np.ndarray, " _"]],
        coarse: DenseAgreement,
        fitting: Int[np.ndarray, "S S"],
        settings: SearchSettings,
    ) -> None:
        """Set up; nothing is computed yet.

        Args:
            matched: keypoints of the photos.
            keypoint_depths: z-depth that the network gives every keypoint; NaN where unknown.
            coarse: photos that judge.
            fitting: matches of every two photos that fit the cameras so far.
            settings: how wide.
        """
        self._matched, self._depths = matched, keypoint_depths
        self._coarse, self._settings = coarse, settings
        self._is_certain = fitting.sum(axis=1) >= settings.certain_matches
        self._voters = most_matched(fitting, settings.voters)
        self._known: dict[tuple[int, int], _Hypotheses] = {}

    def improve(self, state: CameraState, progress: Progress) -> CameraState:
        """Give photos cameras under which they agree better with the others; the first stays.

        Args:
            state: cameras to begin with.
            progress: reports photos, and cancels.
        """
        count, start = len(state.depth_scales), state
        if self._doubtful(state).any():
            joined = self._join(state, progress)
            if self._coarse.of_state(joined).sum() > self._coarse.of_state(state).sum():
                state = joined
        for _ in range(self._settings.rounds):
            before = state
            doubtful = self._doubtful(state) if state is start else ~self._is_certain
            table = self._coarse.of_state(state)
            for view in np.argsort(table.sum(axis=1)).tolist():
                progress.report("place cameras", view, count)
                if view and doubtful[view]:
                    state = self._improve_view(view, state, progress)
            if state is before:
                break
        return state

    def _doubtful(self, state: CameraState) -> Bool[np.ndarray, " S"]:
        """Photos that do not agree well with those that they agree with best."""
        agreement = self._coarse.with_partners(state, self._voters, self._settings.partners)
        return (agreement < self._settings.good) & ~self._is_certain

    def _join(self, state: CameraState, progress: Progress) -> CameraState:
        """Build the scene anew: the pairs that agree best first, groups joined as wholes."""
        count = len(state.depth_scales)
        choices: dict[tuple[int, int], _Hypotheses] = {}
        values: dict[tuple[int, int], Float64[np.ndarray, " N"]] = {}
        for pair in combinations(range(count), 2):
            if pair[0] not in self._voters[pair[1]] and pair[1] not in self._voters[pair[0]]:
                continue
            progress.raise_if_cancelled()
            choices[pair] = self._hypotheses(*pair, state).joined(_present(pair, state))
            values[pair] = self._of_hypotheses(pair, choices[pair])
        group = np.arange(count)
        for pair in sorted(choices, key=lambda key: -values[key].max()):
            if group[pair[0]] == group[pair[1]]:
                continue
            progress.raise_if_cancelled()
            stays, moves = pair if group[pair[1]] != group[0] else pair[::-1]
            hypotheses = choices[pair] if stays == pair[0] else choices[pair].inverted()
            first, second = (group == group[view] for view in (stays, moves))
            trials = [
                _moved(state, second, (stays, moves), hypotheses.select(np.array([index])))
                for index in range(len(hypotheses))
            ]
            state = max(trials, key=partial(self._between, first=first, second=second))
            group[second] = group[stays]
        return state

    def _between(
        self, state: CameraState, first: Bool[np.ndarray, " S"], second: Bool[np.ndarray, " S"]
    ) -> float:
        """How well two groups of photos agree."""
        scales, fixed = np.log(state.depth_scales), np.flatnonzero(first).tolist()
        return sum(
            self._coarse.of_view(
                view, state.camera_from_world[[view]], scales[[view]], fixed, state
            ).item()
            for view in np.flatnonzero(second).tolist()
        )

    def _of_hypotheses(
        self, pair: tuple[int, int], hypotheses: _Hypotheses
    ) -> Float64[np.ndarray, " N"]:
        """How well two photos agree by each hypothesis."""
        own = hypotheses.first_from_second()
        still = np.broadcast_to(np.eye(4), own.shape)
        scales = hypotheses.log_scale, np.zeros(len(hypotheses))
        return self._coarse.of_pairs(pair, (own, still), scales)

    def _improve_view(self, view: int, state: CameraState, progress: Progress) -> CameraState:
        others = self._voters[view]
        cameras = [state.camera_from_world[view][None]]
        scales = [np.log(state.depth_scales[view])[None]]
        for other in others:
            progress.raise_if_cancelled()
            hypotheses = self._hypotheses(view, other, state)
            own = hypotheses.first_from_second()
            own[:, :3, 3] *= state.depth_scales[other]
            cameras.append(own @ state.camera_from_world[other])
            scales.append(hypotheses.log_scale + np.log(state.depth_scales[other]))
        cameras, scales = np.concatenate(cameras), np.concatenate(scales)
        judge = partial(self._coarse.of_view, view, others=others, state=state)
        found = judge(cameras, scales)
        before = found[0]
        best = (before, cameras[0], scales[0])
        for index in np.argsort(-found)[: self._settings.tried]:
            progress.raise_if_cancelled()
            start = (found[index], cameras[index], scales[index])
            best = max(best, self._in_small_steps(view, start, judge), key=lambda item: item[0])
        if best[0] < before + self._settings.gain:
            return state
        depth_scales = state.depth_scales.copy()
        depth_scales[view] = np.exp(best[2])
        return replace(state.with_camera(view, best[1]), depth_scales=depth_scales)

    def _in_small_steps(self, view: int, start: tuple, judge) -> tuple:
        """Improve a camera by random steps that shrink: turned on the spot or around the scene."""
        random = np.random.default_rng(0)
        settings, count = self._settings, self._settings.step_count
        value, camera, log_scale = start
        for size in settings.steps:
            distance = self._coarse.typical_depth(view) * np.exp(log_scale)
            turns = Rotation.from_rotvec(np.radians(size) * random.normal(size=(count, 3)))
            centre = np.array([0.0, 0.0, distance]) * (random.random((count, 1)) < 0.5)
            moves = np.tile(np.eye(4), (count, 1, 1))
            moves[:, :3, :3] = turns.as_matrix()
            moves[:, :3, 3] = centre - turns.apply(centre)
            moves[:, :3, 3] += np.radians(size) * distance * random.normal(size=(count, 3))
            trials = moves @ camera
            scales = log_scale + settings.scale_step * random.normal(size=count)
            values = judge(trials, scales)
            best = int(np.argmax(values))
            if values[best] > value:
                value, camera, log_scale = values[best], trials[best], scales[best]
        return value, camera, log_scale

    def _hypotheses(self, first: int, second: int, state: CameraState) -> _Hypotheses:
        """The hypotheses of a pair under which the photos agree best, best first."""
        if first > second:
            return self._hypotheses(second, first, state).inverted()
        key = (first, second)
        if key not in self._known:
            hypotheses = self._from_matches(first, second, state)
            order = np.argsort(-self._of_hypotheses(key, hypotheses))
            self._known[key] = hypotheses.select(order[: self._settings.kept])
        return self._known[key]

    def _from_matches(self, first: int, second: int, state: CameraState) -> _Hypotheses:
        """Hypotheses by triples of matches, those with the most inliers, no two alike."""
        settings = self._settings
        features = [self._matched.features[view] for view in (first, second)]
        index = match_features(features[0], features[1], FeatureSettings(ratio=settings.ratio))
        depths = [self._depths[view][index[:, side]] for side, view in enumerate((first, second))]
        known = np.isfinite(depths[0]) & np.isfinite(depths[1])
        pixels = [
            item.pixels[index[known, side]].astype(np.float64) for side, item in enumerate(features)
        ]
        points = [
            lift(pixels[side], depths[side][known], state.intrinsics[view])
            for side, view in enumerate((first, second))
        ]
        hypotheses = _from_triples(points[0], points[1], settings)
        matrix = state.intrinsics[first]
        votes = _votes(
            hypotheses, points[1], pixels[0], matrix, 2 * settings.tolerance * matrix[0, 2]
        )
        order = np.argsort(-votes)[: 6 * settings.hypotheses]
        hypotheses = hypotheses.select(order)
        return hypotheses.select(_distinct(hypotheses, points[1], settings.hypotheses))


def _present(pair: tuple[int, int], state: CameraState) -> _Hypotheses:
    """How two cameras lie to each other now."""
    first, second = pair
    relative = state.camera_from_world[first] @ np.linalg.inv(state.camera_from_world[second])
    scale = state.depth_scales
    return _Hypotheses(
        relative[None, :3, :3],
        relative[None, :3, 3] / scale[second],
        np.log(scale[[first]] / scale[second]),
    )


def _moved(
    state: CameraState,
    group: Bool[np.ndarray, " S"],
    pair: tuple[int, int],
    hypothesis: _Hypotheses,
) -> CameraState:
    """Move a group as a whole so that `pair[1]`, of it, lies to `pair[0]` as in the hypothesis."""
    stays, moves = pair
    cameras, scales = state.camera_from_world.copy(), state.depth_scales.copy()
    scale = scales[stays] / np.exp(hypothesis.log_scale[0])
    first_from_second = hypothesis.first_from_second()[0]
    first_from_second[:3, 3] *= scale
    camera = np.linalg.inv(first_from_second) @ cameras[stays]
    factor = scale / scales[moves]
    relative = cameras[group] @ np.linalg.inv(cameras[moves])
    relative[:, :3, 3] *= factor
    cameras[group] = relative @ camera
    scales[group] *= factor
    return CameraState(cameras, scales, state.intrinsics)


def _from_triples(
    first: Float64[np.ndarray, "M 3"], second: Float64[np.ndarray, "M 3"], settings: SearchSettings
) -> _Hypotheses:
    """The similarity of every drawn triple (Umeyama 1991), if its scale is likely."""
    if len(first) < 4:
        return _Hypotheses(np.zeros((0, 3, 3)), np.zeros((0, 3)), np.zeros(0))
    draw = np.random.default_rng(0).integers(len(first), size=(settings.samples, 3))
    draw = draw[
        (draw[:, 0] != draw[:, 1]) & (draw[:, 1] != draw[:, 2]) & (draw[:, 0] != draw[:, 2])
    ]
    means = [points[draw].mean(axis=1) for points in (first, second)]
    to, come = first[draw] - means[0][:, None], second[draw] - means[1][:, None]
    left, spread, right = np.linalg.svd(np.einsum("nki,nkj->nij", to, come))
    signs = np.ones((len(draw), 3))
    signs[:, 2] = np.sign(np.linalg.det(left @ right))
    rotation = (left * signs[:, None]) @ right
    size = np.maximum((come**2).sum(axis=(1, 2)), 1e-12)
    scale = np.maximum((spread * signs).sum(axis=1) / size, 1e-6)
    shift = means[0] / scale[:, None] - np.einsum("nij,nj->ni", rotation, means[1])
    log_scale = -np.log(scale)
    reach = settings.scale_reach
    likely = np.abs(log_scale) < 1.6 * reach
    log_scale = np.clip(log_scale, -reach, reach)
    return _Hypotheses(rotation, shift, log_scale).select(likely)


def _votes(
    hypotheses: _Hypotheses,
    points: Float64[np.ndarray, "M 3"],
    pixels: Float64[np.ndarray, "M 2"],
    matrix: Float64[np.ndarray, "3 3"],
    tolerance_px: float,
) -> Float64[np.ndarray, " N"]:
    """Inliers of each hypothesis, near ones counting more."""
    moved = points @ hypotheses.rotation.swapaxes(1, 2) + hypotheses.shift[:, None]
    z = np.maximum(moved[..., 2], 1e-6)
    at = moved[..., :2] / z[..., None] * matrix[[0, 1], [0, 1]] + matrix[:2, 2]
    squares = ((at - pixels) ** 2).sum(axis=-1) / tolerance_px**2
    return np.where(moved[..., 2] > 1e-6, np.maximum(1 - squares, 0), 0.0).sum(axis=1)


def _distinct(
    hypotheses: _Hypotheses, points: Float64[np.ndarray, "M 3"], most: int
) -> Int[np.ndarray, " K"]:
    """Hypotheses in their order without those close to one before."""
    if not len(hypotheses):
        return np.zeros(0, int)
    flat = hypotheses.rotation.reshape(-1, 9)
    turned = (flat @ flat.T - 1) / 2 > np.cos(np.radians(3.0))
    distance = np.linalg.norm(hypotheses.shift[:, None] - hypotheses.shift, axis=-1)
    alike = turned & (distance < 0.05 * np.median(points[:, 2]))
    chosen: list[int] = []
    covered = np.zeros(len(hypotheses), bool)
    for index in range(len(hypotheses)):
        if not covered[index]:
            chosen.append(index)
            covered |= alike[index]
        if len(chosen) == most:
            break
    return np.array(chosen, int)
