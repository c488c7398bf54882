"""How many photos the network sees together, and on which step of the ladder a run begins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from moe3d.inference.working_set import WorkingSet
from moe3d.multiview.chunks.planning import SMALLEST_CHUNK, chunk_words

HEADROOM = 1.1
"""Free memory wanted for what allocators lose between blocks."""


@dataclass(frozen=True)
class MemoryPlan:
    """How a run begins."""

    chunk_views: int
    """Photos that the network sees together; all of them where they fit."""
    working_bytes: int
    """Alive at once, as the run would begin."""
    smallest_working_bytes: int
    """On the last step of the ladder, in the smallest chunks."""
    measures: str
    """In words; empty where memory is plenty."""


def choose_plan(
    count: Callable[[int, Sequence[WorkingSet]], tuple[int, ...]],
    ladder: Sequence[WorkingSet],
    views: int,
    free: int,
    wanted: int | None = None,
) -> MemoryPlan:
    """The most photos together that fit, with as few measures as that takes.

    Args:
        count: bytes for so many photos together, on every one of some steps.
        ladder: of the device.
        views: all photos.
        free: bytes.
        wanted: photos together that were asked for; None for as many as fit.
    """

    def on_last(together: int) -> int:
        return count(together, ladder[-1:])[0]

    together = views if wanted is None else wanted
    counts = count(together, ladder)
    smallest = counts[-1]
    if wanted is None and views > SMALLEST_CHUNK and smallest * HEADROOM > free:
        smallest = min(smallest, on_last(SMALLEST_CHUNK))
        ends = (SMALLEST_CHUNK, smallest), (views, counts[-1])
        together = _most_that_fit(on_last, ends, free)
        counts = count(together, ladder)
    chosen = first_that_fits(counts, free)
    words = [chunk_words(views, together)] if together < views else []
    words += [ladder[chosen].words] if chosen else []
    return MemoryPlan(together, counts[chosen], smallest, ", ".join(words))


def first_that_fits(counts: Sequence[int], free: int) -> int:
    """The first step whose working set fits with headroom; the last one where none does."""
    fitting = (index for index, size in enumerate(counts) if size * HEADROOM <= free)
    return next(fitting, len(counts) - 1)


def _most_that_fit(
    count: Callable[[int], int], ends: tuple[tuple[int, int], tuple[int, int]], free: int
) -> int:
    """The largest chunk that fits, by the straight line that counts lie on; the smallest if none.

    Args:
        count: bytes of a chunk of so many photos.
        ends: the smallest chunk and all photos, which do not fit, with their bytes.
        free: bytes.
    """
    (low, at_low), (high, at_high) = ends
    if at_low * HEADROOM > free:
        return low
    for _ in range(8):
        if high - low <= 1:
            break
        share = (free / HEADROOM - at_low) / max(at_high - at_low, 1)
        guess = min(max(low + int(share * (high - low)), low + 1), high - 1)
        size = count(guess)
        if size * HEADROOM <= free:
            low, at_low = guess, size
        else:
            high, at_high = guess, size
    return low
