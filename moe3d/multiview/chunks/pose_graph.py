"""Scales, rotations and places of all chunks at once, from the joints between them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from scipy.spatial.transform import Rotation

from moe3d.geometry.similarity import Similarity
from moe3d.multiview.chunks.joining import Joint

STEP = 1e-6
"""Of each value, for derivatives."""
SMALL_CHANGE = 1e-7
"""Of every value: nothing is left to solve."""


@dataclass(frozen=True)
class GraphSettings:
    """How exact a joint is."""

    rotation_sigma_deg: float = 2.0
    """Of a joint in which every pixel fits; of others more, by the square root of their share."""
    scale_sigma: float = 0.05
    """Of the logarithm."""
    shift_sigma: float = 0.05
    """As a share of the shared pixels' depth."""
    width: float = 3.0
    """Residual of a joint, in standard deviations, beyond which it counts less and less. It is far
    larger at first: all drift would else fall on the joint that closes a loop, however right it is
    (graduated non-convexity, Yang, Antonante, Tzoumas & Carlone 2020)."""
    narrower: float = 1.6
    """How many times narrower its square becomes with every step."""
    steps: int = 50
    """Of least squares, at most."""


def solve_chunks(
    count: int, joints: Sequence[Joint], settings: GraphSettings = GraphSettings()
) -> tuple[Similarity | None, ...]:
    """Bring all chunks into the frame of the first.

    Along the best joints first, then all joints together by robust least squares, in which a wrong
    one counts little.

    Returns:
        World from chunk; the first is the identity, None for one that no chain of joints reaches.
    """
    start = _along_best(count, joints)
    reached = [chunk for chunk in range(count) if start[chunk] is not None]
    used = [joint for joint in joints if start[joint.first] is not None]
    if len(used) < len(reached):  # a chain: nothing to even out
        return start
    return _adjusted(start, reached[1:], used, settings)


def _along_best(count: int, joints: Sequence[Joint]) -> tuple[Similarity | None, ...]:
    """A tree of joints, the best of those that lead on taken first."""
    found: list[Similarity | None] = [None] * count
    found[0] = Similarity(1.0, np.eye(3), np.zeros(3))
    waiting = sorted(joints, key=lambda joint: -joint.inlier_share * joint.photos)
    while True:
        leading = (j for j in waiting if (found[j.first] is None) != (found[j.second] is None))
        joint = next(leading, None)
        if joint is None:
            return tuple(found)
        first, second = found[joint.first], found[joint.second]
        if first is not None:
            found[joint.second] = first @ joint.first_from_second
        elif second is not None:
            found[joint.first] = second @ joint.first_from_second.inverse


def _adjusted(
    start: Sequence[Similarity | None],
    free: Sequence[int],
    joints: Sequence[Joint],
    settings: GraphSettings,
) -> tuple[Similarity | None, ...]:
    graph = _Graph(start, free, joints, settings)
    values = np.zeros(7 * len(free))
    width = max(float(graph.squares(values).max()), settings.width**2)
    for _ in range(settings.steps):
        left, square = graph.residuals(values), graph.squares(values)
        weight = np.repeat(1 / (1 + square / width), 7)  # square root of Geman & McClure's weight
        derivative = graph.derivative(values) * weight[:, None]
        change = np.linalg.lstsq(derivative, -left * weight, rcond=None)[0]
        values = values + change
        if width == settings.width**2 and np.abs(change).max() < SMALL_CHANGE:
            break
        width = max(width / settings.narrower, settings.width**2)
    places = graph.places(values)
    return tuple(
        None
        if known is None
        else Similarity(
            float(places.scale[chunk]), places.rotation[chunk], places.translation[chunk]
        )
        for chunk, known in enumerate(start)
    )


@dataclass(frozen=True)
class _Similarities:
    """N of them at once."""

    scale: Float64[np.ndarray, " N"]
    rotation: Float64[np.ndarray, "N 3 3"]
    translation: Float64[np.ndarray, "N 3"]

    @classmethod
    def gathered(cls, items: Sequence[Similarity]) -> "_Similarities":
        """From single ones."""
        return cls(
            np.array([item.scale for item in items], float),
            np.stack([item.rotation for item in items]).astype(float),
            np.stack([item.translation for item in items]).astype(float),
        )

    def __getitem__(self, chosen: np.ndarray) -> "_Similarities":
        return _Similarities(self.scale[chosen], self.rotation[chosen], self.translation[chosen])

    def __matmul__(self, other: "_Similarities") -> "_Similarities":
        moved = np.einsum("nij,nj->ni", self.rotation, other.translation)
        return _Similarities(
            self.scale * other.scale,
            self.rotation @ other.rotation,
            self.scale[:, None] * moved + self.translation,
        )

    @property
    def inverse(self) -> "_Similarities":
        """Each one's."""
        back = self.rotation.transpose(0, 2, 1)
        shift = -np.einsum("nij,nj->ni", back, self.translation) / self.scale[:, None]
        return _Similarities(1 / self.scale, back, shift)


class _Graph:
    """What is left of all joints under the chunks' places."""

    def __init__(
        self,
        start: Sequence[Similarity | None],
        free: Sequence[int],
        joints: Sequence[Joint],
        settings: GraphSettings,
    ) -> None:
        one = Similarity(1.0, np.eye(3), np.zeros(3))
        self._start = _Similarities.gathered([item or one for item in start])
        self._free = np.array(free, int)
        self._first = np.array([joint.first for joint in joints])
        self._second = np.array([joint.second for joint in joints])
        measured = _Similarities.gathered([joint.first_from_second for joint in joints])
        self._second_from_first = measured.inverse
        wide = 1 / np.sqrt([joint.inlier_share for joint in joints])
        depth = np.array([joint.depth for joint in joints]) / measured.scale
        sigmas = [
            wide * settings.scale_sigma,
            *[wide * np.radians(settings.rotation_sigma_deg)] * 3,
            *[wide * settings.shift_sigma * depth] * 3,
        ]
        self._sigmas = np.stack(sigmas, axis=1)

    def places(self, values: Float64[np.ndarray, " D"]) -> _Similarities:
        """World from chunk after small changes: log scale, rotation vector, shift."""
        change = np.zeros((len(self._start.scale), 7))
        change[self._free] = values.reshape(-1, 7)
        turn = Rotation.from_rotvec(change[:, 1:4]).as_matrix()
        return _Similarities(
            self._start.scale * np.exp(change[:, 0]),
            self._start.rotation @ turn,
            self._start.translation + self._start.scale[:, None] * change[:, 4:],
        )

    def residuals(self, values: Float64[np.ndarray, " D"]) -> Float64[np.ndarray, " R"]:
        """Seven a joint, in standard deviations."""
        places = self.places(values)
        return self._left(places, places).ravel()

    def squares(self, values: Float64[np.ndarray, " D"]) -> Float64[np.ndarray, " J"]:
        """Mean square of each joint's residuals."""
        return (self.residuals(values).reshape(-1, 7) ** 2).mean(axis=1)

    def derivative(self, values: Float64[np.ndarray, " D"]) -> Float64[np.ndarray, "R D"]:
        """Of the residuals, by differences; a joint depends on its two chunks alone."""
        places = self.places(values)
        base = self._left(places, places)
        found = np.zeros((*base.shape, len(self._start.scale), 7))
        joint = np.arange(len(base))
        for number in range(7):
            step = np.zeros((len(self._free), 7))
            step[:, number] = STEP
            moved = self.places(values + step.ravel())
            found[joint, :, self._first, number] += (self._left(moved, places) - base) / STEP
            found[joint, :, self._second, number] += (self._left(places, moved) - base) / STEP
        return found[:, :, self._free].reshape(base.size, values.size)

    def _left(self, firsts: _Similarities, seconds: _Similarities) -> Float64[np.ndarray, "J 7"]:
        left = self._second_from_first @ firsts[self._first].inverse @ seconds[self._second]
        turn = Rotation.from_matrix(left.rotation).as_rotvec()
        parts = [np.log(left.scale)[:, None], turn, left.translation]
        return np.concatenate(parts, axis=1) / self._sigmas
