"""A run's state on disk: weights, averages, optimizer, step. Written aside, then renamed."""

import os
import pickle
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from moe3d.errors import CheckpointError

STATE_FILE = "state.pt"


@dataclass
class AveragedWeights:
    """Exponential moving average of the parameters in training."""

    decay: float
    values: dict[str, Tensor]

    @classmethod
    def of(cls, network: nn.Module, decay: float) -> "AveragedWeights":
        """Start from the weights as they are."""
        free = {n: p for n, p in network.named_parameters() if p.requires_grad}
        return cls(decay, {name: p.detach().clone() for name, p in free.items()})

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Move towards the current weights; faster at the beginning of a run."""
        decay = min(self.decay, (1 + step) / (10 + step))
        pairs = [(self.values[n], p) for n, p in network.named_parameters() if n in self.values]
        for average, current in pairs:
            average.lerp_(current, 1 - decay)


def save_state(folder: Path, content: dict[str, object]) -> None:
    """Write the state so that a kill at any moment leaves the old or the new one whole."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{STATE_FILE}.{os.getpid()}"
    torch.save(content, temporary)
    temporary.replace(folder / STATE_FILE)


def load_state(folder: Path) -> dict[str, object] | None:
    """Read the state of a run; None when there is none.

    Raises:
        CheckpointError: the file cannot be read.
    """
    path = folder / STATE_FILE
    if not path.exists():
        return None
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as error:
        raise CheckpointError(f"{path} is no training state of this program: {error}") from error
