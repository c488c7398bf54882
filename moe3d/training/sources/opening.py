"""The source of scenes that a run's settings name."""

import logging

import torch

from moe3d.errors import UsageError
from moe3d.training.config import TrainingConfig
from moe3d.training.processes import Share
from moe3d.training.sources.folders import FolderSource, check_scenes, open_own_data
from moe3d.training.sources.generated import GeneratedSource
from moe3d.training.sources.loading import choose_workers
from moe3d.training.sources.pool import PoolSource
from moe3d.training.sources.source import SceneSource, parse_size

logger = logging.getLogger(__name__)


def open_source(config: TrainingConfig, share: Share, device: torch.device) -> SceneSource:
    """Where scenes come from; your own are checked here, before any step.

    Args:
        config: the run.
        share: this process's part of every step.
        device: of the training; a graphics card also casts the rays of generated scenes.

    Raises:
        UsageError: a size makes no sense, or no scenes are there.
        DatasetError: your own data is unusable.
    """
    for size in (*config.data.sizes, *config.data.early_sizes):
        parse_size(size)
    if not config.data.sizes:
        raise UsageError("a run needs at least one picture size")
    share.rows(config.data.scenes_per_step)
    if config.data.source == "generated":
        source = GeneratedSource(config, share, device)
        source.prepare(choose_workers(config.data.workers))
        return source
    if config.data.source == "pool":
        return PoolSource(config, share)
    dataset = open_own_data(config)
    scenes = check_scenes(dataset, config)
    logger.info("%d scenes, %d frames", len(scenes), sum(len(scene.frames) for scene in scenes))
    return FolderSource(config, share, dataset, scenes)
