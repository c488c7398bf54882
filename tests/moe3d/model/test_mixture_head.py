"""Experts, gate and fusion against one convolution pair after the other."""

import dataclasses

import pytest
import torch
import torch.nn.functional as F

from moe3d.model.config import ModelConfig, MoEConfig
from moe3d.model.dpt import DPT, add_uv_embedding, build_uv_tables
from moe3d.model.experts import Experts, FeatureExperts
from moe3d.model.fusion import fuse, gate_weights
from moe3d.model.gate import Gate

SIZE = (28, 42)


def with_mixture(config: ModelConfig, **settings: object) -> ModelConfig:
    return dataclasses.replace(config, moe=MoEConfig(**settings))


def decoded(config: ModelConfig, num_frames: int = 2):
    torch.manual_seed(0)
    decoder = DPT(config)
    layers = tuple(torch.randn(num_frames, 6, 32) for _ in range(4))
    return decoder, decoder.decode(layers, torch.rand(num_frames, 3, *SIZE))


def test_wide_experts_are_separate_convolutions_side_by_side(tiny_config: ModelConfig):
    config = with_mixture(tiny_config, num_experts=3)
    decoder, maps = decoded(config)
    experts = Experts(config.dpt, config.moe)
    raw = experts(maps, decoder, SIZE)
    assert maps.full is not None
    for index in range(3):
        first, second = slice(index * 6, index * 6 + 6), slice(index * 2, index * 2 + 2)
        hidden = F.relu(
            F.conv2d(maps.full, experts.conv1.weight[first], experts.conv1.bias[first], padding=1)
        )
        alone = F.conv2d(hidden, experts.conv2.weight[second], experts.conv2.bias[second])
        torch.testing.assert_close(raw[:, index], alone)


def test_variant_b_gives_each_expert_its_own_map(tiny_config: ModelConfig):
    config = with_mixture(tiny_config, num_experts=2, variant="B")
    decoder, maps = decoded(config)
    experts = Experts(config.dpt, config.moe)
    assert experts.output_conv1 is not None
    raw = experts(maps, decoder, SIZE)
    for index in range(2):
        rows = slice(index * 4, index * 4 + 4)
        own = F.conv2d(
            maps.fused,
            experts.output_conv1.weight[rows],
            experts.output_conv1.bias[rows],
            padding=1,
        )
        full = F.interpolate(own, size=SIZE, mode="bilinear", align_corners=True)
        full = add_uv_embedding(full, build_uv_tables(4, SIZE, 42 / 28, torch.device("cpu")))
        first, second = slice(index * 6, index * 6 + 6), slice(index * 2, index * 2 + 2)
        hidden = F.relu(
            F.conv2d(full, experts.conv1.weight[first], experts.conv1.bias[first], padding=1)
        )
        alone = F.conv2d(hidden, experts.conv2.weight[second], experts.conv2.bias[second])
        torch.testing.assert_close(raw[:, index], alone)


def test_variant_f_mixes_features_before_one_output_layer(tiny_config: ModelConfig):
    config = with_mixture(tiny_config, num_experts=2, variant="F")
    _, maps = decoded(config)
    experts = FeatureExperts(config.dpt, config.moe)
    share = torch.rand(2, 1, *SIZE)
    alone, mixed = experts(maps, torch.cat([share, 1 - share], dim=1))
    assert maps.full is not None
    features = [
        F.conv2d(maps.full, experts.conv1.weight[rows], experts.conv1.bias[rows], padding=1)
        for rows in (slice(0, 6), slice(6, 12))
    ]
    for index, own in enumerate(features):
        torch.testing.assert_close(alone[:, index], experts.conv2(F.relu(own)))
    by_hand = experts.conv2(F.relu(share * features[0] + (1 - share) * features[1]))
    torch.testing.assert_close(mixed, by_hand)
    of_answers = share * alone[:, 0] + (1 - share) * alone[:, 1]
    assert (mixed - of_answers).abs().max() > 1e-3


@pytest.mark.parametrize("variant", ["A", "A'", "B", "F"])
def test_a_new_gate_weighs_all_experts_the_same(tiny_config: ModelConfig, variant: str):
    config = with_mixture(tiny_config, num_experts=4, variant=variant)
    _, maps = decoded(config)
    logits = Gate(config.dpt, config.moe)(maps, torch.rand(2, 3, *SIZE))
    assert logits.shape == (2, 4, *SIZE)
    assert torch.equal(gate_weights(logits, 0.5), torch.full((2, 4, *SIZE), 0.25))


def test_logits_are_enlarged_not_weights(tiny_config: ModelConfig):
    config = with_mixture(tiny_config, num_experts=2, variant="A'")
    _, maps = decoded(config)
    gate = Gate(config.dpt, config.moe)
    torch.nn.init.normal_(gate.conv2.weight, std=5.0)
    small = gate.conv2(F.relu(gate.conv1(maps.fused)))
    expected = F.interpolate(small, size=SIZE, mode="bilinear", align_corners=True)
    torch.testing.assert_close(gate(maps, torch.rand(2, 3, *SIZE)), expected)


def test_weights_are_the_softmax_by_hand():
    logits = torch.log(torch.tensor([1.0, 2.0, 5.0])).view(1, 3, 1, 1)
    torch.testing.assert_close(
        gate_weights(logits, 1.0).flatten(), torch.tensor([0.125, 0.25, 0.625])
    )
    # At half the temperature the odds are squared: 1 : 4 : 25.
    torch.testing.assert_close(
        gate_weights(logits, 0.5).flatten(), torch.tensor([1.0, 4.0, 25.0]) / 30
    )


def test_the_fused_depth_is_the_weighted_sum():
    depths = torch.tensor([2.0, 10.0]).view(1, 2, 1, 1)
    weights = torch.tensor([0.75, 0.25]).view(1, 2, 1, 1)
    assert fuse(depths, weights).item() == 4.0
