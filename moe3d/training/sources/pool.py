"""Scenes from shards on the disk, generated once and used many times."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from moe3d.errors import UsageError
from moe3d.io.outside_files import reading
from moe3d.training.batches import TrainingBatch, normalise_scenes
from moe3d.training.config import TrainingConfig
from moe3d.training.data.pool import ARRAYS, list_shards
from moe3d.training.processes import Share
from moe3d.training.sources.source import StepDraw, look_scenes
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
