import dataclasses

import torch

from moe3d.training.data.generator import SceneGenerator
from moe3d.training.processes import Share
from moe3d.training.sources.generated import GeneratedSource
from moe3d.training.sources.loading import load_steps
from moe3d.training.sources.opening import PoolSource

CPU = torch.device("cpu")


def test_every_seed_comes_once_before_any_comes_again(settings):
    config = settings(source="generated", num_scenes=6, scenes_per_step=2)
    source = GeneratedSource(config, Share(), CPU)
    drawn = [seed for step in range(3) for seed in source.seeds(step)]
    assert sorted(drawn) == list(range(6))
    again = [seed for step in range(3, 6) for seed in source.seeds(step)]
    assert sorted(again) == list(range(6))
    assert again != drawn


def test_a_step_is_the_same_in_every_run_and_names_its_seeds(settings):
    config = settings(source="generated", num_scenes=50)
    first = GeneratedSource(config, Share(), CPU).load(3)
    again = GeneratedSource(config, Share(), CPU).load(3)
    other = GeneratedSource(dataclasses.replace(config, seed=1), Share(), CPU).load(3)
    assert torch.equal(first.images, again.images)
    assert first.names != other.names
    assert [name.removeprefix("scene seed ") for name in first.names] == [
        str(seed) for seed in GeneratedSource(config, Share(), CPU).seeds(3)
    ]


def test_processes_together_draw_what_one_draws_alone(settings):
    for config, kind in (
        (settings(source="generated"), lambda c, s: GeneratedSource(c, s, CPU)),
        (settings(), PoolSource),
    ):
        alone = kind(config, Share()).load(4)
        halves = [kind(config, Share(rank, 2)).load(4) for rank in (0, 1)]
        assert torch.equal(torch.cat([half.images for half in halves]), alone.images)
        depths = torch.cat([half.depth for half in halves])
        torch.testing.assert_close(depths, alone.depth, equal_nan=True)


def test_plans_made_in_a_worker_become_the_same_batch_as_scenes_made_at_once(settings):
    """What happens beside a graphics card: layouts come from workers, rays are cast there."""
    config = settings(source="generated")
    at_once = GeneratedSource(config, Share(), CPU)
    source = GeneratedSource(config, Share(), CPU)
    source._on_device, source._generator = True, SceneGenerator(scenes_at_once=2)
    for step, loaded in enumerate(load_steps(source, range(2), workers=1)):
        assert not hasattr(loaded, "images")
        batch = source.finish(loaded, CPU)
        assert torch.equal(batch.images, at_once.load(step).images)


def test_early_steps_have_their_own_sizes(settings):
    config = settings(source="generated", sizes=("56x42",), early_sizes=("42x28",), early_steps=3)
    source = GeneratedSource(config, Share(), CPU)
    assert source.load(2).images.shape[-2:] == (28, 42)
    assert source.load(3).images.shape[-2:] == (42, 56)
