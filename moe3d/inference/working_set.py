"""How a network may run in less memory: a ladder, each step down with the same answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from moe3d.inference.device import Compute
from moe3d.model.output import RunOptions

PIECE_TOKENS = 4096
"""Tokens that a block works on at a time, where memory is short."""


@dataclass(frozen=True)
class WorkingSet:
    """One step of the ladder."""

    frames_per_chunk: int
    """Photos that the depth heads decode at a time."""
    tokens_per_piece: int = 0
    """Tokens that a transformer block works on at a time; 0 for all."""
    kept_on_cpu: bool = False
    """Whether the layers that the heads read wait in the main memory."""

    @property
    def words(self) -> str:
        """What is done otherwise than with plenty of memory; empty on the first step."""
        told = []
        if self.frames_per_chunk == 1:
            told.append("the heads one photo at a time")
        elif self.frames_per_chunk < LADDER[0].frames_per_chunk:
            told.append(f"the heads {self.frames_per_chunk} photos at a time")
        if self.tokens_per_piece:
            told.append("blocks piece by piece")
        if self.kept_on_cpu:
            told.append("layers kept in the main memory")
        return ", ".join(told)


LADDER = (
    WorkingSet(8),
    WorkingSet(4),
    WorkingSet(2),
    WorkingSet(1),
    WorkingSet(1, PIECE_TOKENS),
    WorkingSet(1, PIECE_TOKENS, kept_on_cpu=True),
)


def steps_for(compute: Compute) -> Sequence[WorkingSet]:
    """The ladder of a device, most memory first.

    A CPU has no other memory to keep layers in, and decodes photo by photo as fast as several.
    """
    if compute.device.type == "cpu":
        return (WorkingSet(1), WorkingSet(1, PIECE_TOKENS))
    return LADDER


def run_options(compute: Compute, step: WorkingSet, *, with_baseline: bool) -> RunOptions:
    """How the network runs on a step.

    With a backbone in bfloat16 the kept layers and the convolutions of the heads are in it too.
    """
    narrow = compute.dtype if compute.dtype is torch.bfloat16 else None
    return RunOptions(
        with_baseline=with_baseline,
        with_points=False,
        frames_per_chunk=step.frames_per_chunk,
        tokens_per_piece=step.tokens_per_piece,
        kept_on_cpu=step.kept_on_cpu,
        kept_dtype=narrow,
        heads_dtype=narrow,
    )


FULL = (
    "can't allocate memory",
    "not enough memory",
    "bad_alloc",
    "CUDA error: out of memory",
    "STATUS_ALLOC_FAILED",
)
"""What errors say that have no class of their own: a CPU's, a driver's, cuBLAS's and cuDNN's."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory was asked for and not given, on a card or a CPU."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in FULL)
