"""Result files of `moe3d run` as scenes to learn from: their fused depth stands for the truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from natsort import natsorted

from moe3d.errors import DatasetError
from moe3d.io.datasets.records import SceneTruth
from moe3d.io.scenes.prediction_file import read_prediction
from moe3d.scene.records import View, ViewSet


@dataclass(frozen=True)
class PredictionScenes:
    """Every `.npz` in a folder, sub-folders included, is a scene."""

    root: Path
    name: str = "predictions"
    clip_above_m: float | None = None

    def scene_names(self) -> tuple[str, ...]:
        """Paths below the root, as people count."""
        return tuple(self._files)

    @cached_property
    def _files(self) -> dict[str, Path]:
        files = natsorted(self.root.rglob("*.npz"))
        if not files:
            raise DatasetError(f"{self.root} holds no .npz that `moe3d run` wrote")
        return {str(path.relative_to(self.root)): path for path in files}

    def num_frames(self, scene: str) -> int:
        """Photos of the scene."""
        return len(read_prediction(self._files[scene]).names)

    def read(self, scene: str, frames: Sequence[int]) -> SceneTruth:
        """Photos at the network's size, fused depth and cameras; NaN outside the valid mask."""
        found = read_prediction(self._files[scene])
        rows = list(frames)
        height, width = found.depth.shape[1:]
        views = tuple(
            View(found.names[row], width, height, pixels=found.images[row]) for row in rows
        )
        depth = np.where(found.valid_mask[rows], found.depth[rows], np.nan).astype(np.float64)
        return SceneTruth(
            ViewSet(views),
            depth,
            intrinsics=found.intrinsics[rows].astype(np.float64),
            camera_from_world=found.camera_from_world[rows].astype(np.float64),
        )
