"""The source of scenes that a run's settings name."""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from moe3d.errors import UsageError
from moe3d.io.files.outside_files import reading
from moe3d.training.batches import TrainingBatch, normalise_scenes
from moe3d.training.config import TrainingConfig
from moe3d.training.data.pool import ARRAYS, list_shards
from moe3d.training.processes import Share
from moe3d.training.sources.folders import FolderSource, check_scenes, open_own_data
from moe3d.training.sources.generated import GeneratedSource
from moe3d.training.sources.loading import choose_workers
from moe3d.training.sources.photo_like import open_photo_like
from moe3d.training.sources.source import SceneSource, StepDraw, look_scenes, parse_size
from moe3d.training.tensors import tensors_to


class PoolSource:
    """A step takes scenes of one shard; their views in random order."""

    def __init__(self, config: TrainingConfig, share: Share) -> None:
        self._config, self._share = config, share
        folder = config.data.data
        self._shards = list_shards(folder) if folder is not None and folder.is_dir() else []
        if not self._shards:
            raise UsageError(
                f"{folder} holds no shards of scenes; make some with `moe3d scenes --shards`"
            )
        self._arrays: dict[Path, dict[str, np.ndarray]] = {}

    def load(self, step: int) -> TrainingBatch:
        """Read this process's scenes of a step."""
        draw = StepDraw(self._config, step, self._share)
        path = self._shards[int(draw.random.integers(len(self._shards)))]
        shard = self._open(path)
        count, views = shard["images"].shape[:2]
        all_rows = draw.random.choice(count, draw.scenes, replace=draw.scenes > count)
        orders = [draw.random.permutation(views)[: draw.num_views] for _ in all_rows]
        rows, columns = all_rows[draw.rows], np.stack(orders[draw.rows])
        pick = {name: torch.from_numpy(shard[name][rows[:, None], columns]) for name in ARRAYS}
        batch = normalise_scenes(
            pick["images"], pick["depth"].float(), pick["camera_from_world"], pick["intrinsics"]
        )
        batch = replace(batch, names=tuple(f"{path.name}, scene {row}" for row in rows))
        keys = [(self._config.seed, step, int(row)) for row in rows]
        return look_scenes(batch, keys) if self._config.data.augment else batch

    def finish(self, loaded: TrainingBatch, device: torch.device) -> TrainingBatch:
        """Move the batch."""
        return tensors_to(loaded, device)

    def _open(self, shard: Path) -> dict[str, np.ndarray]:
        if shard not in self._arrays:
            with reading(shard, UsageError, "is no shard of scenes"):
                arrays = {n: np.load(shard / f"{n}.npy", mmap_mode="r") for n in ARRAYS}
            self._arrays[shard] = arrays
        return self._arrays[shard]


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
    if config.data.source == "photo-like":
        return open_photo_like(config, share)
    if config.data.source == "pool":
        return PoolSource(config, share)
    dataset = open_own_data(config)
    scenes = check_scenes(dataset, config)
    logger.info("%d scenes, %d frames", len(scenes), sum(len(scene.frames) for scene in scenes))
    return FolderSource(config, share, dataset, scenes)
