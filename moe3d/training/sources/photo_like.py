"""Photo-like scenes drawn as they are needed, on the processor, in worker processes."""

import torch

from moe3d.errors import UsageError
from moe3d.training.batches import TrainingBatch
from moe3d.training.config import TrainingConfig
from moe3d.training.photo_like.furniture import FurnitureLibrary, open_furniture
from moe3d.training.photo_like.generator import PhotoLikeGenerator
from moe3d.training.processes import Share
from moe3d.training.sources.generated import batch_of_scenes, seeds_of_step
from moe3d.training.sources.source import StepDraw, look_scenes
from moe3d.training.tensors import tensors_to


class PhotoLikeSource:
    """Draws every scene seed once before any comes again."""

    def __init__(self, config: TrainingConfig, share: Share, library: FurnitureLibrary) -> None:
        self._config, self._share = config, share
        self._generator = PhotoLikeGenerator(library)

    def load(self, step: int) -> TrainingBatch:
        """Draw this process's scenes of a step."""
        draw = StepDraw(self._config, step, self._share)
        seeds = seeds_of_step(self._config, step)[draw.rows]
        batch = batch_of_scenes(
            self._generator.generate(seeds, draw.num_views, draw.height, draw.width)
        )
        keys = [(self._config.seed, step, seed) for seed in seeds]
        return look_scenes(batch, keys) if self._config.data.augment else batch

    def finish(self, loaded: TrainingBatch, device: torch.device) -> TrainingBatch:
        """Move the batch."""
        return tensors_to(loaded, device)


def open_photo_like(config: TrainingConfig, share: Share) -> PhotoLikeSource:
    """The source that the settings name.

    Raises:
        UsageError: they name no furniture.
        DatasetError: there is none in their folder.
    """
    if config.data.furniture is None:
        raise UsageError("photo-like scenes need --furniture FOLDER")
    return PhotoLikeSource(config, share, open_furniture(config.data.furniture))
