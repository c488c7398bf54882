"""The processes that share a run: started by torchrun, joined through torch.distributed."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
import torch.distributed.nn.functional as shared
from torch import Tensor

from moe3d.errors import UsageError


@dataclass(frozen=True)
class Share:
    """Which part of every step's batch is this process's."""

    rank: int = 0
    size: int = 1

    def rows(self, count: int) -> slice:
        """Its scenes among `count`.

        Raises:
            UsageError: they cannot be shared evenly.
        """
        if count % self.size:
            raise UsageError(
                f"{count} scenes a step cannot be shared by {self.size} processes; "
                "choose a multiple for --scenes-per-step"
            )
        each = count // self.size
        return slice(self.rank * each, (self.rank + 1) * each)


def current_share() -> Share:
    """This process's share; all of it without a process group."""
    if dist.is_available() and dist.is_initialized():
        return Share(dist.get_rank(), dist.get_world_size())
    return Share()


@contextlib.contextmanager
def process_group(device: torch.device, environment: Mapping[str, str]) -> Iterator[Share]:
    """Meet the other processes while the block runs, if torchrun started this one.

    Args:
        device: of this process.
        environment: torchrun's variables.
    """
    if int(environment.get("WORLD_SIZE", "1")) == 1:
        yield Share()
        return
    backend = "nccl" if device.type == "cuda" else "gloo"
    # The others wait for the first while it caches features.
    dist.init_process_group(backend, timeout=timedelta(hours=3))
    try:
        yield current_share()
    finally:
        dist.destroy_process_group()


def local_device(device: torch.device, environment: Mapping[str, str]) -> torch.device:
    """Its own card for each process of a machine."""
    if device.type == "cuda" and device.index is None and "LOCAL_RANK" in environment:
        return torch.device("cuda", int(environment["LOCAL_RANK"]))
    return device


def wait_for_all() -> None:
    """Let every process come this far."""
    if current_share().size > 1:
        dist.barrier()


def mean_over_processes(value: Tensor) -> Tensor:
    """Average over all processes, with a gradient."""
    size = current_share().size
    return value if size == 1 else shared.all_reduce(value) / size
