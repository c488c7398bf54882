"""Models for tests of protocols: they know the truth, and distort it in known ways."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter

from moe3d.evaluation.grids import InputSize, shown_to_models
from moe3d.io.datasets.records import SceneTruth
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import (
    BaselinePrediction,
    PredictionMetadata,
    ScenePrediction,
    ViewSet,
)

UNITS = 0.5
"""A fake model's unit is half a metre's size: its depths are half of the truth's."""


@dataclass
class WatchedData:
    """A data set that remembers what was read last, so that a fake model can look it up."""

    inner: Any
    last: SceneTruth | None = field(default=None)
    reads: int = 0

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def clip_above_m(self) -> float | None:
        return self.inner.clip_above_m

    def scene_names(self) -> tuple[str, ...]:
        return self.inner.scene_names()

    def num_frames(self, scene: str) -> int:
        return self.inner.num_frames(scene)

    def read(self, scene: str, frames: Sequence[int]) -> SceneTruth:
        self.reads += 1
        self.last = self.inner.read(scene, frames)
        return self.last


Distort = Callable[[np.ndarray], np.ndarray]


def fake_model(
    data: WatchedData,
    size: InputSize | None = None,
    distort: Distort = lambda depth: depth,
    units: float = UNITS,
) -> Callable[[ViewSet], ScenePrediction]:
    """A model that predicts the (distorted) truth; its VGGT layer is the same, blurred."""

    def predict(views: ViewSet) -> ScenePrediction:
        assert data.last is not None
        return prediction_of(shown_to_models(data.last, size), views, distort, units)

    return predict


def prediction_of(
    truth: SceneTruth, views: ViewSet, distort: Distort = lambda depth: depth, units: float = UNITS
) -> ScenePrediction:
    depth = np.stack([distort(np.nan_to_num(one, nan=3.0)) for one in truth.depth]) * units
    depth = depth.astype(np.float32)
    blurred = np.stack([gaussian_filter(one, 1.2) for one in depth])
    count, height, width = depth.shape
    cameras = _relative_cameras(truth, count, units)
    intrinsics = truth.intrinsics
    if intrinsics is None:
        intrinsics = np.tile(
            np.array([[50.0, 0, width / 2], [0, 50, height / 2], [0, 0, 1]]), (count, 1, 1)
        )
    logits = np.zeros((count, 2, height, width), np.float32)
    logits[:, 0] = 4
    ones = np.ones_like(depth)
    return ScenePrediction(
        names=views.names,
        images=np.zeros((count, height, width, 3), np.uint8),
        depth=depth,
        confidence=ones,
        camera_from_world=cameras,
        intrinsics=intrinsics,
        valid_mask=np.ones(depth.shape, bool),
        expert_depths=np.stack([depth, blurred], axis=1),
        gate_logits=logits,
        gate_temperature=0.5,
        pixel_transforms=(PixelTransform(width, height, width, height, 1.0, 1.0),) * count,
        metadata=PredictionMetadata(model="fake"),
        baseline=BaselinePrediction(blurred, ones.copy(), cameras.copy(), intrinsics),
    )


def _relative_cameras(truth: SceneTruth, count: int, units: float) -> np.ndarray:
    """The first camera is the world, as in VGGT."""
    if truth.camera_from_world is None:
        return np.tile(np.eye(4), (count, 1, 1))
    relative = truth.camera_from_world @ np.linalg.inv(truth.camera_from_world[0])
    relative[:, :3, 3] *= units
    return relative
