"""Histograms of values that are sorted already: each bin is a look-up."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Float32, Int

from moe3d_viewer.rendering.pictures.value_axis import ValueAxis, axis_of_sorted

SAMPLE_SIZE = 20_000
TALL = 3
"""A bar of more times the ninth decile of the bars would press all others down: it is broken."""


@dataclass(frozen=True)
class Histogram:
    """How often values lie between places of an axis."""

    axis: ValueAxis
    counts: Int[np.ndarray, " N"]
    """Of bins that are equally wide on the axis; what lies beyond its ends is in none."""
    num_below: int = 0
    num_above: int = 0

    @cached_property
    def centres(self) -> Float[np.ndarray, " N"]:
        """The value in the middle of every bin."""
        shares = (np.arange(len(self.counts)) + 0.5) / len(self.counts)
        return np.array([self.axis.value(float(share)) for share in shares])

    @cached_property
    def full_height(self) -> float:
        """The count that is drawn as the highest bar; what is above it is drawn broken."""
        some = self.counts[self.counts > 0]
        if not len(some):
            return 1.0
        return float(min(some.max(), TALL * np.percentile(some, 90)))

    @cached_property
    def heights(self) -> Float[np.ndarray, " N"]:
        """Of the bars, 0 to 1."""
        return np.minimum(self.counts / self.full_height, 1.0)

    @cached_property
    def is_broken(self) -> Bool[np.ndarray, " N"]:
        """Which bars are taller than they are drawn."""
        return self.counts > self.full_height


def histogram_of_sorted(ascending: Float32[np.ndarray, " N"], num_bins: int) -> Histogram:
    """Bins on the axis that suits these values; see `axis_of_sorted`.

    Args:
        ascending: sorted; infinite values count as beyond the ends.
        num_bins: at least 1.
    """
    first = np.searchsorted(ascending, -np.inf, "right")
    finite = ascending[first : np.searchsorted(ascending, np.inf, "left")]
    if not len(finite):
        return Histogram(ValueAxis(0, 1), np.zeros(num_bins, np.int64))
    axis = axis_of_sorted(finite)
    edges = axis.edges(num_bins).astype(np.float32)
    places = np.searchsorted(ascending, edges, "left")
    places[-1] = np.searchsorted(ascending, edges[-1], "right")
    return Histogram(axis, np.diff(places), int(places[0]), len(ascending) - int(places[-1]))


def ascending_sample(
    maps: Sequence[Float32[np.ndarray, "..."]], masks: Sequence[Bool[np.ndarray, "..."]]
) -> Float32[np.ndarray, " K"]:
    """Some twenty thousand of the finite values under the masks, evenly chosen, sorted."""
    values = [values[mask] for values, mask in zip(maps, masks, strict=True)]
    total = sum(len(part) for part in values)
    step = -(-total // SAMPLE_SIZE) or 1
    chosen = np.concatenate([part[::step] for part in values] or [np.zeros(0, np.float32)])
    return np.sort(chosen[np.isfinite(chosen)])
