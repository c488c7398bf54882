"""Experts and gate on a frozen VGGT: the way to fine-tune VGGT-1B, on the small network of the
parity fixtures."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from moe3d.model.checkpoint import read_checkpoint, write_checkpoint
from moe3d.model.checkpoint.reading import ReadOptions
from moe3d.training.run import run_training
from tests.parity_network import config_from_case

FOLDER = Path(__file__).parents[2] / "data" / "vggt_parity"


@pytest.fixture(scope="module")
def vggt(tmp_path_factory):
    """The parity network as a checkpoint: VGGT's parts with VGGT's names, no mixture."""
    values = json.loads((FOLDER / "main_2x140x182.json").read_text())["config"]
    weights = torch.load(FOLDER / "state_dict.pt", weights_only=True)
    config = config_from_case(values, weights)
    loaded = read_checkpoint(FOLDER / "state_dict.pt", ReadOptions(config=config))
    path = tmp_path_factory.mktemp("vggt") / "vggt.safetensors"
    write_checkpoint(loaded.network, path, loaded.info)
    return path


def test_experts_and_gate_learn_on_a_frozen_backbone_in_bfloat16(vggt, settings, caplog):
    config = settings(
        preset="head",
        base=str(vggt),
        precision="bfloat16",
        steps=12,
        learning_rate=3e-3,
        scenes_per_step=8,
        scale=0.5,
    )
    with caplog.at_level("INFO"):
        result = run_training(config, {})
    estimate = next(r.getMessage() for r in caplog.records if "memory estimate" in r.getMessage())
    assert "24 GB card: up to" in estimate
    before, after = read_checkpoint(vggt), read_checkpoint(result.checkpoint)
    assert after.info.experts_trained
    assert not before.info.experts_trained
    found, old = after.network.state_dict(), before.network.state_dict()
    moved = {name for name in found if not torch.equal(found[name], old[name])}
    assert {name for name in moved if name.startswith("moe_head.")}
    for name in moved - {n for n in moved if n.startswith("moe_head.")}:
        # The frozen backbone's matrices were rounded to 16 bits, and not changed otherwise.
        assert name.startswith("aggregator.")
        assert torch.equal(found[name], old[name].bfloat16().float())
    lines = (config.output / "log.jsonl").read_text().splitlines()
    losses = [json.loads(line)["loss"] for line in lines]
    assert losses[-1] < losses[0]


def test_cached_features_are_made_once(vggt, settings):
    config = settings(preset="head", base=str(vggt), precision="bfloat16", steps=1)
    run_training(config, {})
    features = config.output / "features"
    stamp = (features / "plan.json").stat().st_mtime_ns
    run_training(replace(config, run=replace(config.run, steps=2)), {})
    assert (features / "plan.json").stat().st_mtime_ns == stamp
    assert len(list(features.glob("0*/tokens.npy"))) == 1
