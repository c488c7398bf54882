import dataclasses
from collections.abc import Callable

import pytest
import torch

from moe3d.errors import UsageError
from moe3d.model.config import ModelConfig, MoEConfig
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.output import RunOptions
from moe3d.model.warm_start import move_towards_copies, warm_start_experts

VARIANTS = ("A", "A'", "B", "F")


@pytest.fixture
def warm_network(
    tiny_config: ModelConfig, randomize: Callable[[MoE3DNetwork], MoE3DNetwork]
) -> Callable[[MoEConfig, float], MoE3DNetwork]:
    def build(moe: MoEConfig, noise: float) -> MoE3DNetwork:
        torch.manual_seed(0)
        network = randomize(MoE3DNetwork(dataclasses.replace(tiny_config, moe=moe)))
        warm_start_experts(network, torch.Generator().manual_seed(0), noise)
        return network

    return build


@pytest.mark.parametrize("own_decoder", [False, True])
@pytest.mark.parametrize("variant", VARIANTS)
def test_without_noise_the_result_is_vggts_whatever_the_gate(
    warm_network: Callable, tiny_images: torch.Tensor, variant: str, own_decoder: bool
):
    network = warm_network(MoEConfig(variant=variant, own_decoder=own_decoder), 0.0)
    torch.nn.init.normal_(network.moe_head.gate.conv2.weight, std=20.0)
    with torch.inference_mode():
        output = network(tiny_images, options=RunOptions(gate_temperature=0.3))
    assert output.gate_logits.std(dim=2).max() > 1  # the gate does choose
    # Variant F mixes before the exponential, where a rounding grows.
    rounding = {"rtol": 1e-5, "atol": 0} if variant == "F" else {}
    torch.testing.assert_close(output.depth, output.baseline_depth, **rounding)
    torch.testing.assert_close(output.confidence, output.baseline_confidence, **rounding)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("num_experts", range(1, 9))
def test_any_number_of_experts_works_and_one_is_vggt(
    warm_network: Callable, tiny_images: torch.Tensor, variant: str, num_experts: int
):
    network = warm_network(MoEConfig(num_experts=num_experts, variant=variant), 0.0)
    with torch.inference_mode():
        output = network(tiny_images)
    assert output.expert_depths.shape == (2, 3, num_experts, 28, 42)
    rounding = {"rtol": 0, "atol": 0} if num_experts == 1 and variant in ("A", "A'") else {}
    torch.testing.assert_close(output.depth, output.baseline_depth, **rounding)


def test_noise_is_relative_to_each_tensors_spread(warm_network: Callable):
    network = warm_network(MoEConfig(num_experts=8), 0.01)
    original = network.depth_head.scratch.output_conv2[0].weight
    copies = network.moe_head.experts.conv1.weight.unflatten(0, (8, -1))
    relative = (copies - original).std() / original.std()
    assert 0.0085 < relative < 0.0115
    assert not torch.equal(copies[0], copies[1])


def test_the_gate_starts_even_and_the_start_is_repeatable(warm_network: Callable):
    first, second = (warm_network(MoEConfig(), 0.01) for _ in range(2))
    assert not first.moe_head.gate.conv2.weight.any()
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_network_without_vggts_head_cannot_be_warm_started(tiny_config: ModelConfig):
    network = MoE3DNetwork(dataclasses.replace(tiny_config, has_baseline=False))
    with pytest.raises(UsageError, match="built without it"):
        warm_start_experts(network, torch.Generator())


def test_all_the_way_towards_the_copies_gives_vggts_depth(
    warm_network: Callable, tiny_images: torch.Tensor
):
    network = warm_network(MoEConfig(own_decoder=True), 0.5)
    torch.nn.init.normal_(network.moe_head.gate.conv2.weight, std=20.0)
    gate = {name: value.clone() for name, value in network.moe_head.gate.state_dict().items()}
    move_towards_copies(network, 1.0)
    with torch.inference_mode():
        output = network(tiny_images)
    torch.testing.assert_close(output.depth, output.baseline_depth)
    torch.testing.assert_close(network.moe_head.gate.state_dict(), gate)


@pytest.mark.parametrize("own_decoder", [False, True])
def test_half_as_far_away_again_comes_back_by_a_third(warm_network: Callable, own_decoder: bool):
    network = warm_network(MoEConfig(own_decoder=own_decoder), 0.5)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    move_towards_copies(network, -0.5)
    moved = {n for n, v in network.state_dict().items() if not torch.equal(v, before[n])}
    assert "moe_head.experts.conv1.weight" in moved
    assert all(name.startswith("moe_head.") for name in moved)
    move_towards_copies(network, 1 / 3)  # 1.5 of the distance, a third of it back
    torch.testing.assert_close(network.state_dict(), before)


def test_there_is_no_way_to_a_head_that_is_not_there(tiny_config: ModelConfig):
    network = MoE3DNetwork(dataclasses.replace(tiny_config, has_baseline=False))
    with pytest.raises(UsageError, match="copies VGGT's depth head"):
        move_towards_copies(network, 0.5)
