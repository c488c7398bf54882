"""`moe3d eval mv-recon|mono-depth|boundary|pose|mixture`: one command a task."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moe3d.cli.evaluate.eval_models import layer_of
from moe3d.cli.evaluate.eval_run import OWN_DATA, EvalTask
from moe3d.errors import UsageError

if TYPE_CHECKING:
    from moe3d.evaluation.protocols import EvaluationProtocol
    from moe3d.evaluation.tasks.task import Task
    from moe3d.io.datasets.records import Dataset


@dataclass(frozen=True)
class EvalReconstruction(EvalTask):
    """Acc, Comp, NC of the cloud of several photos, lifted with its cameras (--refine)."""

    def _task(self, protocol: "EvaluationProtocol", dataset: "Dataset") -> "Task":
        from moe3d.evaluation.tasks.reconstruction import MultiViewReconstruction

        return MultiViewReconstruction(protocol)


@dataclass(frozen=True)
class EvalMonoDepth(EvalTask):
    """Depth errors, one photo at a time: each has an alignment of its own."""

    def _task(self, protocol: "EvaluationProtocol", dataset: "Dataset") -> "Task":
        from moe3d.evaluation.tasks.mono_depth import MonoDepth

        return MonoDepth.for_dataset(protocol, dataset)


@dataclass(frozen=True)
class EvalBoundary(EvalTask):
    """Boundary sharpness, flying points, and depth errors under one scale a scene and one a
    photo."""

    group: int | None = None
    """Photos of a scene that are shown together; left out: all of our own and generated scenes,
    one by one of other data."""

    def _task(self, protocol: "EvaluationProtocol", dataset: "Dataset") -> "Task":
        from moe3d.evaluation.tasks.boundary import Boundary

        together = None if dataset.name in OWN_DATA else 1
        return Boundary.for_dataset(protocol, dataset, self.group or together)


@dataclass(frozen=True)
class EvalPose(EvalTask):
    """Camera errors: AUC, RRA, RTA, ATE, RPE; of the network's own cameras or refined ones
    (--refine cameras)."""

    def _task(self, protocol: "EvaluationProtocol", dataset: "Dataset") -> "Task":
        from moe3d.evaluation.tasks.pose import Pose

        return Pose.for_dataset(protocol, dataset)


@dataclass(frozen=True)
class EvalMixture(EvalTask):
    """What the gate and the experts do; NAME-vggt and refined depth have none: left out."""

    def _compared_names(self) -> tuple[str, ...]:
        mixtures = tuple(name for name in self.model if layer_of(name)[1] == "fused")
        plain = [name for name in self.model if name not in mixtures]
        if not mixtures:
            raise UsageError(
                f"{', '.join(plain)} has no mixture; give its network, without -vggt or -refined"
            )
        if plain:
            print(f"moe3d: {', '.join(plain)} has no mixture and is left out", file=sys.stderr)
        return mixtures

    def _task(self, protocol: "EvaluationProtocol", dataset: "Dataset") -> "Task":
        from moe3d.evaluation.tasks.mixture import Mixture

        return Mixture.for_dataset(protocol, dataset)
