"""Batches prepared ahead in worker processes, in the order of the steps."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

from torch.utils.data import DataLoader, Dataset

from moe3d.errors import MoE3DError
from moe3d.training.sources.source import SceneSource

PREFETCH = 3
MOST_WORKERS = 16


class _Steps(Dataset[Any]):
    """What a source prepares for each step; an error that a user can repair comes as a value."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def __getitem__(self, step: int) -> Any:
        try:
            return self._source.load(step)
        except MoE3DError as error:
            return error


def choose_workers(wanted: int) -> int:
    """Number of worker processes; -1 leaves one processor to the training itself."""
    if wanted >= 0:
        return wanted
    return min(MOST_WORKERS, len(os.sched_getaffinity(0)) - 1) if _can_count() else 0


def _can_count() -> bool:
    return hasattr(os, "sched_getaffinity")


def load_steps(source: SceneSource, steps: Sequence[int], workers: int) -> Iterator[Any]:
    """What the source prepares for these steps, in order.

    Raises:
        MoE3DError: as the source raised it.
    """
    loader = DataLoader(
        _Steps(source),
        batch_size=None,
        sampler=steps,
        num_workers=workers,
        prefetch_factor=PREFETCH if workers else None,
        collate_fn=_as_it_is,
    )
    for item in loader:
        if isinstance(item, MoE3DError):
            raise item
        yield item


def _as_it_is(item: Any) -> Any:
    return item
