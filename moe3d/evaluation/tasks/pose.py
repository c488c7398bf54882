"""`pose`: relative and absolute camera errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from moe3d.errors import EvaluationError
from moe3d.evaluation.metrics.pose_scores import score_poses
from moe3d.evaluation.models import Answer
from moe3d.evaluation.protocols import EvaluationProtocol, describe
from moe3d.evaluation.reports.columns import Column, Row
from moe3d.evaluation.reports.json_values import json_value
from moe3d.evaluation.tasks.task import on_prediction_grid, strided
from moe3d.io.datasets.records import Dataset, SceneTruth

SHARES = ("auc5", "auc10", "auc30", "auc30_exact", "rra5", "rra30", "rta5", "rta30")
ERRORS = ("rre_median", "rte_median", "ate", "rpe_translation", "rpe_rotation")


@dataclass(frozen=True)
class Pose:
    """All photos of a scene in one forward pass; one row a scene."""

    protocol: EvaluationProtocol
    name: str = "pose"

    @classmethod
    def for_dataset(cls, protocol: EvaluationProtocol, dataset: Dataset) -> "Pose":
        """The task with photos shown as they are."""
        return cls(replace(protocol, input_size=None))

    @property
    def choices(self) -> Mapping[str, str]:
        """The protocol's, and the conventions of public scripts that are followed."""
        return describe(self.protocol, "cameras") | {
            "relative pose": "E_j inverse(E_i), all pairs, sign of the baseline ignored",
            "AUC": "histogram of 1-degree bins; exact beside it",
            "trajectory": "similarity of the camera centres; RPE of consecutive frames",
        }

    @property
    def details(self) -> tuple[str, ...]:
        """Views, pairs and the alignment."""
        return ("views", "pairs", "sim3_scale")

    @property
    def columns(self) -> tuple[Column, ...]:
        """Areas and shares, then errors."""
        return (*(Column(name, "higher") for name in SHARES), *(Column(name) for name in ERRORS))

    def groups(self, dataset: Dataset, scene: str) -> Sequence[Sequence[int]]:
        """All frames of the stride."""
        return [strided(self.protocol, dataset, scene)]

    def score(self, answer: Answer, truth: SceneTruth) -> list[Row]:
        """Pose errors of the layer's cameras.

        Raises:
            EvaluationError: the data set has no true cameras.
        """
        if truth.camera_from_world is None:
            raise EvaluationError("pose needs true cameras; this data set has none")
        on_prediction_grid(answer, truth)
        scores = json_value(score_poses(answer.layer.camera_from_world, truth.camera_from_world))
        return [{name: value for name, value in scores.items() if name not in ("rre", "rte")}]
