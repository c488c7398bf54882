"""How two chunks that share photos lie to each other: one scale, rotation and translation.

Each chunk's answer has a frame and a scale of its own. A photo that both saw gives the same pixels
twice, so points of one chunk and of the other are paired without any search.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Float64, Int
from scipy.spatial.transform import Rotation

from moe3d.geometry.similarity import Similarity

MOST_CONFIDENT = 3.0
"""Times the median confidence of a photo beyond which more counts no more."""


@dataclass(frozen=True)
class JointSettings:
    """When two chunks count as joined."""

    tolerance: float = 0.1
    """Distance of two points of one pixel, as a share of the depth, at which a pair counts half as
    much; from twice of it on it is an outlier."""
    min_share: float = 0.3
    """A joint of which fewer pairs are no outliers is refused."""
    rounds: int = 6
    """Means of what photos propose, with weights from the one before."""
    worse: float = 0.9
    """A mean that agrees less than this times as well as the best single photo is not taken."""
    min_pairs: int = 50
    """Pixels that both chunks must know."""


@dataclass(frozen=True)
class ChunkAnswer:
    """What the network says of one chunk's photos, at a few pixels of each."""

    views: tuple[int, ...]
    """Number of each photo in the scene."""
    camera_from_chunk: Float64[np.ndarray, "M 4 4"]
    """NaN where unknown."""
    intrinsics: Float64[np.ndarray, "M 3 3"]
    pixels: Float64[np.ndarray, "P 2"]
    """The same in every photo and chunk."""
    depth: Float32[np.ndarray, "M P"]
    """z-depth in units of the chunk; NaN where unknown."""
    confidence: Float32[np.ndarray, "M P"]

    def points(self, rows: Sequence[int]) -> Float64[np.ndarray, "N P 3"]:
        """The pixels of some photos in the chunk's frame; NaN where unknown."""
        chosen = list(rows)
        focal = np.stack([self.intrinsics[chosen, 0, 0], self.intrinsics[chosen, 1, 1]], axis=-1)
        rays = (self.pixels - self.intrinsics[chosen, None, :2, 2]) / focal[:, None]
        rays = np.concatenate([rays, np.ones((*rays.shape[:2], 1))], axis=-1)
        seen = rays * self.depth[chosen, :, None]
        cameras = self.camera_from_chunk[chosen]
        return np.einsum("nji,npj->npi", cameras[:, :3, :3], seen - cameras[:, None, :3, 3])


@dataclass(frozen=True)
class Joint:
    """How one chunk lies to another, and what that rests on."""

    first: int
    second: int
    first_from_second: Similarity
    inlier_share: float
    """Of the pixels that both know, weighted by confidence."""
    photos: int
    """That both saw."""
    depth: float
    """Median depth of the shared pixels, units of the first chunk."""


def join_chunks(
    answers: Sequence[ChunkAnswer], first: int, second: int, settings: JointSettings
) -> Joint | None:
    """Bring a chunk into the frame of another by the photos that both saw.

    Every shared photo proposes one similarity, by its two cameras and the ratio of its depths. From
    the one with which most pixels of all shared photos agree, means are taken again and again, in
    which a photo counts as far as its pixels fit. (Least squares over the pixels themselves turns
    with every bend of the depth: it drifted three times as much.)

    Args:
        answers: of all chunks.
        first: index of the chunk whose frame is wanted.
        second: index of the other.
        settings: when they count as joined.

    Returns:
        None where they share no photo, or too little agrees.
    """
    pairs = _pairs(answers[first], answers[second])
    if pairs is None or len(pairs.weight) < settings.min_pairs:
        return None
    best = max(pairs.proposals, key=lambda proposal: pairs.agreement(proposal, settings))
    found = best
    for _ in range(settings.rounds):
        found = _mean(pairs.proposals, pairs.photo_weights(found, settings), pairs.centres)
    if pairs.agreement(found, settings) < settings.worse * pairs.agreement(best, settings):
        found = best
    share = pairs.inlier_share(found, settings)
    if share < settings.min_share:
        return None
    depth = float(np.median(pairs.depth))
    return Joint(first, second, found, share, len(pairs.proposals), depth)


def _mean(
    proposals: Sequence[Similarity],
    weights: Float64[np.ndarray, " M"],
    centres: Float64[np.ndarray, "2 M 3"],
) -> Similarity:
    """The weighted mean of what photos propose; its shift fits where the photos were taken."""
    rotation = Rotation.from_matrix([item.rotation for item in proposals])
    mean = rotation.mean(weights).as_matrix()
    logs = np.log([item.scale for item in proposals])
    scale = float(np.exp(np.average(logs, weights=weights)))
    shifts = centres[0] - scale * centres[1] @ mean.T
    return Similarity(scale, mean, np.average(shifts, axis=0, weights=weights))


@dataclass(frozen=True)
class _Pairs:
    """The pixels that two chunks know both, and what single photos propose."""

    first: Float64[np.ndarray, "N 3"]
    second: Float64[np.ndarray, "N 3"]
    depth: Float64[np.ndarray, " N"]
    """In the first chunk's photo."""
    weight: Float64[np.ndarray, " N"]
    """By confidence; the median is 1 in each photo."""
    photo: Int[np.ndarray, " N"]
    """Row of the photo in `proposals`."""
    proposals: tuple[Similarity, ...]
    centres: Float64[np.ndarray, "2 M 3"]
    """Where the photos' cameras stand in either chunk."""

    def errors(self, similarity: Similarity) -> Float64[np.ndarray, " N"]:
        """Distance of the two points of each pixel, as a share of the depth."""
        return np.linalg.norm(similarity.apply(self.second) - self.first, axis=1) / self.depth

    def photo_weights(
        self, similarity: Similarity, settings: JointSettings
    ) -> Float64[np.ndarray, " M"]:
        """How much every photo counts in the next mean: little where its pixels do not fit."""
        fits = self.weight / (1 + (self.errors(similarity) / settings.tolerance) ** 2)
        count = len(self.proposals)
        total = np.bincount(self.photo, self.weight, minlength=count)
        return (np.bincount(self.photo, fits, minlength=count) / total) ** 2

    def agreement(self, similarity: Similarity, settings: JointSettings) -> float:
        """How well the pixels fit, 0 to 1."""
        errors = self.errors(similarity) / settings.tolerance
        return float((self.weight / (1 + errors**2)).sum() / self.weight.sum())

    def inlier_share(self, similarity: Similarity, settings: JointSettings) -> float:
        """Weight of the pixels that are no outliers."""
        inside = self.errors(similarity) < 2 * settings.tolerance
        return float(self.weight[inside].sum() / self.weight.sum())


def _pairs(first: ChunkAnswer, second: ChunkAnswer) -> _Pairs | None:
    shared = [view for view in first.views if view in second.views]
    rows = [[answer.views.index(view) for view in shared] for answer in (first, second)]
    if not shared:
        return None
    points = [answer.points(mine) for answer, mine in zip((first, second), rows, strict=True)]
    known = np.isfinite(np.concatenate(points, axis=-1)).all(axis=-1)  # (M, P)
    depths = [answer.depth[mine] for answer, mine in zip((first, second), rows, strict=True)]
    weight = np.sqrt(first.confidence[rows[0]] * second.confidence[rows[1]]).astype(np.float64)
    known &= np.isfinite(weight) & (weight > 0)
    kept = np.flatnonzero(known.any(axis=1))
    if not kept.size:
        return None
    proposals, centres = [], np.empty((2, len(kept), 3))
    for number, row in enumerate(kept):
        weight[row] /= np.median(weight[row][known[row]])
        camera_from_first = first.camera_from_chunk[rows[0][row]]
        camera_from_second = second.camera_from_chunk[rows[1][row]]
        ratio = float(np.median((depths[0][row] / depths[1][row])[known[row]]))
        for side, camera in enumerate((camera_from_first, camera_from_second)):
            centres[side, number] = -camera[:3, :3].T @ camera[:3, 3]
        proposals.append(_proposal(camera_from_first, camera_from_second, ratio))
    return _Pairs(
        points[0][known],
        points[1][known],
        depths[0][known].astype(np.float64),
        np.minimum(weight[known], MOST_CONFIDENT),
        np.repeat(np.arange(len(kept)), known[kept].sum(axis=1)),
        tuple(proposals),
        centres,
    )


def _proposal(
    camera_from_first: Float[np.ndarray, "4 4"],
    camera_from_second: Float[np.ndarray, "4 4"],
    scale: float,
) -> Similarity:
    """The similarity under which one photo's two cameras are the same."""
    first_from_camera = camera_from_first[:3, :3].T
    rotation = first_from_camera @ camera_from_second[:3, :3]
    shift = scale * camera_from_second[:3, 3] - camera_from_first[:3, 3]
    return Similarity(scale, rotation, first_from_camera @ shift)
