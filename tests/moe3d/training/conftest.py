"""A network and a pool small enough to train in a test."""

from pathlib import Path

import pytest

from moe3d.model.config import (
    AggregatorConfig,
    CameraHeadConfig,
    DPTConfig,
    ModelConfig,
    MoEConfig,
    PatchEmbedConfig,
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
        ),
        moe=MoEConfig(num_experts=2, own_decoder=True),
    )


@pytest.fixture(scope="session")
def tiny_pool(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("pool")
    write_shard(ShardPlan(100, 4, 3, 28, 42), folder, SceneGenerator())
    return folder
