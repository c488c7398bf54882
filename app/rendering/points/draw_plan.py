"""Which points to draw in the time there is: prefixes of blocks, and a budget that learns."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, Int32


@dataclass(frozen=True)
class DrawRanges:
    """Runs of places in the buffer, for one glMultiDrawArrays."""

    firsts: Int32[np.ndarray, " B"]
    counts: Int32[np.ndarray, " B"]

    @property
    def num_points(self) -> int:
        """Points in all runs."""
        return int(self.counts.sum())


def block_slices(
    starts: Int[np.ndarray, " B+1"], visible: Bool[np.ndarray, " B"], begin: int, end: int
) -> DrawRanges:
    """The `begin`-th to `end`-th point of every visible block."""
    firsts, stops = starts[:-1][visible] + begin, starts[1:][visible]
    counts = np.minimum(stops - firsts, end - begin)
    some = counts > 0
    return DrawRanges(firsts[some].astype(np.int32), counts[some].astype(np.int32))


def blocks_in_view(
    lower: Float32[np.ndarray, "B 3"],
    upper: Float32[np.ndarray, "B 3"],
    clip_from_world: Float[np.ndarray, "4 4"],
) -> Bool[np.ndarray, " B"]:
    """Which boxes reach into the view; may say yes for one that just misses it, never no for one
    that does not."""
    planes = np.stack(
        [clip_from_world[3] + sign * row for row in clip_from_world[:3] for sign in (1, -1)]
    )
    farthest = np.where(planes[:, None, :3] > 0, upper[None], lower[None])  # (6, B, 3)
    distance = np.einsum("pbi,pi->pb", farthest, planes[:, :3]) + planes[:, 3:]
    return (distance >= 0).all(axis=0)


@dataclass
class PointBudget:
    """How many points fit into the time for one pass; learns from every pass."""

    target_ms: float
    points: int = 100_000
    smallest: int = 10_000
    largest: int = 50_000_000

    def observe(self, drawn: int, elapsed_ms: float) -> None:
        """Learn from a pass of `drawn` points that took `elapsed_ms`."""
        ratio = self.target_ms / max(elapsed_ms, 0.05)
        if ratio > 1 and drawn < 0.7 * self.points:
            return  # a small pass says nothing of a larger one
        step = float(np.clip(ratio, 0.6, 1.5))
        self.points = int(np.clip(drawn * step, self.smallest, self.largest))

    def share_per_block(self, num_blocks: int) -> int:
        """The budget as a number of points of every block."""
        return max(self.points // max(num_blocks, 1), 1)
