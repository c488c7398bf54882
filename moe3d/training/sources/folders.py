"""Your own scenes: photos, depth and cameras in folders, checked before the first step."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from moe3d.errors import DatasetError, MoE3DError
from moe3d.evaluation.grids import InputSize, shown_to_models
from moe3d.io.datasets.catalog import open_dataset
from moe3d.io.datasets.records import Dataset, SceneTruth
from moe3d.io.photos.images import read_pixels
from moe3d.training.batches import TrainingBatch, join_scenes, normalise_scenes
from moe3d.training.config import TrainingConfig
from moe3d.training.data.predictions import PredictionScenes
from moe3d.training.processes import Share
from moe3d.training.sources.source import StepDraw, look_scenes
from moe3d.training.tensors import tensors_to

logger = logging.getLogger(__name__)

WINDOW = 3  # frames of a scene are drawn from a stretch this many times as long as the batch


@dataclass(frozen=True)
class UsableScene:
    """A scene and its frames that can be learnt from."""

    name: str
    frames: tuple[int, ...]


def open_own_data(config: TrainingConfig) -> Dataset:
    """The data set that the settings name.

    Raises:
        UsageError: there is no such layout.
        DatasetError: the folder is missing.
    """
    assert config.data.data is not None
    if config.data.dataset == "predictions":
        return PredictionScenes(config.data.data)
    return open_dataset(config.data.dataset, config.data.data)


def check_scenes(dataset: Dataset, config: TrainingConfig) -> tuple[UsableScene, ...]:
    """Read every frame that training may draw, once.

    Args:
        dataset: of your own.
        config: says whether a bad frame is left out or ends the run, and how many frames count.

    Raises:
        DatasetError: a frame is bad and the run is to stop, or nothing is left.
    """
    usable = []
    for scene in dataset.scene_names():
        try:
            count = dataset.num_frames(scene)
        except MoE3DError as error:
            _refuse(f"scene {scene}: {error}", config)
            continue
        wanted = min(count, config.data.frames_per_scene)
        places = np.unique(np.linspace(0, count - 1, wanted).round().astype(int))
        frames = tuple(int(f) for f in places if _is_good(dataset, scene, int(f), config))
        if frames:
            usable.append(UsableScene(scene, frames))
    if not usable:
        raise DatasetError(
            f"{config.data.data}: no scene of data set {config.data.dataset!r} has a usable frame"
        )
    return tuple(usable)


def _is_good(dataset: Dataset, scene: str, frame: int, config: TrainingConfig) -> bool:
    try:
        complaint = _complaint(dataset.read(scene, [frame]))
    except MoE3DError as error:
        complaint = str(error)
    if complaint:
        _refuse(f"scene {scene}, frame {frame}: {complaint}", config)
    return not complaint


def _complaint(truth: SceneTruth) -> str:
    """Why one frame is useless; empty when it is not."""
    view = truth.views.views[0]
    height, width = truth.depth.shape[1:]
    if (view.height, view.width) != (height, width):
        return (
            f"{view.name} is {view.width}x{view.height} pixels and its depth {width}x{height}; "
            "they must have one size"
        )
    if truth.camera_from_world is None or truth.intrinsics is None:
        return f"{view.name} has no camera"
    if not (np.isfinite(truth.camera_from_world).all() and np.isfinite(truth.intrinsics).all()):
        return f"the camera of {view.name} is not finite"
    if not np.isfinite(truth.depth).any():
        return f"the depth of {view.name} has not one finite, positive value"
    return ""


def _refuse(complaint: str, config: TrainingConfig) -> None:
    if config.data.bad_data == "stop":
        raise DatasetError(f"{complaint}. --bad-data skip leaves such frames out")
    logger.warning("left out: %s", complaint)


class FolderSource:
    """Draws scenes with replacement, and frames of each from one stretch of its sequence."""

    def __init__(
        self, config: TrainingConfig, share: Share, dataset: Dataset, scenes: Sequence[UsableScene]
    ) -> None:
        self._config, self._share = config, share
        self._dataset, self._scenes = dataset, tuple(scenes)

    def load(self, step: int) -> TrainingBatch:
        """Read this process's scenes of a step."""
        draw = StepDraw(self._config, step, self._share)
        picks = [self._pick(draw) for _ in range(draw.scenes)][draw.rows]
        size = InputSize(draw.width, draw.height)
        singles = [_read(self._dataset, scene, frames, size) for scene, frames in picks]
        batch = join_scenes(singles)
        keys = [
            (self._config.seed, step, self._scenes.index(scene), *frames) for scene, frames in picks
        ]
        return look_scenes(batch, keys) if self._config.data.augment else batch

    def _pick(self, draw: StepDraw) -> tuple[UsableScene, list[int]]:
        scene = self._scenes[int(draw.random.integers(len(self._scenes)))]
        count = len(scene.frames)
        length = min(count, WINDOW * draw.num_views)
        first = int(draw.random.integers(count - length + 1))
        places = draw.random.choice(length, draw.num_views, replace=draw.num_views > length)
        return scene, [scene.frames[first + int(place)] for place in places]

    def finish(self, loaded: TrainingBatch, device: torch.device) -> TrainingBatch:
        """Move the batch."""
        return tensors_to(loaded, device)


def _read(
    dataset: Dataset, scene: UsableScene, frames: list[int], size: InputSize
) -> TrainingBatch:
    truth = shown_to_models(dataset.read(scene.name, frames), size)
    assert truth.camera_from_world is not None
    assert truth.intrinsics is not None
    images = np.stack([read_pixels(view)[..., :3] for view in truth.views.views])
    batch = normalise_scenes(
        torch.from_numpy(images)[None],
        torch.from_numpy(truth.depth.astype(np.float32))[None],
        torch.from_numpy(truth.camera_from_world)[None],
        torch.from_numpy(truth.intrinsics)[None],
    )
    numbers = ", ".join(map(str, frames))
    return replace(batch, names=(f"{scene.name}, frames {numbers}",))
