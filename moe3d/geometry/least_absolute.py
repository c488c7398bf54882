"""Exact least absolute deviations: a scale, or a scale and a shift.

Exact means the true minimum of the sum, not a number of reweighting or gradient steps, which stop
up to 0.02 in AbsRel above it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

MAX_STEPS = 200
HALF_TOLERANCE = 1e-12
"""Share of the whole weight that rounding may take from its half."""


@dataclass(frozen=True)
class _Support:
    """A line that touches the convex cost from below at `scale`."""

    scale: float
    shift: float
    cost: float
    slope: float


def weighted_lower_median(
    values: Float[np.ndarray, " N"], weights: Float[np.ndarray, " N"]
) -> float:
    """The smallest value at which half of the weight is reached.

    Args:
        values: any order; at least one.
        weights: not negative, not all zero.

    Source: the minimiser of ``sum(w |m - v|)``; the lower end where it is not unique, which the
    rounding of the sums does not change.
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    half = reached[-1] / 2 * (1 - HALF_TOLERANCE)
    return float(values[order][np.searchsorted(reached, half)])


def fit_scale(
    source: Float[np.ndarray, " N"],
    target: Float[np.ndarray, " N"],
    weights: Float[np.ndarray, " N"],
) -> float:
    """The s that minimises ``sum(w |s source - target|)``, a weighted median of the ratios.

    Args:
        source: not all zero.
        target: same order.
        weights: positive; 1/target makes the cost relative.
    """
    moves = source != 0
    ratios = target[moves] / source[moves]
    return weighted_lower_median(ratios, weights[moves] * np.abs(source[moves]))


def fit_scale_and_shift(
    source: Float[np.ndarray, " N"],
    target: Float[np.ndarray, " N"],
    weights: Float[np.ndarray, " N"],
) -> tuple[float, float]:
    """The (s, t) that minimise ``sum(w |s source + t - target|)``.

    For a fixed s the best t is a weighted median, so the cost is a convex, piecewise linear
    function of s alone. Its minimum lies where two supporting lines of opposite slope meet; that
    point, taken in turn with the zero of the interpolated slope, closes the bracket.

    Args:
        source: not constant.
        target: same order.
        weights: positive; 1/target makes the cost relative.

    Source: Boyd & Vandenberghe 2004, section 6.1 (the problem); Kelley 1960 (supporting lines).
    """
    middle = float(np.average(source, weights=weights))
    centred = source - middle

    def support(scale: float) -> _Support:
        return _support_at(scale, centred, target, weights)

    below, above = _bracket(support, _least_squares_scale(centred, target, weights))
    for step in range(MAX_STEPS):
        scale = _meeting_point(below, above) if step % 2 else _slope_zero(below, above)
        if not below.scale < scale < above.scale:
            break
        here = support(scale)
        below, above = (here, above) if here.slope <= 0 else (below, here)
    best = min(below, above, key=lambda line: line.cost)
    return best.scale, best.shift - best.scale * middle


def _support_at(
    scale: float,
    source: Float[np.ndarray, " N"],
    target: Float[np.ndarray, " N"],
    weights: Float[np.ndarray, " N"],
) -> _Support:
    """Cost and one subgradient at this scale, with the best shift."""
    residual = target - scale * source
    order = np.argsort(residual, kind="stable")
    ordered = weights[order]
    reached = np.cumsum(ordered)
    middle = int(np.searchsorted(reached, reached[-1] / 2))
    force = ordered.copy()
    force[:middle] *= -1
    force[middle] = 2 * reached[middle] - ordered[middle] - reached[-1]  # balances both sides
    shift = float(residual[order[middle]])
    cost = float(np.sum(weights * np.abs(residual - shift)))
    return _Support(scale, shift, cost, -float(np.sum(force * source[order])))


def _least_squares_scale(
    centred: Float[np.ndarray, " N"],
    target: Float[np.ndarray, " N"],
    weights: Float[np.ndarray, " N"],
) -> float:
    return float(np.sum(weights * centred * target) / np.sum(weights * centred**2))


def _bracket(support: Callable[[float], _Support], start: float) -> tuple[_Support, _Support]:
    """Two supports, one of slope <= 0 left of one of slope > 0, grown outwards from `start`."""
    first = support(start)
    direction = 1.0 if first.slope <= 0 else -1.0
    step = max(abs(start), np.finfo(np.float64).tiny) * 2.0**-10
    near = first
    while True:
        far = support(near.scale + direction * step)
        if (far.slope > 0) == (direction > 0):
            return (near, far) if direction > 0 else (far, near)
        near = far
        step *= 4


def _meeting_point(below: _Support, above: _Support) -> float:
    """Where the two supporting lines cross."""
    rise = above.cost - below.cost
    along = (rise - above.slope * (above.scale - below.scale)) / (below.slope - above.slope)
    return below.scale + along


def _slope_zero(below: _Support, above: _Support) -> float:
    """Where the slope would be 0 if it were linear between the two."""
    share = below.slope / (below.slope - above.slope)
    return below.scale + share * (above.scale - below.scale)
