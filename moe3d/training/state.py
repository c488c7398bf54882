"""A run's state on disk: weights, averages, optimizer, step. Written aside, then renamed."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from moe3d.errors import CheckpointError, OutputError
from moe3d.io.files.atomic import new_file
from moe3d.io.files.outside_files import reading
from moe3d.io.files.workplace import sweep
from moe3d.model.checkpoint.torch_file import load_tensors_only
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.training.config import TrainingConfig

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
        averages, current = map(list, zip(*pairs, strict=True))
        torch._foreach_lerp_(averages, current, 1 - decay)  # pyright: ignore[reportPrivateImportUsage]


@dataclass(frozen=True)
class Identity:
    """What a state must have in common with the run that goes on from it."""

    preset: str
    architecture: str
    """The network's settings as JSON."""

    @classmethod
    def of(cls, network: MoE3DNetwork, config: TrainingConfig) -> "Identity":
        """Of a run."""
        return cls(config.preset, json.dumps(network.config.to_json(), sort_keys=True))

    def check(self, state: dict[str, Any], folder: Path) -> None:
        """Refuse a state of another kind.

        Raises:
            CheckpointError: names what differs.
        """
        if state.get("preset") != self.preset:
            raise CheckpointError(
                f"{folder} holds a run of preset {state.get('preset')!r}; this one is "
                f"{self.preset!r}. Choose another --output"
            )
        own = json.loads(self.architecture)
        with reading(folder / STATE_FILE, CheckpointError, "is no training state of this program"):
            other = dict(json.loads(state["architecture"]))
        different = [f"{k}: {other.get(k)} there, {own[k]} here" for k in own if own[k] != other[k]]
        if different:
            raise CheckpointError(
                f"{folder} holds a run of another architecture ({'; '.join(different)}). Choose "
                "another --output; its last checkpoint is as it was"
            )


def save_state(folder: Path, content: dict[str, Any]) -> None:
    """Write the state so that a kill at any moment leaves the old or the new one whole.

    Raises:
        OutputError: it cannot be written; the old one is as it was.
    """
    path = folder / STATE_FILE
    try:
        with new_file(path, overwrite=True) as part:
            torch.save(content, part)
    except RuntimeError as error:  # what torch makes of a full disk
        raise OutputError(
            f"{path}: cannot be written, most likely the disk is full ({error}); the last "
            "checkpoint is as it was"
        ) from error


def load_state(folder: Path) -> dict[str, Any] | None:
    """Read the state of a run; None when there is none.

    Raises:
        CheckpointError: the file cannot be read.
    """
    path = folder / STATE_FILE
    if not path.exists():
        return None
    sweep(folder)
    with reading(path, CheckpointError, "is no training state of this program"):
        state = load_tensors_only(path, "a training state of this program is wanted")
        if not isinstance(state, dict):
            raise TypeError(f"it holds a {type(state).__name__}")
        return state
