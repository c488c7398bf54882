"""One training run from a start to checkpoint files: data, features, steps, scores, result."""

import contextlib
import logging
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from moe3d.inference.device import select_device
from moe3d.model.checkpoint import CheckpointInfo, write_checkpoint
from moe3d.model.checkpoint.writing import COMPACT
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.warm_start import move_towards_copies
from moe3d.training.caching import cache_backbone
from moe3d.training.config import TrainingConfig
from moe3d.training.config_file import plain_values
from moe3d.training.data.generator import SceneGenerator
from moe3d.training.loop import Trainer
from moe3d.training.memory import estimate_memory, memory_table
from moe3d.training.monitor import Monitor
from moe3d.training.pictures import picture_sheet, save_sheet
from moe3d.training.processes import Share, local_device, process_group, wait_for_all
from moe3d.training.record import finished_step, mark_finished, write_metrics, write_record
from moe3d.training.sources.opening import open_source
from moe3d.training.sources.source import parse_size
from moe3d.training.start import MIXTURES, PatchEmbedStart, frozen_precision, start_network
from moe3d.training.validation import ValidationScores, flat_scores, validate, validation_batches

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


logger = logging.getLogger(__name__)

VALIDATION_VIEWS = 3
LARGE_WEIGHTS = 200_000_000
"""Above this many, the weights are written only once the run is finished."""


@dataclass(frozen=True)
class RunResult:
    """What a call of the program came to."""

    checkpoint: Path
    """Averaged weights, if they have been written."""
    step: int
    is_finished: bool
    """False: the time budget ended first; the same call goes on."""
    scores: ValidationScores | None = None


def run_training(
    config: TrainingConfig,
    environment: Mapping[str, str],
    started: float | None = None,
    fill_patch_embed: PatchEmbedStart | None = None,
) -> RunResult:
    """Train, or go on training, and write the averaged weights.

    Args:
        config: the run.
        environment: torchrun's variables, if it started this process.
        started: monotonic clock when the time budget began; None for now.
        fill_patch_embed: reads the settings' `patch_embed` file; None where they name none.
    """
    started = time.monotonic() if started is None else started
    done = finished_step(config.output)
    if done and (config.run.total_minutes or done >= config.run.steps):
        return RunResult(config.output / RESULT_FILE, done, is_finished=True)
    device = local_device(select_device(config.run.device), environment)
    if device.type == "cuda" and device.index is not None:
        torch.cuda.set_device(device)
    with process_group(device, environment) as share:
        return _run(config, share, device, started, fill_patch_embed)


def choose_precision(config: TrainingConfig, device: torch.device) -> torch.dtype:
    """Of the network's products: bfloat16 on CUDA cards unless told otherwise."""
    if config.run.precision == "auto":
        return torch.bfloat16 if device.type == "cuda" else torch.float32
    return getattr(torch, config.run.precision)


def _run(
    config: TrainingConfig,
    share: Share,
    device: torch.device,
    started: float,
    fill_patch_embed: PatchEmbedStart | None,
) -> RunResult:
    share.rows(config.data.scenes_per_step)
    dtype = choose_precision(config, device)
    backbone = frozen_precision(config, device, dtype) if config.caches_features else torch.float32
    source = None if config.caches_features else open_source(config, share, device)
    network, info = start_network(config, fill_patch_embed, backbone)
    if share.rank == 0:
        write_record(config, network.config, device)
        if config.caches_features or device.type != "cpu":
            _print_estimate(network, config, dtype, backbone)
    if config.caches_features:
        network.cast_backbone(backbone)
        source = cache_backbone(network, config, share, device)
    _move(network, config, device)
    trainer = Trainer(network.train(), config, source, dtype)
    monitor = Monitor(config.output) if share.rank == 0 else None
    deadline = started + 60 * config.run.minutes if config.run.minutes else math.inf
    trainer.run(monitor, deadline=deadline, after_step=lambda t: _score_on_the_way(t, monitor))
    wait_for_all()
    if monitor is None:
        return RunResult(config.output / RESULT_FILE, trainer.step, trainer.is_finished)
    network.load_state_dict(trainer.average.values, strict=False)
    if trainer.is_finished and config.preset in MIXTURES and config.mixture.final_push:
        move_towards_copies(network, -config.mixture.final_push)
    if trainer.is_finished or sum(p.numel() for p in network.parameters()) < LARGE_WEIGHTS:
        export_result(trainer, info)
    scores = None
    if trainer.is_finished and config.run.validation_scenes:
        network.to(device)
        scores = _score(trainer, monitor)
        write_metrics(config.output, scores, trainer.step, time.monotonic() - started)
    monitor.close()
    if trainer.is_finished:
        mark_finished(config.output, trainer.step)
    return RunResult(config.output / RESULT_FILE, trainer.step, trainer.is_finished, scores)


def _print_estimate(
    network: MoE3DNetwork, config: TrainingConfig, dtype: torch.dtype, backbone: torch.dtype
) -> None:
    estimate = estimate_memory(network.config, config, dtype, backbone)
    logger.info("%s", memory_table(estimate, is_cached=config.caches_features))


def _move(network: MoE3DNetwork, config: TrainingConfig, device: torch.device) -> None:
    """The whole network, or its heads alone where the backbone has done its work."""
    for name, part in network.named_children():
        if name != "aggregator" or not config.caches_features:
            part.to(device)


def _score_on_the_way(trainer: Trainer, monitor: Monitor | None) -> None:
    every = trainer.config.run.validate_every
    if monitor is None or not every or trainer.step % every or trainer.is_finished:
        return
    with averaged_weights(trainer):
        trainer.network.eval()
        _score(trainer, monitor)
        trainer.network.train()


def _score(trainer: Trainer, monitor: Monitor) -> ValidationScores:
    """Validate the network as it is, and picture some scenes."""
    network, config = trainer.network, trainer.config
    device = trainer.heads_device
    network.aggregator.to(device)
    size = parse_size(config.data.sizes[0])
    temperature = config.mixture.fusion_temperature
    generator = SceneGenerator(device if device.type == "cuda" else "cpu")
    count = config.run.validation_scenes
    batches = validation_batches(generator, count, VALIDATION_VIEWS, size)
    scores = validate(network.eval(), batches, temperature)
    monitor.log_scores(trainer.step, flat_scores(scores))
    first = next(validation_batches(generator, min(4, count), 1, size))
    sheet = picture_sheet(network, first, temperature)
    save_sheet(sheet, config.output / "pictures" / f"{trainer.step:07d}.png")
    monitor.log_picture(trainer.step, sheet)
    return scores
