"""Scenes drawn as they are needed: rays are cast on the graphics card, or in worker processes."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from moe3d.training.batches import TrainingBatch, normalise_scenes
from moe3d.training.config import TrainingConfig
from moe3d.training.data.generator import GeneratedScenes, SceneGenerator, ScenePlan, plan_scene
from moe3d.training.data.seeds import VALIDATION_START, Split, texture_ids_of_split
from moe3d.training.processes import Share
from moe3d.training.sources.source import StepDraw, look_scenes
from moe3d.training.tensors import tensors_to


@dataclass(frozen=True)
class _Plans:
    scenes: tuple[ScenePlan, ...]
    height: int
    width: int
    look: tuple[tuple[int, ...], ...]


class GeneratedSource:
    """Draws every scene seed once before any comes again."""

    def __init__(self, config: TrainingConfig, share: Share, device: torch.device) -> None:
        self._config, self._share = config, share
        self._on_device = device.type == "cuda"
        self._generator = SceneGenerator(device if self._on_device else "cpu")

    def prepare(self, workers: int) -> None:
        """Make all textures of training at once, where that pays."""
        if self._on_device:
            self._generator.bank.fill(texture_ids_of_split(Split.TRAIN), max(1, workers))

    def __getstate__(self) -> dict[str, Any]:
        """What a worker process gets: beside a card it plans scenes only."""
        state = dict(vars(self))
        if self._on_device:
            del state["_generator"]
        return state

    def seeds(self, step: int) -> list[int]:
        """Scene seeds of a whole step, all processes."""
        return seeds_of_step(self._config, step)

    def load(self, step: int) -> "TrainingBatch | _Plans":
        """Plan the scenes of a step; on a processor also picture them."""
        draw = StepDraw(self._config, step, self._share)
        seeds = self.seeds(step)[draw.rows]
        plans = tuple(plan_scene(seed, draw.num_views) for seed in seeds)
        look = tuple((self._config.seed, step, seed) for seed in seeds)
        planned = _Plans(plans, draw.height, draw.width, look)
        return planned if self._on_device else self._picture(planned)

    def finish(self, loaded: "TrainingBatch | _Plans", device: torch.device) -> TrainingBatch:
        """Picture planned scenes on the device."""
        if isinstance(loaded, _Plans):
            return self._picture(loaded)
        return tensors_to(loaded, device)

    def _picture(self, plans: _Plans) -> TrainingBatch:
        made = self._generator.picture(plans.scenes, plans.height, plans.width)
        batch = batch_of_scenes(made)
        return look_scenes(batch, plans.look) if self._config.data.augment else batch


def seeds_of_step(config: TrainingConfig, step: int) -> list[int]:
    """Scene seeds of a whole step: each of the run's once before any comes again."""
    count, each = config.data.num_scenes, config.data.scenes_per_step
    places = range(step * each, (step + 1) * each)
    return [int(_order(config, place // count)[place % count]) for place in places]


def _order(config: TrainingConfig, epoch: int) -> np.ndarray:
    count = min(config.data.num_scenes, VALIDATION_START)
    return np.random.default_rng([config.seed, epoch, count]).permutation(count)


def batch_of_scenes(scenes: GeneratedScenes) -> TrainingBatch:
    """Generated scenes in the network's units."""
    batch = normalise_scenes(
        scenes.images, scenes.depth, scenes.camera_from_world, scenes.intrinsics
    )
    return replace(batch, names=tuple(f"scene seed {seed}" for seed in scenes.seeds))
