import math
import resource
import signal
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest
import torch

from moe3d.errors import CheckpointError, DeviceMemoryError, MoE3DError, OutputError
from moe3d.training.caching import cache_backbone
from moe3d.training.loop import Trainer
from moe3d.training.processes import Share
from moe3d.training.sources.opening import PoolSource
from moe3d.training.start import start_network
from moe3d.training.state import load_state

CPU = torch.device("cpu")


def new_trainer(config, change=lambda source: source):
    network, _ = start_network(config)
    source = (
        cache_backbone(network, config, Share(), CPU)
        if config.caches_features
        else PoolSource(config, Share())
    )
    return Trainer(network.train(), config, change(source))


def weights_of(trainer):
    return {name: value.clone() for name, value in trainer.network.state_dict().items()}


def assert_same_end(trainer, other):
    expected = weights_of(other)
    for name, value in weights_of(trainer).items():
        torch.testing.assert_close(value, expected[name], rtol=0, atol=0)
    for name, value in trainer.average.values.items():
        torch.testing.assert_close(value, other.average.values[name], rtol=0, atol=0)


@contextmanager
def full_disk():
    """Files may not grow above 4 kB: what a full disk looks like to a program."""
    old_action = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, old_action)


class Broken:
    """A source whose steps from one on are made useless."""

    def __init__(self, source, first, finish):
        self._source, self._first, self._finish = source, first, finish

    def load(self, step):
        return step, self._source.load(step)

    def finish(self, loaded, device):
        step, inner = loaded
        batch = self._source.finish(inner, device)
        return self._finish(batch) if step >= self._first else batch


@pytest.mark.parametrize(
    ("preset", "changed"),
    [
        ("vggt", {"aggregator", "camera_head", "depth_head"}),
        ("baseline", {"depth_head"}),
        ("moe", {"moe_head"}),
        ("head", {"moe_head"}),
        ("pair", {"aggregator", "camera_head", "depth_head", "moe_head"}),
        ("e2e", {"aggregator", "camera_head", "depth_head", "moe_head"}),
    ],
)
def test_a_preset_changes_its_own_parts_only(preset, changed, settings):
    trainer = new_trainer(settings(preset=preset))
    before = weights_of(trainer)
    trainer.run(until=2)
    after = weights_of(trainer)
    moved = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert moved == changed
    patches = [name for name in before if "patch_embed" in name]
    assert patches
    assert all(torch.equal(before[name], after[name]) for name in patches)


def test_the_patch_embedding_learns_when_it_has_a_rate(settings):
    trainer = new_trainer(settings(patch_embed_rate=0.1))
    before = trainer.network.aggregator.patch_embed.cls_token.clone()
    trainer.run(until=2)
    assert not torch.equal(trainer.network.aggregator.patch_embed.cls_token, before)


def test_a_stopped_run_goes_on_and_ends_like_one_that_was_not(settings, tmp_path):
    whole = new_trainer(settings(output=tmp_path / "whole"))
    whole.run()
    config = settings(output=tmp_path / "cut")
    new_trainer(config).run(until=3)
    resumed = new_trainer(config)
    assert resumed.step == 3
    resumed.run()
    assert_same_end(resumed, whole)


def test_a_run_stops_before_its_time_is_up_and_loses_nothing(settings, tmp_path):
    config = settings(output=tmp_path / "timed")
    timed = new_trainer(config)
    timed.run(deadline=time.monotonic() + 5)  # less than the reserve: one step, then stop
    assert timed.step == 1
    assert not timed.is_finished
    assert load_state(config.output)["step"] == 1
    resumed = new_trainer(config)
    resumed.run(deadline=time.monotonic() + 3600)
    whole = new_trainer(settings(output=tmp_path / "whole"))
    whole.run()
    assert_same_end(resumed, whole)


def test_a_run_of_so_many_minutes_chooses_its_steps_once(settings, monkeypatch):
    monkeypatch.setattr("moe3d.training.loop.SETTLING_STEPS", 1)
    monkeypatch.setattr("moe3d.training.loop.TIMED_STEPS", 2)
    config = settings(steps=10**6, total_minutes=1.0)
    first = new_trainer(config)
    first.run(until=4)
    assert 4 < first.total_steps < 10**4
    again = new_trainer(config)
    assert (again.step, again.total_steps) == (4, first.total_steps)


def test_a_loss_that_is_no_number_names_the_scenes_and_keeps_the_checkpoint(settings):
    config = settings()
    nothing = lambda batch: replace(batch, images=batch.images * math.nan)  # noqa: E731
    trainer = new_trainer(config, lambda source: Broken(source, 4, nothing))
    with pytest.raises(MoE3DError, match=r"step 4 is nan .*28x42-0000100, scene \d"):
        trainer.run()
    assert load_state(config.output)["step"] == 3


def test_a_step_that_does_not_fit_says_what_to_lower(settings):
    config = settings()

    def too_much(batch):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    trainer = new_trainer(config, lambda source: Broken(source, 4, too_much))
    with pytest.raises(DeviceMemoryError, match=r"step 4 ran out .*--scenes-per-step.*20\.00 GiB"):
        trainer.run()
    assert new_trainer(config).step == 3


def test_a_full_disk_leaves_the_last_checkpoint(settings):
    config = settings()
    trainer = new_trainer(config)
    trainer.run(until=3)
    with full_disk(), pytest.raises(OutputError, match="disk is full"):
        trainer.run()
    assert new_trainer(config).step == 3
    assert [path.name for path in config.output.iterdir()] == ["state.pt"]


def test_a_run_does_not_go_on_from_another_architecture_or_preset(settings):
    new_trainer(settings()).run(until=1)
    with pytest.raises(CheckpointError, match=r"another architecture \(moe: .*num_experts"):
        new_trainer(settings(num_experts=3))
    with pytest.raises(CheckpointError, match="preset 'pair'; this one is 'vggt'"):
        new_trainer(settings(preset="vggt"))
    assert new_trainer(settings()).step == 1


def test_a_damaged_state_is_named(settings):
    config = settings()
    config.output.mkdir()
    (config.output / "state.pt").write_bytes(b"not a state")
    with pytest.raises(CheckpointError, match=r"state\.pt"):
        new_trainer(config)


def test_training_on_few_scenes_lowers_the_loss(settings):
    config = settings(steps=12, max_views=2, scenes_per_step=4, augment=False)
    trainer = new_trainer(config)
    source = trainer._source

    def loss():
        batches = [source.finish(source.load(step), CPU) for step in range(100, 102)]
        with torch.no_grad():
            return sum(trainer._objective(batch, 0.5).total.item() for batch in batches)

    before = loss()
    trainer.run()
    assert loss() < 0.95 * before


def test_cached_features_are_what_the_backbone_says(settings):
    config = settings(preset="moe", augment=False)
    network, _ = start_network(config)
    frames = cache_backbone(network, config, Share(), CPU).load(0)
    assert len(frames.layers) == 4
    assert torch.equal(frames.layers[0], frames.layers[1])
    assert frames.layers[0].shape == (2, 6, 48)
    single = replace(config, data=replace(config.data, scenes_per_step=1))
    scenes = [PoolSource(single, Share()).load(step) for step in range(4)]
    known = [
        (image, tokens)
        for scene in scenes
        for image, tokens in zip(
            scene.images[0],
            network.aggregator(scene.images, (0,)).layers[0][0, :, 5:],
            strict=True,
        )
    ]
    for image, tokens in zip(frames.images, frames.layers[0], strict=True):
        distances = [float((image - other).abs().max()) for other, _ in known]
        nearest = distances.index(min(distances))
        assert distances[nearest] < 1 / 255
        torch.testing.assert_close(tokens, known[nearest][1], atol=5e-3, rtol=1e-2)


def test_runs_of_one_seed_share_features_and_another_seed_has_its_own(settings, tmp_path):
    shared = tmp_path / "features"

    def stamps():
        return {p: p.stat().st_mtime_ns for p in sorted(shared.glob("*/plan.json"))}

    def cache(name, seed):
        config = settings(
            preset="moe", cached_scenes=2, features=shared, seed=seed, output=tmp_path / name
        )
        network, _ = start_network(config)
        return cache_backbone(network, config, Share(), CPU).load(0)

    first = cache("one", seed=0)
    made = stamps()
    assert len(made) == 1
    assert torch.equal(cache("two", seed=0).images, first.images)
    assert stamps() == made
    cache("three", seed=1)
    assert made.items() < stamps().items()
    assert not (tmp_path / "one" / "features").exists()


@pytest.mark.parametrize("preset", ["pair", "head"])
def test_no_tensor_of_a_step_is_made_on_the_default_device(preset, settings):
    """With another default, whatever forgot to name its device could not be mixed with the rest."""
    own = {"level_window_px": 5, "edge_weight": 1.0, "layer_weight": 1.0}
    trainer = new_trainer(settings(preset=preset, **own))
    loaded = trainer._source.load(0)
    trainer._take_step(loaded)  # position tables are built on the processor, then moved and kept
    with torch.device("meta"):
        loss = trainer._take_step(loaded)
    assert math.isfinite(loss.total.item())
