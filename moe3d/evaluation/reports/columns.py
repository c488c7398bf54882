"""The columns of a table, and how rows become a scene's and a data set's value."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from moe3d.evaluation.boundary import BoundaryCounts
from moe3d.evaluation.mixture.gate import DEAD_SHARE

Row = Mapping[str, Any]
"""One view, frame or scene: numbers by column name, and counts that columns pool."""


@dataclass(frozen=True)
class Column:
    """One metric."""

    name: str
    better: str = "lower"
    """"lower", "higher", or "" where neither is."""
    ratio: tuple[str, str] | None = None
    """Counts whose sums make the value, for shares; else values are averaged."""
    counts: str | None = None
    """Boundary counts whose sum makes the pooled F1."""
    weight: str | None = None
    """What the pooled mean is weighted by; None weights every row alike."""
    wins: str | None = None
    """Pixels that each expert wins; pooled: how many experts are dead over the data set."""


def scene_value(rows: Sequence[Row], column: Column) -> float:
    """A scene's value: the share of its summed counts, or the mean over its rows."""
    if column.ratio is not None:
        return _ratio(rows, column.ratio)
    return _mean([row[column.name] for row in rows], None)


def pooled_value(rows: Sequence[Row], column: Column) -> float:
    """A data set's value over the rows of all scenes: pooled counts, or the weighted mean."""
    if column.ratio is not None:
        return _ratio(rows, column.ratio)
    if column.counts is not None:
        return sum_counts([row[column.counts] for row in rows]).f1 if rows else math.nan
    if column.wins is not None:
        return _dead([row[column.wins] for row in rows])
    weights = None if column.weight is None else [row[column.weight] for row in rows]
    return _mean([row[column.name] for row in rows], weights)


def row_mean(rows: Sequence[Row], column: Column) -> float:
    """The plain mean over the rows of all scenes, such as photos; NaN where rows have no value."""
    if column.ratio is not None:
        return _mean([_ratio([row], column.ratio) for row in rows], None)
    return _mean([row[column.name] for row in rows], None)


def counts_as_rows(counts: BoundaryCounts) -> dict[str, list[Any]]:
    """Boundary counts as plain lists, for a file."""
    return {
        "thresholds": counts.thresholds.tolist(),
        "both": counts.both.tolist(),
        "in_prediction": counts.in_prediction.tolist(),
        "in_truth": counts.in_truth.tolist(),
    }


def sum_counts(many: Sequence[Mapping[str, list[Any]]]) -> BoundaryCounts:
    """Counts of many images as one."""
    both, predicted, true = (
        np.sum([np.array(counts[name], np.int64) for counts in many], axis=0)
        for name in ("both", "in_prediction", "in_truth")
    )
    return BoundaryCounts(np.array(many[0]["thresholds"]), both, predicted, true)


def _dead(wins: Sequence[Sequence[int]]) -> float:
    """Experts with less than a tenth of an even share; NaN where the number of experts differs."""
    if len({len(one) for one in wins}) != 1:
        return math.nan
    total = np.sum(np.array(wins, np.int64), axis=0)
    return float(np.count_nonzero(total < DEAD_SHARE / total.size * total.sum()))


def _ratio(rows: Sequence[Row], names: tuple[str, str]) -> float:
    part, whole = (sum(row[name] for row in rows) for name in names)
    return part / whole if whole else math.nan


def _mean(values: Sequence[float | int | None], weights: Sequence[float | int] | None) -> float:
    """Mean of the defined values; NaN when none is."""
    array = np.array([math.nan if value is None else value for value in values], np.float64)
    defined = np.isfinite(array)
    if not defined.any():
        return math.nan
    used = None if weights is None else np.array(weights, np.float64)[defined]
    return float(np.average(array[defined], weights=used))
