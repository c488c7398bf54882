import dataclasses

import pytest
import torch

from moe3d.errors import CheckpointError
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.warm_start import warm_start_experts
from moe3d.training.config import OptimizerConfig, TrainingConfig
from moe3d.training.features import FeatureReader, write_features
from moe3d.training.loop import Trainer
from moe3d.training.stages import compute_head_loss


def new_network(config):
    torch.manual_seed(0)
    network = MoE3DNetwork(config)
    warm_start_experts(network, torch.Generator().manual_seed(0), noise=0.1)
    return network


def settings(stage, pool, output, **changes):
    values = TrainingConfig(
        stage=stage,
        pool=pool,
        output=output,
        steps=6,
        scenes_per_step=2,
        checkpoint_every=3,
        optimizer=OptimizerConfig(learning_rate=1e-3, warm_up_steps=2),
    )
    return dataclasses.replace(values, **changes)


@pytest.fixture(scope="module")
def features(tiny_config, tiny_pool, tmp_path_factory):
    folder = tmp_path_factory.mktemp("features")
    for shard in tiny_pool.iterdir():
        write_features(new_network(tiny_config), shard, folder)
    return folder


def weights_of(network):
    return {name: value.clone() for name, value in network.state_dict().items()}


def test_a_run_stopped_and_resumed_ends_like_one_that_was_not(tiny_config, tiny_pool, tmp_path):
    whole = Trainer(new_network(tiny_config), settings("vggt", tiny_pool, tmp_path / "whole"))
    whole.run()
    Trainer(new_network(tiny_config), settings("vggt", tiny_pool, tmp_path / "cut")).run(until=3)
    resumed = Trainer(new_network(tiny_config), settings("vggt", tiny_pool, tmp_path / "cut"))
    assert resumed.step == 3
    resumed.run()
    expected = weights_of(whole.network)
    for name, value in weights_of(resumed.network).items():
        torch.testing.assert_close(value, expected[name], rtol=1e-5, atol=1e-7)
    for name, value in resumed.average.values.items():
        torch.testing.assert_close(value, whole.average.values[name], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("stage", "changed"),
    [
        ("vggt", {"aggregator", "camera_head", "depth_head"}),
        ("baseline", {"depth_head"}),
        ("moe", {"moe_head"}),
    ],
)
def test_a_stage_changes_its_own_parts_only(
    stage, changed, tiny_config, tiny_pool, features, tmp_path
):
    network = new_network(tiny_config)
    before = weights_of(network)
    pool = tiny_pool if stage == "vggt" else features
    Trainer(network, settings(stage, pool, tmp_path)).run(until=2)
    after = weights_of(network)
    moved = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert moved == changed
    patches = [name for name in before if "patch_embed" in name]
    assert patches
    assert all(torch.equal(before[name], after[name]) for name in patches)


def test_training_on_few_scenes_lowers_the_loss(tiny_config, features, tmp_path):
    network = new_network(tiny_config)
    config = settings("baseline", features, tmp_path, steps=20, checkpoint_every=20)
    frames = FeatureReader(features, tiny_config.dpt.layers, seed=9).read(0, 0, 8)
    before = compute_head_loss(network, frames, config, 1.0).total.item()
    Trainer(network, config).run()
    after = compute_head_loss(network, frames, config, 1.0).total.item()
    assert after < 0.95 * before


def test_a_damaged_state_is_named(tiny_config, tiny_pool, tmp_path):
    (tmp_path / "state.pt").write_bytes(b"not a state")
    with pytest.raises(CheckpointError, match=r"state\.pt"):
        Trainer(new_network(tiny_config), settings("vggt", tiny_pool, tmp_path))


def test_cached_features_are_what_the_backbone_says(tiny_config, tiny_pool, features):
    network = new_network(tiny_config)
    frames = FeatureReader(features, tiny_config.dpt.layers, seed=0).read(0, 0, 3)
    assert len(frames.layers) == 4
    assert torch.equal(frames.layers[0], frames.layers[1])
    assert frames.layers[0].shape == (3, 6, 48)
    assert frames.images.shape == (3, 3, 28, 42)
    assert network.config.dpt.layers == (0, 0, 1, 1)
