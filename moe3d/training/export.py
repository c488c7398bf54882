"""A run's averaged weights as checkpoint files."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch

from moe3d.model.checkpoint import CheckpointInfo, write_checkpoint
from moe3d.model.checkpoint.writing import COMPACT
from moe3d.training.config_file import plain_values
from moe3d.training.loop import Trainer
from moe3d.training.start import MIXTURES

RESULT_FILE = "model.safetensors"
COMPACT_FILE = "compact/mini.safetensors"


@contextlib.contextmanager
def averaged_weights(trainer: Trainer) -> Iterator[None]:
    """Put the averages in place of the weights while the block runs."""
    free = {n: p for n, p in trainer.network.named_parameters() if n in trainer.average.values}
    kept = {name: parameter.detach().clone() for name, parameter in free.items()}
    try:
        trainer.network.load_state_dict(trainer.average.values, strict=False)
        yield
    finally:
        trainer.network.load_state_dict(kept, strict=False)


def export_result(trainer: Trainer, info: CheckpointInfo) -> Path:
    """Write the network as it is; the built-in model also in small files.

    Args:
        trainer: its network holds the averages.
        info: of the start.
    """
    network, config = trainer.network, trainer.config
    mixture = config.mixture
    if config.preset in MIXTURES:
        moe = replace(
            network.config.moe,
            gate_temperature=mixture.fusion_temperature,
            training_temperature=mixture.temperature_end,
        )
        network.config = replace(network.config, moe=moe)
    record = {"steps": trainer.step, "config": plain_values(config)}
    written = replace(
        info,
        config=network.config,
        experts_trained=info.experts_trained or config.preset in MIXTURES,
        training={**info.training, config.preset: record},
    )
    path = config.output / RESULT_FILE
    network.to(torch.device("cpu"))
    write_checkpoint(network, path, written)
    if info.demonstration:
        write_checkpoint(network, config.output / COMPACT_FILE, written, COMPACT)
    return path
