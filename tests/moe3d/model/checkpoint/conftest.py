"""Files of every kind that a user may try to open."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from moe3d.model.checkpoint import CheckpointInfo, ReadOptions
from moe3d.model.config import ModelConfig
from moe3d.model.moe3d import MoE3DNetwork


@pytest.fixture(scope="session")
def network(
    tiny_config: ModelConfig, randomize: Callable[[MoE3DNetwork], MoE3DNetwork]
) -> MoE3DNetwork:
    torch.manual_seed(0)
    return randomize(MoE3DNetwork(tiny_config))


@pytest.fixture
def info(tiny_config: ModelConfig) -> CheckpointInfo:
    return CheckpointInfo(
        name="tiny",
        config=tiny_config,
        licence="Apache-2.0",
        experts_trained=True,
        demonstration=True,
        training={"steps": 12, "abs_rel": 0.25, "data": ["rooms"]},
    )


@pytest.fixture
def tiny_sizes(tiny_config: ModelConfig) -> ReadOptions:
    """What has to be said of a file that does not say its sizes."""
    return ReadOptions(config=tiny_config)


@pytest.fixture
def vggt_weights(network: MoE3DNetwork) -> dict[str, torch.Tensor]:
    """A VGGT checkpoint: no mixture, but heads that we do not have."""
    weights = {k: v for k, v in network.state_dict().items() if not k.startswith("moe_head.")}
    weights["track_head.tracker.virual_tracks"] = torch.zeros(1, 4)
    weights["point_head.norm.weight"] = torch.zeros(32)
    return weights


@pytest.fixture
def vggt_file(vggt_weights: dict[str, torch.Tensor], tmp_path: Path) -> Path:
    path = tmp_path / "vggt.pt"
    torch.save(vggt_weights, path)
    return path
