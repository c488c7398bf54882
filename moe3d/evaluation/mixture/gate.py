"""What the gate does: how decided it is, how it shares pixels out, what its winner knows."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float64, Int

from moe3d.evaluation.mixture.pixels import masked_rows

DEAD_SHARE = 0.1
"""An expert is dead when it wins less than this share of an even share."""
NULL_SHIFTS = 100
"""Draws of the null of the mutual information."""


@dataclass(frozen=True)
class GateUse:
    """How decided the gate is and how it shares the pixels out."""

    entropy: float
    """mean of -sum w ln w, nats"""
    entropy_normalised: float
    """entropy / ln E; 0 for a single expert"""
    effective_experts: float
    """mean of exp(-sum w ln w)"""
    usage: Float64[np.ndarray, " E"]
    """U: share of pixels that each expert wins"""
    load: Float64[np.ndarray, " E"]
    """L: mean weight of each expert"""
    usage_entropy_normalised: float
    """entropy of U / ln E; 1 is balanced"""
    load_cv_squared: float
    """variance of L / squared mean of L; 0 is balanced"""
    balance: float
    """E sum U L; 1 is balanced"""
    dead_experts: tuple[int, ...]
    """0-based experts with U < 0.1 / E; judge over a data set, not over one image"""


@dataclass(frozen=True)
class Specialisation:
    """What the winner says of a label, such as "near a depth edge"."""

    information: float
    """mutual information of winner and label, nats"""
    explained: float
    """information / entropy of the label; NaN when the label is constant"""
    lift: Float64[np.ndarray, " E"]
    """P(label | expert wins) / P(label); NaN where an expert never wins"""
    null_z: float
    """(information - mean of the null) / its standard deviation; labels cyclically shifted"""


def measure_gate(
    weights: Float[np.ndarray, "S E H W"], mask: Bool[np.ndarray, "S H W"] | None = None
) -> GateUse:
    """Entropy, usage and load over the masked pixels.

    Source: usage and load: Shazeer et al. 2017, section 4; balance: Fedus et al. 2022, eq. 4.
    """
    chosen = masked_rows(weights, mask)  # (E, N)
    num_experts = len(chosen)
    entropy = -np.sum(chosen * np.log(np.maximum(chosen, np.finfo(float).tiny)), axis=0)
    usage = np.bincount(chosen.argmax(axis=0), minlength=num_experts) / chosen.shape[1]
    load = chosen.mean(axis=1)
    most = np.log(num_experts) if num_experts > 1 else 1.0
    return GateUse(
        entropy=float(entropy.mean()),
        entropy_normalised=float(entropy.mean() / most),
        effective_experts=float(np.exp(entropy).mean()),
        usage=usage,
        load=load,
        usage_entropy_normalised=_entropy(usage) / most,
        load_cv_squared=float(load.var() / load.mean() ** 2),
        balance=float(num_experts * np.sum(usage * load)),
        dead_experts=tuple(int(k) for k in np.flatnonzero(usage < DEAD_SHARE / num_experts)),
    )


def measure_specialisation(
    winner: Int[np.ndarray, "S H W"],
    label: Bool[np.ndarray, "S H W"],
    num_experts: int,
    generator: np.random.Generator,
    mask: Bool[np.ndarray, "S H W"] | None = None,
    num_shifts: int = NULL_SHIFTS,
) -> Specialisation:
    """Mutual information of winner and label, against a null of cyclic image shifts.

    Pixels are not independent, so the null keeps the label's shape and moves it.

    Args:
        winner: 0-based expert of largest weight.
        label: such as the edge band.
        num_experts: E.
        generator: draws the shifts.
        mask: pixels that count.
        num_shifts: draws of the null.

    Source: Cover & Thomas 2006, eq. 2.28; toroidal shift null: Lotwick & Silverman 1982.
    """
    counted = np.ones(winner.shape, bool) if mask is None else mask
    table = _joint_counts(winner, label, counted, num_experts)
    information = _mutual_information(table)
    null = [
        _mutual_information(_joint_counts(winner, _shifted(label, generator), counted, num_experts))
        for _ in range(num_shifts)
    ]
    deviation = float(np.std(null))
    label_entropy = _entropy(table.sum(axis=0) / table.sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        lift = table[:, 1] / table.sum(axis=1) / (table[:, 1].sum() / table.sum())
    return Specialisation(
        information=information,
        explained=information / label_entropy if label_entropy > 0 else float("nan"),
        lift=lift,
        null_z=(information - float(np.mean(null))) / deviation if deviation > 0 else float("nan"),
    )


def _joint_counts(
    winner: Int[np.ndarray, "S H W"],
    label: Bool[np.ndarray, "S H W"],
    counted: Bool[np.ndarray, "S H W"],
    num_experts: int,
) -> Int[np.ndarray, "E 2"]:
    cells = 2 * winner[counted].astype(np.int64) + label[counted]
    return np.bincount(cells, minlength=2 * num_experts).reshape(num_experts, 2)


def _mutual_information(table: Int[np.ndarray, "E 2"]) -> float:
    """Of the two axes of a table of counts, nats."""
    joint = table / table.sum()
    return _entropy(joint.sum(axis=0)) + _entropy(joint.sum(axis=1)) - _entropy(joint.ravel())


def _entropy(shares: Float64[np.ndarray, "*N"]) -> float:
    """Of a distribution, nats."""
    positive = shares[shares > 0]
    return -float(np.sum(positive * np.log(positive)))


def _shifted(
    label: Bool[np.ndarray, "S H W"], generator: np.random.Generator
) -> Bool[np.ndarray, "S H W"]:
    """The label moved round the image by a random number of rows and columns."""
    rows, columns = (int(generator.integers(1, max(size, 2))) for size in label.shape[1:])
    return np.roll(label, (rows, columns), axis=(1, 2))
