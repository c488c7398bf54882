"""A network of a few thousand weights with everything that the big one has."""

from collections.abc import Callable

import pytest
import torch

from moe3d.model.config import (
    AggregatorConfig,
    CameraHeadConfig,
    DPTConfig,
    ModelConfig,
    PatchEmbedConfig,
)
from moe3d.model.moe3d import MoE3DNetwork


@pytest.fixture(scope="session")
def tiny_config() -> ModelConfig:
    return ModelConfig(
        name="tiny",
        width=16,
        patch_embed=PatchEmbedConfig(image_size=42, depth=1, num_heads=2),
        aggregator=AggregatorConfig(depth=2, num_heads=2, layer_scale_init=0.5),
        camera_head=CameraHeadConfig(trunk_depth=1, num_heads=2, layer_scale_init=0.5),
        dpt=DPTConfig(layers=(0, 1, 1, 1), out_channels=(4, 8, 8, 8), features=8, head_channels=6),
    )


def randomized(network: MoE3DNetwork, seed: int = 0) -> MoE3DNetwork:
    """Give every weight, the zero ones too, a random value: no term can be wrong unnoticed."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(parameter + 0.2 * noise)
    return network.eval()


@pytest.fixture(scope="session")
def randomize() -> Callable[[MoE3DNetwork], MoE3DNetwork]:
    return randomized


@pytest.fixture
def tiny_network(tiny_config: ModelConfig) -> MoE3DNetwork:
    torch.manual_seed(0)
    return randomized(MoE3DNetwork(tiny_config))


@pytest.fixture(scope="session")
def tiny_images() -> torch.Tensor:
    return torch.rand(2, 3, 3, 28, 42, generator=torch.Generator().manual_seed(1))
