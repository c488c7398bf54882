"""What every source of scenes can do, and what all of them draw alike."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch

from moe3d.errors import UsageError
from moe3d.training.batches import (
    TrainingBatch,
    augment_images,
    join_scenes,
    mirror_scenes,
    split_scenes,
)
from moe3d.training.config import TrainingConfig
from moe3d.training.processes import Share

LOOK = 5  # numbers the random stream of colours, apart from that of scenes
MIRRORED_SHARE = 0.5


@runtime_checkable
class SceneSource(Protocol):
    """Batches by step number alone: the same step gives the same batch in every run."""

    def load(self, step: int) -> Any:
        """Prepare this process's part of a step, without a graphics card; may run in a worker."""
        ...

    def finish(self, loaded: Any, device: torch.device) -> TrainingBatch:
        """Make the batch out of what was prepared, on the training's device."""
        ...


class StepDraw:
    """The random choices of one step, the same in every process."""

    def __init__(self, config: TrainingConfig, step: int, share: Share) -> None:
        self.random = np.random.default_rng([config.seed, step])
        sizes = config.sizes_at(step)
        self.width, self.height = parse_size(sizes[int(self.random.integers(len(sizes)))])
        self.num_views = self._views(config)
        self.scenes = config.data.scenes_per_step
        self.rows = share.rows(self.scenes)

    def _views(self, config: TrainingConfig) -> int:
        is_single = self.random.random() < config.data.single_view_share
        most = config.data.max_views
        return 1 if is_single or most < 2 else int(self.random.integers(2, most + 1))


def parse_size(text: str) -> tuple[int, int]:
    """Width and height of "WIDTHxHEIGHT".

    Raises:
        UsageError: not two whole multiples of 14.
    """
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()) or int(width) % 14 or int(height) % 14:
        raise UsageError(f"a training size is WIDTHxHEIGHT in multiples of 14; got {text!r}")
    return int(width), int(height)


def look_scenes(batch: TrainingBatch, keys: Sequence[tuple[int, ...]]) -> TrainingBatch:
    """Each scene in other colours and half of them mirrored, by a key of its own: whoever shares
    the batch."""
    return join_scenes(
        [_look(scene, key) for scene, key in zip(split_scenes(batch), keys, strict=True)]
    )


def _look(scene: TrainingBatch, key: tuple[int, ...]) -> TrainingBatch:
    random = np.random.default_rng([LOOK, *key])
    colored = replace(scene, images=augment_images(scene.images, random))
    return mirror_scenes(colored) if random.random() < MIRRORED_SHARE else colored
