"""One training run from a start to a checkpoint file: scenes, features, steps, result."""

import json
import logging
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from moe3d.errors import UsageError
from moe3d.model.checkpoint import CheckpointInfo, read_checkpoint, write_checkpoint
from moe3d.model.known_models import find_checkpoint
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.presets import mini
from moe3d.model.warm_start import warm_start_experts
from moe3d.training.config import TrainingConfig
from moe3d.training.data.generator import SceneGenerator
from moe3d.training.data.pool import ShardPlan, list_shards, write_shard
from moe3d.training.dino_start import load_dino_start
from moe3d.training.features import write_features
from moe3d.training.loop import Trainer, process_rank

logger = logging.getLogger(__name__)

NEW_MINI = "new-mini"
RESULT_FILE = "model.safetensors"
SCENES_PER_SHARD = 50


@dataclass(frozen=True)
class PoolPlan:
    """Scenes to generate before training."""

    num_scenes: int
    """0 takes the pool as it is."""
    height: int
    """Pixels."""
    width: int
    """Pixels."""
    num_views: int = 3
    """Photos a scene."""


@dataclass(frozen=True)
class Start:
    """What a run starts from."""

    base: str
    """Known model, checkpoint file, or "new-mini"."""
    patch_embed: Path | None = None
    """ONNX file for the patch embedding of a new mini."""


def fill_pool(plan: PoolPlan, folder: Path, first_seed: int = 0) -> None:
    """Generate the scenes that are not there yet."""
    generator = SceneGenerator()
    for first in range(first_seed, first_seed + plan.num_scenes, SCENES_PER_SHARD):
        count = min(SCENES_PER_SHARD, first_seed + plan.num_scenes - first)
        shard = ShardPlan(first, count, plan.num_views, plan.height, plan.width)
        logger.info("scenes %d to %d in %s", first, first + count - 1, folder)
        write_shard(shard, folder, generator)


def build_network(start: Start, config: TrainingConfig) -> tuple[MoE3DNetwork, CheckpointInfo]:
    """Load or make the network; the mixture stage gets a decoder of its own and fresh experts.

    Raises:
        CheckpointError: the base or the ONNX file cannot be read.
        UsageError: the mixture stage on a checkpoint without VGGT's head.
    """
    torch.manual_seed(config.seed)
    if start.base == NEW_MINI:
        network = MoE3DNetwork(mini())
        if start.patch_embed is not None:
            load_dino_start(network, start.patch_embed)
        info = CheckpointInfo("mini", network.config, demonstration=True)
    else:
        loaded = read_checkpoint(find_checkpoint(start.base))
        network, info = loaded.network, loaded.info
    if config.stage == "moe" and not info.experts_trained:
        network = _with_own_decoder(network, config)
    return network, replace(info, config=network.config)


def _with_own_decoder(network: MoE3DNetwork, config: TrainingConfig) -> MoE3DNetwork:
    if network.depth_head is None:
        raise UsageError("new experts are copies of VGGT's depth head; this checkpoint has none")
    settings = replace(network.config.moe, own_decoder=True)
    grown = MoE3DNetwork(replace(network.config, moe=settings))
    grown.load_state_dict(network.state_dict(), strict=False)
    generator = torch.Generator().manual_seed(config.seed)
    warm_start_experts(grown, generator, noise=config.expert_noise)
    return grown


def run_stage(config: TrainingConfig, start: Start, plan: PoolPlan) -> Path:
    """Train one stage and write its averaged weights.

    Args:
        config: the run.
        start: what it starts from.
        plan: scenes to generate before.

    Returns:
        The written checkpoint.
    """
    rank, _ = process_rank()
    if rank == 0 and plan.num_scenes:
        fill_pool(plan, config.pool)
    if not config.pool.is_dir() or not list_shards(config.pool):
        raise UsageError(f"{config.pool} holds no scenes; generate some with --generate N")
    network, info = build_network(start, config)
    if config.stage != "vggt":
        features = config.output / "features"
        if rank == 0:
            for shard in list_shards(config.pool):
                logger.info("features of %s", shard.name)
                write_features(network.eval(), shard, features, config.seed)
        config = replace(config, pool=features)
    network.train()
    trainer = Trainer(network, config)
    trainer.run()
    return export_result(trainer, info)


def export_result(trainer: Trainer, info: CheckpointInfo) -> Path:
    """Write the averaged weights as a checkpoint."""
    network, config = trainer.network, trainer.config
    network.load_state_dict(trainer.average.values, strict=False)
    record = {"stage": config.stage, "steps": trainer.step, "config": config.to_json()}
    written = replace(
        info,
        experts_trained=info.experts_trained or config.stage == "moe",
        training={**info.training, config.stage: json.loads(json.dumps(record))},
    )
    path = config.output / RESULT_FILE
    write_checkpoint(network, path, written)
    return path
