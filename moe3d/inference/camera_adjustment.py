"""Adjust cameras so that every match fits from both sides: robust least squares."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from moe3d.inference.match_errors import CameraState, MatchErrors

PRIOR_WEIGHT = 5.0
"""Counts what is expected of the scales as often as this squared: the errors of a depth map are not
independent, so that the many matches count too much."""

MOVES = 7
"""Parameters of a view: rotation vector, shift, logarithm of the depth scale."""

Softening = Callable[[Float64[np.ndarray, " R"]], Float64[np.ndarray, " R"]]


@dataclass(frozen=True)
class AdjustmentSettings:
    """What errors are expected, and how long to look."""

    max_matches: int = 4000
    """Matches used; more are thinned evenly."""
    scale_sigma: float = 0.2
    """Spread of the views' depth scales, in the logarithm."""
    focal_sigma: float = 0.03
    """Freedom of the focal length common to all views, in the logarithm; 0 keeps it. Less than a
    network's error, as bent depth pulls at it too."""
    max_evaluations: int = 25
    """Steps of each descent."""


def _compress(errors: Float64[np.ndarray, " R"]) -> Float64[np.ndarray, " R"]:
    """Large errors count less and less: squares of the result are Cauchy's loss with scale 2."""
    return np.sign(errors) * 2 * np.sqrt(np.log1p((errors / 2) ** 2))


def _saturate(errors: Float64[np.ndarray, " R"]) -> Float64[np.ndarray, " R"]:
    """No error counts more than 3: squares of the result are Geman and McClure's loss."""
    return errors / np.sqrt(1 + (errors / 3) ** 2)


class CameraAdjustment:
    """The least-squares problem of some free views; the other views stay."""

    def __init__(
        self, errors: MatchErrors, free: Int[np.ndarray, " F"], settings: AdjustmentSettings
    ) -> None:
        self._match_errors, self._free, self._settings = errors, free, settings
        self._unit = errors.unit

    def cost(self, state: CameraState) -> float:
        """Sum of squares of all errors; one that is far beyond what is expected counts as 9."""
        return float((self._errors(state, _saturate) ** 2).sum())

    def solve(self, start: CameraState) -> CameraState:
        """The best cameras near the start; the start itself when none is better.

        First with compressed errors, which pull from afar, then with saturating ones, for which
        wrong matches do not count.
        """
        state = start
        for soften in (_compress, _saturate):
            state = self._descend(state, soften)
        return state if self.cost(state) < self.cost(start) else start

    def _descend(self, start: CameraState, soften: Softening) -> CameraState:
        """One least-squares descent."""

        def errors(x: Float64[np.ndarray, " P"]) -> Float64[np.ndarray, " R"]:
            return self._errors(self._moved(start, x), soften)

        def jacobian(x: Float64[np.ndarray, " P"]) -> Float64[np.ndarray, "R P"]:
            return np.concatenate([self._match_slopes(start, x, soften), self._prior_slopes()])

        solved = least_squares(
            errors,
            np.zeros(MOVES * len(self._free) + 1),
            jac=jacobian,  # type: ignore[arg-type]
            x_scale=0.05,
            ftol=1e-5,
            xtol=1e-6,
            max_nfev=self._settings.max_evaluations,
        )
        return self._moved(start, solved.x)

    def _moved(self, start: CameraState, x: Float64[np.ndarray, " P"]) -> CameraState:
        """The start after a move of each free view and a change of the focal scale."""
        free = self._free
        moves = x[:-1].reshape(-1, MOVES)
        cameras, scales = start.camera_from_world.copy(), start.depth_scales.copy()
        turns = Rotation.from_rotvec(moves[:, :3]).as_matrix()
        cameras[free, :3, :3] = turns @ cameras[free, :3, :3]
        cameras[free, :3, 3] += self._unit * moves[:, 3:6]
        scales[free] *= np.exp(moves[:, 6])
        return CameraState(cameras, scales, start.focal_scale * float(np.exp(x[-1])))

    def _errors(self, state: CameraState, soften: Softening) -> Float64[np.ndarray, " R"]:
        """Errors of all matches, softened, and how unlikely the scales are."""
        settings = self._settings
        matched = soften(np.concatenate(self._match_errors.measure(state)))
        scales = np.log(state.depth_scales[self._free]) / settings.scale_sigma
        focal = np.log([state.focal_scale]) / max(settings.focal_sigma, 1e-6)
        return np.concatenate([matched, PRIOR_WEIGHT * scales, PRIOR_WEIGHT * focal])

    def _match_slopes(
        self, start: CameraState, x: Float64[np.ndarray, " P"], soften: Softening
    ) -> Float64[np.ndarray, "R P"]:
        """Derivatives of the matches' errors by differences.

        A match depends on two views only, so each of the moves is made by all views at once, first
        as sources, then as targets: 15 evaluations whatever the number of views.
        """

        def measure(source: CameraState, target: CameraState) -> Float64[np.ndarray, " R"]:
            return soften(np.concatenate(self._match_errors.measure(source, target)))

        step, matches, count = 1e-6, self._match_errors.matches, len(self._free)
        here = self._moved(start, x)
        base = measure(here, here)
        slots = np.full(len(start.depth_scales), -1)
        slots[self._free] = np.arange(count)
        sources, targets = np.tile(slots[matches.source], 2), np.tile(slots[matches.target], 2)
        slopes = np.zeros((len(base), len(x)))
        for move in range(MOVES):
            shift = np.zeros(len(x))
            shift[move:-1:MOVES] = step
            there = self._moved(start, x + shift)
            for slot, moved in ((sources, measure(there, here)), (targets, measure(here, there))):
                rows = np.flatnonzero(slot >= 0)
                slopes[rows, MOVES * slot[rows] + move] += (moved - base)[rows] / step
        there = self._moved(start, x + np.append(np.zeros(len(x) - 1), step))
        slopes[:, -1] = (measure(there, there) - base) / step
        return slopes

    def _prior_slopes(self) -> Float64[np.ndarray, "Q P"]:
        """Derivatives of what is expected of the scales."""
        count = len(self._free)
        slopes = np.zeros((count + 1, MOVES * count + 1))
        views = np.arange(count)
        slopes[views, MOVES * views + 6] = PRIOR_WEIGHT / self._settings.scale_sigma
        slopes[-1, -1] = PRIOR_WEIGHT / max(self._settings.focal_sigma, 1e-6)
        return slopes
