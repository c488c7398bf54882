"""Features are made once, in the backbone's precision, and again only where they are missing."""

import logging
from dataclasses import replace

import numpy as np
import pytest
import torch

from moe3d.training import features as feature_files
from moe3d.training.caching import cache_backbone
from moe3d.training.config import TrainingConfig
from moe3d.training.features import FeatureSource, FeatureWriter
from moe3d.training.processes import Share
from moe3d.training.sources.opening import PoolSource
from moe3d.training.start import frozen_precision, start_network

CPU = torch.device("cpu")


def cached(config: TrainingConfig, dtype: torch.dtype = torch.float32) -> FeatureSource:
    network, _ = start_network(config)
    network.cast_backbone(dtype)
    return cache_backbone(network, config, Share(), CPU)


def arrays(config: TrainingConfig) -> dict[str, np.ndarray]:
    """Everything on the disk, by scene and not by shard."""
    parts: dict[str, list[np.ndarray]] = {}
    for shard in sorted((config.output / "features").glob("0*")):
        for path in shard.glob("*.npy"):
            parts.setdefault(path.stem, []).append(np.load(path))
    return {name: np.concatenate(found) for name, found in parts.items()}


def test_caching_that_was_broken_off_goes_on(settings, tmp_path, monkeypatch, caplog):
    """What is there afterwards is what one go makes, and no scene is made twice."""
    monkeypatch.setattr(feature_files, "FRAMES_PER_SHARD", 3)  # a scene a shard
    whole = settings(preset="moe", output=tmp_path / "whole")
    cached(whole)
    cut = settings(preset="moe", output=tmp_path / "cut")
    made: list[int] = []
    add = FeatureWriter.add

    def two_only(writer: FeatureWriter, batch, scene: int) -> None:
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(scene)
        add(writer, batch, scene)

    with monkeypatch.context() as patch:
        patch.setattr(FeatureWriter, "add", two_only)
        with pytest.raises(KeyboardInterrupt):
            cached(cut)
    assert not (cut.output / "features" / "plan.json").exists()
    with monkeypatch.context() as patch, caplog.at_level(logging.INFO):
        patch.setattr(
            FeatureWriter, "add", lambda w, b, scene: (made.append(scene), add(w, b, scene))
        )
        cached(cut)
    assert made == [0, 1, 2, 3]
    assert "features of 2 of 4 scenes are there already" in caplog.text
    assert "features of 4 of 4 scenes; about 0 s to go" in caplog.text
    found, wanted = arrays(cut), arrays(whole)
    assert sorted(found) == ["depth", "images", "scenes", "tokens"]
    for name, values in wanted.items():
        np.testing.assert_array_equal(found[name], values)


def test_features_of_other_settings_are_made_anew(settings, tmp_path):
    config = settings(preset="moe")
    cached(config)
    stranger = config.output / "features" / "notes.txt"
    stranger.write_text("mine")
    other = settings(preset="moe", cached_scenes=2)
    cached(other)
    assert set(arrays(other)["scenes"]) == {0, 1}
    assert stranger.read_text() == "mine"


def test_a_backbone_in_bfloat16_leaves_its_features_in_bfloat16(settings):
    """Read back they are the backbone's answer, rounded once."""
    config = settings(preset="moe", augment=False, cached_scenes=1, scenes_per_step=1)
    source = cached(config, torch.bfloat16)
    assert arrays(config)["tokens"].dtype == np.uint16
    network, _ = start_network(config)
    network.cast_backbone(torch.bfloat16)
    scene = PoolSource(config, Share()).load(0)
    with torch.no_grad():
        tokens = network.eval().aggregator(scene.images, (1,)).layers[0][0, :, 5:]
    batch = source.load(0)
    for image, found in zip(batch.images, batch.layers[2], strict=True):
        view = int((scene.images[0] - image).abs().amax((1, 2, 3)).argmin())
        assert torch.equal(found, tokens[view].to(torch.bfloat16).float())


def test_only_a_large_backbone_is_narrow_on_a_cpu(settings, monkeypatch):
    """As a run does it: where the processor has units for it, and not against the user's word."""
    from moe3d.inference import device

    config = settings(preset="head")
    monkeypatch.setattr(device.torch.cpu, "_is_avx512_bf16_supported", lambda: True)
    assert frozen_precision(config, CPU, torch.float32) == torch.float32
    monkeypatch.setattr(device, "LARGE_MODEL_PARAMETERS", 1000)
    assert frozen_precision(config, CPU, torch.float32) == torch.bfloat16
    wide = replace(config, run=replace(config.run, precision="float32"))
    assert frozen_precision(wide, CPU, torch.float32) == torch.float32
