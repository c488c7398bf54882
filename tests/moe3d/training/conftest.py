"""A network, shards and settings small enough to train in a test."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from moe3d.model.checkpoint import CheckpointInfo, write_checkpoint
from moe3d.model.config import (
    AggregatorConfig,
    CameraHeadConfig,
    DPTConfig,
    ModelConfig,
    MoEConfig,
    PatchEmbedConfig,
)
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.training.config import (
    DataConfig,
    OptimizerConfig,
    RunConfig,
    TrainingConfig,
)
from moe3d.training.data.generator import SceneGenerator
from moe3d.training.data.pool import ShardPlan, write_shard


@pytest.fixture(scope="session")
def tiny_config() -> ModelConfig:
    return ModelConfig(
        name="tiny",
        width=24,
        patch_embed=PatchEmbedConfig(
            image_size=56, depth=1, num_heads=2, num_register_tokens=0, antialias=False
        ),
        aggregator=AggregatorConfig(depth=2, num_heads=2, layer_scale_init=0.1),
        camera_head=CameraHeadConfig(width=16, trunk_depth=1, num_heads=2),
        dpt=DPTConfig(
            layers=(0, 0, 1, 1),
            out_channels=(8, 8, 8, 8),
            features=8,
            map_channels=8,
            head_channels=8,
            detail_channels=(4, 8),
            detail_units=1,
        ),
        moe=MoEConfig(num_experts=2),
    )


@pytest.fixture(scope="session")
def tiny_pool(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("pool")
    write_shard(ShardPlan(100, 4, 3, 28, 42), folder, SceneGenerator())
    return folder


@pytest.fixture(scope="session")
def tiny_base(tiny_config, tmp_path_factory) -> Path:
    """A checkpoint of the tiny network with VGGT's parts only."""
    torch.manual_seed(1)
    network = MoE3DNetwork(tiny_config)
    path = tmp_path_factory.mktemp("base") / "base.safetensors"
    write_checkpoint(network, path, CheckpointInfo("tiny", network.config))
    return path


@pytest.fixture
def settings(tiny_pool, tiny_base, tmp_path) -> Callable[..., TrainingConfig]:
    """Settings of a run of six steps on the shards; keywords change any of them, at any depth."""
    base = TrainingConfig(
        preset="pair",
        base=str(tiny_base),
        output=tmp_path / "run",
        run=RunConfig(steps=6, checkpoint_every=3, log_every=2, validation_scenes=0, device="cpu"),
        data=DataConfig(
            source="pool",
            data=tiny_pool,
            sizes=("42x28",),
            scenes_per_step=2,
            max_views=3,
            cached_scenes=4,
            workers=0,
        ),
        optimizer=OptimizerConfig(learning_rate=1e-3, warm_up_steps=2),
    )

    def changed(**changes) -> TrainingConfig:
        config = base
        for part in ("run", "data", "loss", "mixture", "optimizer"):
            record = getattr(config, part)
            names = {entry.name for entry in dataclasses.fields(record)} & changes.keys()
            own = {name: changes.pop(name) for name in names}
            config = dataclasses.replace(config, **{part: dataclasses.replace(record, **own)})
        return dataclasses.replace(config, **changes)

    return changed
