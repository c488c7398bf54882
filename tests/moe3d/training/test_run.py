import dataclasses
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from moe3d.errors import UsageError
from moe3d.model.checkpoint import CheckpointInfo, read_checkpoint, write_checkpoint
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.warm_start import move_towards_copies
from moe3d.training.config_file import read_config
from moe3d.training.run import run_training
from moe3d.training.start import start_network, take_fitting


def test_a_run_leaves_weights_settings_scores_and_pictures(settings):
    config = settings(
        steps=2, validation_scenes=2, validate_every=1, log_every=1, fusion_temperature=0.03
    )
    result = run_training(config, {})
    assert result.is_finished
    found = read_checkpoint(result.checkpoint)
    assert found.info.experts_trained
    moe = found.info.config.moe
    assert (moe.gate_temperature, moe.training_temperature) == (0.03, 0.1)
    assert found.info.training["pair"]["config"]["run"]["steps"] == 2
    assert read_config(config.output / "config.toml") == config
    environment = json.loads((config.output / "environment.json").read_text())
    assert environment["git_commit"]
    metrics = json.loads((config.output / "metrics.json").read_text())
    assert set(metrics["validation"]["layers"]) == {"vggt", "fused", "argmax", "oracle"}
    sheets = sorted((config.output / "pictures").iterdir())
    assert [sheet.name for sheet in sheets] == ["0000001.png", "0000002.png"]
    with Image.open(sheets[0]) as picture:
        # two scenes under each other; photo, truth, VGGT, fused, winner beside each other
        assert picture.size == (5 * 210, 2 * 140)
        assert np.asarray(picture).std() > 10
    lines = [json.loads(line) for line in (config.output / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "loss" in line] == [1, 2]
    assert [line["step"] for line in lines if "validation" in line] == [1, 2]
    assert any((config.output / "board").iterdir())


def test_the_mixture_preset_leaves_vggts_part_as_it_was(settings, tiny_base):
    result = run_training(settings(preset="moe", steps=2), {})
    before, after = (
        read_checkpoint(tiny_base).network.state_dict(),
        read_checkpoint(result.checkpoint),
    )
    assert after.info.config.moe.own_decoder
    found = after.network.state_dict()
    vggt = [name for name in before if not name.startswith("moe_head")]
    assert vggt
    assert all(torch.equal(before[name], found[name]) for name in vggt)


def test_a_gate_can_begin_to_follow_the_photo_with_the_experts_it_has(settings):
    first = run_training(settings(preset="moe", steps=2), {})
    config = settings(
        preset="moe", steps=1, base=str(first.checkpoint), guide_radius_px=1, guide_sigma=0.1
    )
    config = replace(config, output=config.output.with_name("second"))
    network, info = start_network(config)
    assert (network.config.moe.guide_radius_px, network.config.moe.guide_sigma) == (1, 0.1)
    assert info.config == network.config
    before = read_checkpoint(first.checkpoint).network.state_dict()
    after = network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    second = read_checkpoint(run_training(config, {}).checkpoint)
    third = replace(config, base=str(run_training(config, {}).checkpoint))
    third = replace(third, mixture=replace(third.mixture, guide_radius_px=-1, guide_sigma=0.0))
    assert second.network.config.moe.guide_radius_px == 1
    assert start_network(third)[0].config.moe.guide_radius_px == 1  # the base's


def test_a_finished_mixture_can_be_pushed_away_from_vggts_head(settings, tmp_path):
    usual, pushed = settings(steps=2), settings(steps=2, final_push=0.5)
    usual = replace(usual, output=tmp_path / "usual")
    plain = read_checkpoint(run_training(usual, {}).checkpoint).network
    found = read_checkpoint(run_training(pushed, {}).checkpoint).network
    move_towards_copies(plain, -0.5)
    torch.testing.assert_close(found.state_dict(), plain.state_dict())


def test_a_trained_mixture_can_begin_on_the_way_to_vggts_head(settings):
    first = run_training(settings(steps=2), {})
    base = read_checkpoint(first.checkpoint).network
    there = start_network(settings(base=str(first.checkpoint), start_pull=1.0))[0]
    assert there.moe_head.dpt is not None
    assert base.depth_head is not None
    copied = base.depth_head.state_dict()
    own = there.moe_head.dpt.state_dict()
    torch.testing.assert_close(own, {name: copied[name] for name in own})
    stays = start_network(settings(base=str(first.checkpoint)))[0]
    torch.testing.assert_close(stays.state_dict(), base.state_dict())


def test_a_push_needs_vggts_head_before_anything_is_trained(settings):
    config = settings(preset="e2e", final_push=0.1)
    with pytest.raises(UsageError, match=r"final_push .* keeps none"):
        run_training(config, {})
    assert not (config.output / "state.pt").exists()


def test_an_end_to_end_mixture_has_no_vggt_head_left(settings):
    result = run_training(settings(preset="e2e", steps=1, num_experts=3), {})
    found = read_checkpoint(result.checkpoint)
    assert not found.info.config.has_baseline
    assert found.info.config.moe.num_experts == 3
    output = found.network(torch.rand(1, 2, 3, 28, 42))
    assert output.baseline_depth is None
    assert output.expert_depths.shape == (1, 2, 3, 28, 42)


def test_a_time_budget_ends_with_a_call_that_says_so(settings):
    config = settings(steps=2, minutes=1e-6)
    results = [run_training(config, {}) for _ in range(3)]
    ends = [(result.step, result.is_finished) for result in results]
    assert ends == [(1, False), (2, True), (2, True)]


def test_an_empty_pool_is_refused_before_anything_is_written(settings, tmp_path):
    config = settings(data=tmp_path / "none")
    with pytest.raises(UsageError, match="holds no shards"):
        run_training(config, {})
    assert not config.output.exists()


def test_weights_that_fit_move_to_another_architecture(tiny_config):
    wider = dataclasses.replace(
        tiny_config, dpt=dataclasses.replace(tiny_config.dpt, detail_channels=(8, 8))
    )
    old, new = MoE3DNetwork(tiny_config), MoE3DNetwork(wider)
    take_fitting(new, old)
    own, theirs = new.state_dict(), old.state_dict()
    name = "aggregator.frame_blocks.0.attn.qkv.weight"
    assert torch.equal(own[name], theirs[name])
    assert own["depth_head.detail.stem.0.weight"].shape[0] == 8


def test_new_experts_need_a_head_to_copy(settings, tiny_config, tmp_path):
    bare = dataclasses.replace(tiny_config, has_baseline=False)
    path = tmp_path / "bare.safetensors"
    write_checkpoint(MoE3DNetwork(bare), path, CheckpointInfo("bare", bare))
    with pytest.raises(UsageError, match="has none"):
        run_training(settings(base=str(path), num_experts=3), {})
