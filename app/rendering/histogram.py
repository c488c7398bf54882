"""Histograms of values that are sorted already: each bin is a look-up."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Int

SAMPLE_SIZE = 20_000
LOW_PERCENT, HIGH_PERCENT = 0.5, 99.5


@dataclass(frozen=True)
class Histogram:
    """Counts between ascending edges; the outermost bins hold what lies beyond them, too."""

    edges: Float[np.ndarray, " N+1"]
    counts: Int[np.ndarray, " N"]


def histogram_of_sorted(ascending: Float32[np.ndarray, " N"], num_bins: int) -> Histogram:
    """Bins of equal width over all but the half per cent at either end.

    Args:
        ascending: sorted; infinite values count as beyond the ends.
        num_bins: at least 1.
    """
    first = np.searchsorted(ascending, -np.inf, "right")
    finite = ascending[first : np.searchsorted(ascending, np.inf, "left")]
    if not len(finite):
        return Histogram(np.linspace(0, 1, num_bins + 1), np.zeros(num_bins, np.int64))
    ends = np.array([LOW_PERCENT, HIGH_PERCENT]) / 100 * (len(finite) - 1)
    low, high = (float(value) for value in finite[ends.round().astype(int)])
    edges = np.linspace(low, max(high, low + 1e-6), num_bins + 1)
    inner = np.searchsorted(ascending, edges[1:-1].astype(np.float32), "left")
    return Histogram(edges, np.diff(np.concatenate([[0], inner, [len(ascending)]])))


def ascending_sample(
    maps: Sequence[Float32[np.ndarray, "..."]], masks: Sequence[Bool[np.ndarray, "..."]]
) -> Float32[np.ndarray, " K"]:
    """Some twenty thousand of the finite values under the masks, evenly chosen, sorted."""
    values = [values[mask] for values, mask in zip(maps, masks, strict=True)]
    total = sum(len(part) for part in values)
    step = -(-total // SAMPLE_SIZE) or 1
    chosen = np.concatenate([part[::step] for part in values] or [np.zeros(0, np.float32)])
    return np.sort(chosen[np.isfinite(chosen)])
