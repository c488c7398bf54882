"""`moe3d eval mv-recon|mono-depth|boundary|pose|mixture`: models on a data set, one protocol."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from moe3d.errors import UsageError
from moe3d.progress import Progress, ProgressReport

if TYPE_CHECKING:
    from moe3d.evaluation.models import EvaluatedModel
    from moe3d.evaluation.protocols import EvaluationProtocol
    from moe3d.evaluation.tables import Report
    from moe3d.evaluation.tasks.task import Task
    from moe3d.io.datasets.records import Dataset

FAILED_SCENES_EXIT_CODE = 7
BASELINE_ENDING = "-vggt"
OWN_DATA = ("scenes", "synthetic")
"""Published image sizes are for published data sets; these are shown as they are."""


@dataclass(frozen=True)
class EvalTask:
    """Run models over the scenes of a data set and write tables."""

    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    """Folder for results.json, table.md, table.csv, scenes.csv, table.tex and sheet.png. Scenes
    that are finished there are not run again."""
    model: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """Preset, checkpoint or hub id; repeat it to compare. NAME-vggt is plain VGGT's depth from the
    same network. Differences are of the first to each other."""
    data: Path | None = None
    """Folder of the data set."""
    dataset: str = "scenes"
    """7-scenes, 7-scenes-usual-script, 7-scenes-file, nrgbd, nyu-v2, sintel, sintel-23, bonn,
    kitti, or scenes (our own format)."""
    synthetic: int = 0
    """Use this many generated validation scenes instead of a data set."""
    views: int = 4
    """Photos of a generated scene."""
    protocol: str = "project"
    """spann3r, cut3r, vggt-point, vggt-depth, pi3-sparse, pi3-dense (or -flawed), project."""
    stride: int | None = None
    """Every how many frames of a scene; left out: as the protocol says."""
    scene: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """Only this scene; repeat it for more."""
    device: str = "auto"
    """auto, cpu, cuda or mps."""
    precision: str = "auto"
    """auto, float32 or bfloat16."""
    again: bool = False
    """Run finished scenes again."""
    json: bool = False
    """Print the summary as JSON instead of the table."""

    def run(self) -> int:
        """Evaluate, write, print; exit code 7 when a scene failed."""
        from moe3d.evaluation.figures import FigureSheet
        from moe3d.evaluation.protocols import find_protocol
        from moe3d.evaluation.runner import Evaluation, run_evaluation
        from moe3d.evaluation.tables import write_report

        dataset = self._open_dataset()
        protocol = _for_dataset(find_protocol(self.protocol), dataset, self.stride)
        task = self._task(protocol, dataset)
        evaluation = Evaluation(
            task,
            dataset,
            self._models(),
            self.output,
            self.scene,
            self.again,
            context=(f"{self.views} views",) if self.synthetic else (),
        )
        sheet = FigureSheet(self.output)
        results = run_evaluation(evaluation, _progress_on_stderr(), sheet.watch)
        report = _report(task, dataset, results)
        write_report(report, self.output)
        sheet.write(self.output / "sheet.png")
        self._print(report)
        return FAILED_SCENES_EXIT_CODE if report.failures else 0

    @property
    def scores_cameras(self) -> bool:
        """Whether cameras count; if not, they are not refined."""
        return False

    def _task(self, protocol: "EvaluationProtocol", dataset: "Dataset") -> "Task":
        raise NotImplementedError

    def _open_dataset(self) -> "Dataset":
        if (self.synthetic > 0) == (self.data is not None):
            raise UsageError("give either --data DIR or --synthetic N")
        if self.data is not None:
            from moe3d.io.datasets.catalog import open_dataset

            return open_dataset(self.dataset, self.data)
        from moe3d.cli.synthetic_scenes import SyntheticScenes
        from moe3d.training.data.generator import SceneGenerator

        return SyntheticScenes(self.synthetic, self.views, generator=SceneGenerator())

    def _models(self) -> "tuple[EvaluatedModel, ...]":
        if not self.model:
            raise UsageError("give at least one --model, for example --model mini")
        if len(set(self.model)) != len(self.model):
            raise UsageError(f"a model was given twice: {', '.join(self.model)}")
        return load_models(self.model, self.device, self.precision, self.scores_cameras)

    def _print(self, report: "Report") -> None:
        from moe3d.evaluation.json_values import json_value
        from moe3d.evaluation.tables import markdown

        for failure in report.failures:
            print(f"moe3d: {failure.scene}, {failure.model}: {failure.error}", file=sys.stderr)
        if self.json:
            print(json.dumps(json_value(report.summary), indent=2, allow_nan=False))
        else:
            print(markdown(report).split("## By scene")[0])


@dataclass(frozen=True)
class EvalReconstruction(EvalTask):
    """Acc, Comp, NC of the cloud of several photos."""

    @property
    def scores_cameras(self) -> bool:
        """Clouds are lifted with them."""
        return True

    def _task(self, protocol: "EvaluationProtocol", dataset: "Dataset") -> "Task":
        from moe3d.evaluation.tasks.reconstruction import MultiViewReconstruction

        return MultiViewReconstruction(protocol)


@dataclass(frozen=True)
class EvalMonoDepth(EvalTask):
    """Depth errors, one photo at a time."""

    def _task(self, protocol: "EvaluationProtocol", dataset: "Dataset") -> "Task":
        from moe3d.evaluation.tasks.depth_maps import MonoDepth

        return MonoDepth.for_dataset(protocol, dataset)


@dataclass(frozen=True)
class EvalBoundary(EvalTask):
    """Boundary sharpness and flying points."""

    group: int | None = None
    """Photos of a scene that are shown together; left out: all of our own and generated scenes,
    one by one of other data."""

    def _task(self, protocol: "EvaluationProtocol", dataset: "Dataset") -> "Task":
        from moe3d.evaluation.tasks.depth_maps import Boundary

        together = None if dataset.name in OWN_DATA else 1
        return Boundary.for_dataset(protocol, dataset, self.group or together)


@dataclass(frozen=True)
class EvalPose(EvalTask):
    """Camera errors: AUC, RRA, RTA, ATE, RPE."""

    @property
    def scores_cameras(self) -> bool:
        """They are all that counts."""
        return True

    def _task(self, protocol: "EvaluationProtocol", dataset: "Dataset") -> "Task":
        from moe3d.evaluation.tasks.pose import Pose

        return Pose.for_dataset(protocol, dataset)


@dataclass(frozen=True)
class EvalMixture(EvalTask):
    """What the gate and the experts do."""

    def _task(self, protocol: "EvaluationProtocol", dataset: "Dataset") -> "Task":
        from moe3d.evaluation.tasks.mixture import Mixture

        return Mixture.for_dataset(protocol, dataset)


def load_models(
    names: tuple[str, ...], device: str, precision: str, scores_cameras: bool
) -> "tuple[EvaluatedModel, ...]":
    """Load each network once; NAME and NAME-vggt share theirs and its predictions."""
    from moe3d.evaluation.models import EvaluatedModel

    networks: dict[str, tuple[Callable, str]] = {}
    models = []
    for name in names:
        base = name.removesuffix(BASELINE_ENDING)
        if base not in networks:
            networks[base] = _load_network(base, device, precision, scores_cameras)
        predict, identity = networks[base]
        layer = "fused" if name == base else "vggt"
        models.append(EvaluatedModel(name, predict, layer, identity))
    return tuple(models)


def _load_network(
    name: str, device: str, precision: str, scores_cameras: bool
) -> tuple[Callable, str]:
    """What turns photos into a prediction, and the hash of the checkpoint."""
    import moe3d
    from moe3d.evaluation.models import remembering

    reconstructor = moe3d.load_reconstructor(name, device=device, precision=precision)
    options = moe3d.ReconstructionOptions(refine_poses=None if scores_cameras else False)
    predict = remembering(lambda views: reconstructor.reconstruct(views, options))
    return predict, reconstructor.info.sha256


def _for_dataset(
    protocol: "EvaluationProtocol", dataset: "Dataset", stride: int | None
) -> "EvaluationProtocol":
    """The protocol with this data set's photos and the user's stride."""
    if stride is not None:
        if stride < 1:
            raise UsageError(f"--stride must be at least 1; got {stride}")
        protocol = replace(protocol, strides={dataset.name: stride}, nrgbd_half_rule=False)
    return replace(protocol, input_size=None) if dataset.name in OWN_DATA else protocol


def _report(task: "Task", dataset: "Dataset", results: tuple) -> "Report":
    from moe3d.evaluation.protocols import describe
    from moe3d.evaluation.summary import summarise
    from moe3d.evaluation.tables import Report

    choices = {"data": dataset.name, **describe(task.protocol, task.about)}
    title = f"{task.name} on {dataset.name}"
    return Report(title, choices, task.columns, results, summarise(results, task.columns))


def _progress_on_stderr() -> Progress:
    def show(report: ProgressReport) -> None:
        print(f"{report.stage} {report.done}/{report.total}", file=sys.stderr, flush=True)

    return Progress(show)
