"""What `moe3d eval mv-recon|mono-depth|boundary|pose|mixture` share: options, run, report."""

import json
import shlex
import sys
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from moe3d.cli.evaluate.eval_models import REFINEMENT_IN_WORDS, Refine, load_models, refinement_for
from moe3d.errors import UsageError
from moe3d.progress import Progress, ProgressReport

if TYPE_CHECKING:
    from moe3d.evaluation.models import EvaluatedModel
    from moe3d.evaluation.protocols import EvaluationProtocol
    from moe3d.evaluation.reports.report import Report
    from moe3d.evaluation.tasks.task import Task
    from moe3d.io.datasets.records import Dataset

FAILED_SCENES_EXIT_CODE = 7
CARRIED_DATA = "motorcycle"
OWN_DATA = ("scenes", "synthetic", CARRIED_DATA)
"""Published image sizes are for published data sets; these are shown as they are."""


@dataclass(frozen=True)
class EvalTask:
    """Run models over the scenes of a data set and write tables."""

    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    """Folder for results.json, summary.json, table.md, table.csv, scenes.csv, table.tex and
    sheet.png. Scenes that are finished there are not run again."""
    model: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """Preset, checkpoint or hub id; repeat it to compare. NAME-vggt is plain VGGT's depth from the
    same prediction, NAME-refined and NAME-vggt-refined what the photos together make of each.
    Differences are of the first to each other."""
    data: Path | None = None
    """Folder of the data set."""
    dataset: str = "scenes"
    """7-scenes, 7-scenes-usual-script, 7-scenes-file, nrgbd, nyu-v2, sintel, sintel-23, bonn,
    kitti, scenes (our own format), or motorcycle: a real stereo pair that needs no folder."""
    synthetic: int = 0
    """Use this many generated validation scenes instead of a data set."""
    views: int = 4
    """Photos of a generated scene."""
    size: str = "224x168"
    """Their size; at 640x480 and more the generated photos are as sharp as a camera's."""
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
    refine: Refine = "off"
    """What the photos of a scene improve: nothing, cameras (what pose and mv-recon score, of all
    models alike), or full: cameras, and depth as the layers NAME-refined, which never change
    NAME's and imply full."""
    again: bool = False
    """Run finished scenes again."""
    json: bool = False
    """Print the summary as JSON instead of the table."""

    def run(self) -> int:
        """Evaluate, write, print; exit code 7 when a scene failed."""
        from moe3d.evaluation.protocols import find_protocol
        from moe3d.evaluation.reports.figures import FigureSheet
        from moe3d.evaluation.reports.tables import write_report
        from moe3d.evaluation.runner import Evaluation, run_evaluation

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
            context=(f"{self.views} views", self.size) if self.synthetic else (),
        )
        sheet = FigureSheet(self.output)
        results = run_evaluation(evaluation, _progress_on_stderr(), sheet.watch)
        report = self._report(task, dataset, results)
        write_report(report, self.output)
        sheet.write(self.output / "sheet.png", evaluation.scene_names(), report.models)
        self._print(report)
        return FAILED_SCENES_EXIT_CODE if report.failures else 0

    def _task(self, protocol: "EvaluationProtocol", dataset: "Dataset") -> "Task":
        raise NotImplementedError

    def _open_dataset(self) -> "Dataset":
        if self.dataset == CARRIED_DATA and not self.synthetic and self.data is None:
            from moe3d.io.datasets.motorcycle import MotorcyclePair

            return MotorcyclePair()
        if (self.synthetic > 0) == (self.data is not None):
            raise UsageError("give either --data DIR or --synthetic N")
        if self.data is not None:
            from moe3d.io.datasets.catalog import open_dataset

            return open_dataset(self.dataset, self.data)
        from moe3d.cli.evaluate.synthetic_scenes import SyntheticScenes
        from moe3d.cli.scenes import parse_size
        from moe3d.training.data.generator import SceneGenerator

        width, height = parse_size(self.size)
        return SyntheticScenes(
            self.synthetic, self.views, width, height, generator=SceneGenerator()
        )

    def _models(self) -> "tuple[EvaluatedModel, ...]":
        if not self.model:
            raise UsageError("give at least one --model, for example --model mini")
        if len(set(self.model)) != len(self.model):
            raise UsageError(f"a model was given twice: {', '.join(self.model)}")
        names = self._compared_names()
        return load_models(names, self.device, self.precision, self.refine)

    def _compared_names(self) -> tuple[str, ...]:
        """Models that this task can compare."""
        return self.model

    def _print(self, report: "Report") -> None:
        from moe3d.evaluation.reports.json_values import json_value
        from moe3d.evaluation.reports.markdown import markdown

        for failure in report.failures:
            print(f"moe3d: {failure.scene}, {failure.model}: {failure.error}", file=sys.stderr)
        if self.json:
            print(json.dumps(json_value(report.summary), indent=2, allow_nan=False))
        else:
            print(markdown(report).split("## By scene")[0])

    def _report(self, task: "Task", dataset: "Dataset", results: tuple) -> "Report":
        from moe3d.cli.evaluate.synthetic_scenes import FIRST_SEED
        from moe3d.evaluation.reports.report import Report
        from moe3d.evaluation.reports.summary import summarise

        data = dataset.name
        if self.synthetic:
            data = (
                f"{self.synthetic} generated scenes of {self.views} photos of {self.size}, "
                f"seeds from {FIRST_SEED}, exact truth"
            )
        frames = {"frames": task.protocol.frames_in_words(dataset.name)}
        command = {"command": _command_line(self, task.name)}
        refinement = refinement_for(tuple({one.model for one in results}), self.refine)
        refined = {"refinement": REFINEMENT_IN_WORDS[refinement]}
        choices = {"data": data, **command, **refined, **task.choices, **frames}
        summary = summarise(results, task.columns)
        title = f"{task.name} on {dataset.name}"
        return Report(title, choices, task.columns, results, summary, task.details)


def _command_line(task: EvalTask, name: str) -> str:
    """What a user types for this evaluation."""
    words = ["moe3d", "eval", name]
    for field in fields(task):
        value, flag = getattr(task, field.name), "--" + field.name.replace("_", "-")
        if value == field.default or field.name in ("again", "json"):
            continue
        for one in value if isinstance(value, tuple) else (value,):
            words += [flag, str(one)]
    return shlex.join(words)


def _for_dataset(
    protocol: "EvaluationProtocol", dataset: "Dataset", stride: int | None
) -> "EvaluationProtocol":
    """The protocol with this data set's photos and the user's stride."""
    if stride is not None:
        if stride < 1:
            raise UsageError(f"--stride must be at least 1; got {stride}")
        protocol = replace(protocol, strides={dataset.name: stride}, nrgbd_half_rule=False)
    return replace(protocol, input_size=None) if dataset.name in OWN_DATA else protocol


def _progress_on_stderr() -> Progress:
    def show(report: ProgressReport) -> None:
        print(f"{report.stage} {report.done}/{report.total}", file=sys.stderr, flush=True)

    return Progress(show)
