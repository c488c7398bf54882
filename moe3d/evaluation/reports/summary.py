"""From scene results to a table: means with bootstrap intervals, and paired differences."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from moe3d.evaluation.reports.columns import Column, pooled_value, row_mean, scene_value
from moe3d.evaluation.reports.scene_files import SceneResult

RESAMPLES = 2000
SEED = 20260108


@dataclass(frozen=True)
class Interval:
    """A 95 % percentile bootstrap interval over scenes; NaN for fewer than two scenes."""

    low: float
    high: float


@dataclass(frozen=True)
class Cell:
    """One metric of one model over the scenes where it is defined."""

    model: str
    column: str
    mean: float
    """Unweighted mean over scenes."""
    median: float
    interval: Interval
    """Of the mean."""
    pooled: float
    """Over all rows: pooled counts, or the mean weighted by valid pixels."""
    row_mean: float
    """Unweighted mean over all rows, such as photos."""
    num_scenes: int


@dataclass(frozen=True)
class Difference:
    """First model minus second, scene by scene."""

    column: str
    first: str
    second: str
    mean: float
    interval: Interval
    ratio: float
    """Mean of the first / mean of the second, over the same scenes."""
    ratio_interval: Interval
    first_better: int
    """Scenes at which the first is better; 0 where neither direction is."""
    num_scenes: int


@dataclass(frozen=True)
class Summary:
    """A whole table."""

    cells: tuple[Cell, ...]
    differences: tuple[Difference, ...]

    def cell(self, model: str, column: str) -> Cell:
        """The cell of this model and metric."""
        return next(one for one in self.cells if (one.model, one.column) == (model, column))


def summarise(results: Sequence[SceneResult], columns: Sequence[Column]) -> Summary:
    """Means, intervals and differences of the first model to every other.

    Scenes that failed are left out of the model's cells, and of every pair they belong to.
    """
    models = list(dict.fromkeys(result.model for result in results))
    cells = tuple(_cell(results, model, column) for model in models for column in columns)
    differences = tuple(
        _difference(results, column, models[0], other) for other in models[1:] for column in columns
    )
    return Summary(cells, differences)


def scene_values(results: Sequence[SceneResult], model: str, column: Column) -> dict[str, float]:
    """The metric by scene, where it is defined."""
    values = {
        result.scene: scene_value(result.rows, column)
        for result in results
        if result.model == model and result.rows
    }
    return {scene: value for scene, value in values.items() if math.isfinite(value)}


def _cell(results: Sequence[SceneResult], model: str, column: Column) -> Cell:
    values = np.array(list(scene_values(results, model, column).values()))
    rows = [row for result in results if result.model == model for row in result.rows]
    empty = values.size == 0
    return Cell(
        model=model,
        column=column.name,
        mean=math.nan if empty else float(values.mean()),
        median=math.nan if empty else float(np.median(values)),
        interval=_interval(_resampled(values).mean(axis=1)) if values.size > 1 else _unknown(),
        pooled=pooled_value(rows, column),
        row_mean=row_mean(rows, column),
        num_scenes=int(values.size),
    )


def _difference(
    results: Sequence[SceneResult], column: Column, first: str, second: str
) -> Difference:
    a, b = scene_values(results, first, column), scene_values(results, second, column)
    shared = [scene for scene in a if scene in b]
    pairs = np.array([[a[scene], b[scene]] for scene in shared]).reshape(-1, 2)
    gaps = pairs[:, 0] - pairs[:, 1]
    sign = {"lower": -1, "higher": 1}.get(column.better, 0)
    means = _resampled(pairs).mean(axis=1) if len(pairs) > 1 else np.full((2, 2), math.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = means[:, 0] / means[:, 1]
        ratio = pairs[:, 0].sum() / pairs[:, 1].sum() if len(pairs) else math.nan
    return Difference(
        column=column.name,
        first=first,
        second=second,
        mean=float(gaps.mean()) if len(pairs) else math.nan,
        interval=_interval(means[:, 0] - means[:, 1]),
        ratio=float(ratio),
        ratio_interval=_interval(ratios),
        first_better=int(np.count_nonzero(sign * gaps > 0)),
        num_scenes=len(shared),
    )


def _resampled(values: Float64[np.ndarray, "N *C"]) -> Float64[np.ndarray, "R N *C"]:
    """Scenes drawn with replacement; the same draws every time."""
    draws = np.random.default_rng(SEED).integers(0, len(values), (RESAMPLES, len(values)))
    return values[draws]


def _interval(samples: Float64[np.ndarray, " R"]) -> Interval:
    if not np.isfinite(samples).all():
        return _unknown()
    low, high = np.quantile(samples, [0.025, 0.975])
    return Interval(float(low), float(high))


def _unknown() -> Interval:
    return Interval(math.nan, math.nan)
