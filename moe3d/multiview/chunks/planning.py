"""Which photos the network sees together: runs in order that overlap, with guests from afar."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

SMALLEST_CHUNK = 6
"""Photos that the network sees together at least, when they are many."""


@dataclass(frozen=True)
class ChunkSettings:
    """How photos are shared out."""

    shared: int = 8
    """Photos of the chunk before that a chunk sees again; a third of a small chunk. (Centres drift
    1.3 times as much as one pass errs with 8, 1.4 with 6 or 4: two walks of 200, chunks of 24.)"""
    guests: int = 2
    """Photos of chunks farther off, alike to the chunk's own, that it sees too: they close loops.
    Photos next to each other, so that they join as one."""
    likeness: float = 0.6
    """A guest must be at least so alike, as a share of how alike photos next to each other are."""


@dataclass(frozen=True)
class ChunkPlan:
    """Photos by chunk, and the chunk from which each photo's answer is taken."""

    chunks: tuple[tuple[int, ...], ...]
    """Photo numbers, in the order in which the network sees them. The first begins with photo 0,
    which is the reference."""
    owners: tuple[int, ...]
    """For each photo the chunk in whose middle it stands the most."""

    def __len__(self) -> int:
        return len(self.chunks)

    def members(self, chunk: int) -> list[int]:
        """Photos whose answer is taken from this chunk."""
        return [view for view, owner in enumerate(self.owners) if owner == chunk]


def num_chunks(count: int, chunk_views: int, settings: ChunkSettings = ChunkSettings()) -> int:
    """How many chunks so many photos make."""
    if count <= chunk_views:
        return 1
    own = _own(chunk_views, settings)
    return 1 + -(-(count - own) // max(own - _shared(chunk_views, settings), 1))


def chunk_words(count: int, chunk_views: int) -> str:
    """ "in 5 chunks of 60 photos"."""
    return f"in {num_chunks(count, chunk_views)} chunks of {chunk_views} photos"


def plan_chunks(
    count: int,
    chunk_views: int,
    likeness: Float[np.ndarray, "S S"] | None = None,
    settings: ChunkSettings = ChunkSettings(),
) -> ChunkPlan:
    """Share photos out to chunks of equal size.

    Args:
        count: of photos.
        chunk_views: photos that the network sees together, at least 2.
        likeness: how alike every two photos are, larger is more; None: no guests.
        settings: how.
    """
    number = num_chunks(count, chunk_views, settings)
    if number == 1:
        return ChunkPlan((tuple(range(count)),), (0,) * count)
    own = _own(chunk_views, settings)
    starts = np.rint(np.linspace(0, count - own, number)).astype(int).tolist()
    runs = [range(start, start + own) for start in starts]
    middles = np.array(starts) + (own - 1) / 2
    owners = tuple(int(np.abs(middles - view).argmin()) for view in range(count))
    guests = _guests(runs, chunk_views - own, likeness, settings)
    chunks = tuple((*run, *mine) for run, mine in zip(runs, guests, strict=True))
    return ChunkPlan(chunks, owners)


def _shared(chunk_views: int, settings: ChunkSettings) -> int:
    """Small chunks share less, or they would bring nothing new."""
    return max(1, min(settings.shared, chunk_views // 3))


def _own(chunk_views: int, settings: ChunkSettings) -> int:
    return max(2, chunk_views - (settings.guests if chunk_views >= 8 else 0))


def _guests(
    runs: Sequence[range],
    most: int,
    likeness: Float[np.ndarray, "S S"] | None,
    settings: ChunkSettings,
) -> list[list[int]]:
    """For every run the neighbouring photos, far from it in the order, that are most alike."""
    if likeness is None or most < 1:
        return [[] for _ in runs]
    usual = float(np.median(np.diagonal(likeness, offset=1)))
    found = []
    for run in runs:
        best = likeness[run.start : run.stop].max(axis=0)
        near = range(max(run.start - len(run), 0), min(run.stop + len(run), len(best)))
        best[near.start : near.stop] = -np.inf
        rows = np.array(
            [best[start : start + most].mean() for start in range(len(best) - most + 1)]
        )
        place = int(rows.argmax())
        is_alike = rows[place] >= settings.likeness * usual
        found.append(list(range(place, place + most)) if is_alike else [])
    return found
