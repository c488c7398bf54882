"""What every task is: columns, which frames go into one forward pass, and a score."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Shaped

from moe3d.errors import EvaluationError
from moe3d.evaluation.grids import truth_on_grid
from moe3d.evaluation.metrics.pairs import DepthPair, depth_pair
from moe3d.evaluation.models import Answer
from moe3d.evaluation.protocols import EvaluationProtocol
from moe3d.evaluation.reports.columns import Column, Row
from moe3d.io.datasets.records import Dataset, SceneTruth

NRGBD_MONO_STRIDE = 100


@runtime_checkable
class Task(Protocol):
    """A table in the making."""

    @property
    def name(self) -> str:
        """As on the command line."""
        ...

    @property
    def protocol(self) -> EvaluationProtocol:
        """The choices that hold for this task."""
        ...

    @property
    def choices(self) -> Mapping[str, str]:
        """All that results depend on, in words; printed with the table."""
        ...

    @property
    def columns(self) -> tuple[Column, ...]:
        """Metrics, in the order of the table."""
        ...

    @property
    def details(self) -> tuple[str, ...]:
        """Values of rows that are printed by scene and not averaged."""
        ...

    def groups(self, dataset: Dataset, scene: str) -> Sequence[Sequence[int]]:
        """Frames of the scene; each group is one forward pass."""
        ...

    def score(self, answer: Answer, truth: SceneTruth) -> list[Row]:
        """Rows of one forward pass.

        Raises:
            MoE3DError: this scene cannot be scored.
        """
        ...


def on_prediction_grid(answer: Answer, truth: SceneTruth) -> SceneTruth:
    """Truth at the prediction's pixels.

    Raises:
        EvaluationError: the prediction has another number of views, or a size does not fit.
    """
    if answer.prediction.num_views != len(truth.views):
        raise EvaluationError(
            f"the model answered {answer.prediction.num_views} of {len(truth.views)} photos"
        )
    return truth_on_grid(truth, answer.prediction.pixel_transforms)


def photo_pair(
    name: str, prediction: Shaped[np.ndarray, "..."], truth: Shaped[np.ndarray, "..."]
) -> DepthPair:
    """A photo's depth beside its truth.

    Raises:
        EvaluationError: they cannot be compared; the message names the photo.
    """
    try:
        return depth_pair(prediction, truth)
    except EvaluationError as error:
        raise EvaluationError(f"{name}: {error}") from error


def strided(protocol: EvaluationProtocol, dataset: Dataset, scene: str) -> list[int]:
    """Frames of a scene by the protocol's stride."""
    count = dataset.num_frames(scene)
    return list(range(0, count, protocol.stride(dataset.name, count)))


def photo_by_photo(protocol: EvaluationProtocol) -> EvaluationProtocol:
    """Photos as they are; NRGBD's sparse pairs become every 100th frame."""
    strides = dict(protocol.strides)
    if protocol.nrgbd_half_rule or "nrgbd" not in strides:
        strides["nrgbd"] = NRGBD_MONO_STRIDE
    return replace(protocol, input_size=None, strides=strides, nrgbd_half_rule=False)
