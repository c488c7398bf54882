"""Run models over the scenes of a data set: resumable; a bad scene does not stop the others."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from moe3d.errors import DatasetError, JobCancelledError, MoE3DError
from moe3d.evaluation.grids import shown_to_models
from moe3d.evaluation.models import Answer, EvaluatedModel, ask
from moe3d.evaluation.reports.columns import Row
from moe3d.evaluation.reports.scene_files import (
    SceneResult,
    fingerprint,
    read_result,
    result_path,
    write_result,
)
from moe3d.evaluation.tasks.task import Task
from moe3d.io.datasets.records import Dataset, SceneTruth
from moe3d.progress import Progress

logger = logging.getLogger(__name__)

RESULTS_VERSION = 4
"""Raised when a metric's definition changes, so that older results are not taken up."""

Watcher = Callable[[str, str, Answer, SceneTruth], None]
"""Told of the first answer of every scene and model: scene, model, answer, what was shown."""


@dataclass(frozen=True)
class Evaluation:
    """A task, a data set, models, and where results go."""

    task: Task
    dataset: Dataset
    models: tuple[EvaluatedModel, ...]
    folder: Path
    scenes: tuple[str, ...] = ()
    """Only these; empty takes all."""
    again: bool = False
    """Run finished scenes again."""
    context: tuple[str, ...] = ()
    """What else results depend on, such as the size of generated scenes."""

    def scene_names(self) -> tuple[str, ...]:
        """Scenes to run.

        Raises:
            DatasetError: there is none, or one that was asked for is unknown.
        """
        known = self.dataset.scene_names()
        unknown = [scene for scene in self.scenes if scene not in known]
        if unknown:
            raise DatasetError(
                f"{self.dataset.name} has no scene {unknown[0]!r}; it has {', '.join(known[:30])}"
            )
        if not known:
            raise DatasetError(f"{self.dataset.name} has no scene at all: the split is empty")
        return self.scenes or known

    def mark(self, model: EvaluatedModel) -> str:
        """Hash of all that this model's results depend on."""
        return fingerprint(
            (
                RESULTS_VERSION,
                self.task.name,
                dict(self.task.choices),
                self.dataset.name,
                model.name,
                model.layer,
                model.identity,
                self.context,
            )
        )


def run_evaluation(
    evaluation: Evaluation, progress: Progress | None = None, watcher: Watcher | None = None
) -> tuple[SceneResult, ...]:
    """Run what is not finished and return every result, scene by scene, model by model.

    Raises:
        DatasetError: no scene.
        OutputError: results cannot be written.
        JobCancelledError: progress was cancelled; finished scenes are kept.
    """
    progress = progress or Progress()
    scenes = evaluation.scene_names()
    total = len(scenes) * len(evaluation.models)
    results: list[SceneResult] = []
    for scene in scenes:
        for result in _run_scene(evaluation, scene, watcher):
            results.append(result)
            progress.report(f"{evaluation.task.name}: {scene}", len(results), total)
    return tuple(results)


def _run_scene(evaluation: Evaluation, scene: str, watcher: Watcher | None) -> list[SceneResult]:
    """Results of all models on one scene; photos and truth are read only if one is missing."""
    folder = evaluation.folder
    finished = {
        model.name: read_result(result_path(folder, scene, model.name), evaluation.mark(model))
        for model in evaluation.models
        if not evaluation.again
    }
    missing = [_ModelRun(model) for model in evaluation.models if not finished.get(model.name)]
    if missing:
        _score_models(evaluation, scene, missing, watcher)
    for run in missing:
        result = run.result(scene)
        path = result_path(folder, scene, run.model.name)
        write_result(path, result, evaluation.mark(run.model))
        finished[run.model.name] = result
    return [result for model in evaluation.models if (result := finished[model.name])]


class _ModelRun:
    """The rows of one model on one scene while they are made."""

    def __init__(self, model: EvaluatedModel) -> None:
        self.model = model
        self.error = ""
        self._rows: list[Row] = []
        self._notes: list[str] = []
        self._elapsed_s = 0.0

    def add(self, task: Task, truth: SceneTruth) -> Answer | None:
        """Ask and score one forward pass; None when that failed, now or before."""
        if self.error:
            return None
        start = time.perf_counter()
        try:
            answer = ask(self.model, truth.views)
            rows = task.score(answer, truth)
        except JobCancelledError:
            raise
        except (MoE3DError, OSError) as error:
            self.error = str(error)
            return None
        self._rows.extend(rows)
        said = [answer.note] if answer.note else []
        said += [row["note"] for row in rows if row.get("note")]
        self._notes.extend([*truth.notes, *said])
        self._elapsed_s += time.perf_counter() - start
        return answer

    def result(self, scene: str) -> SceneResult:
        """All rows, or none and why."""
        rows = () if self.error else tuple(self._rows)
        notes = tuple(self._notes)
        return SceneResult(scene, self.model.name, rows, self.error, notes, self._elapsed_s)


def _score_models(
    evaluation: Evaluation, scene: str, runs: Sequence[_ModelRun], watcher: Watcher | None
) -> None:
    """Give every forward pass of a scene to every model."""
    try:
        for index, truth in enumerate(_shown_groups(evaluation, scene)):
            for run in runs:
                answer = run.add(evaluation.task, truth)
                if index == 0 and answer is not None and watcher is not None:
                    watcher(scene, run.model.name, answer, truth)
    except JobCancelledError:
        raise
    except (MoE3DError, OSError) as error:
        for run in runs:
            run.error = run.error or str(error)
    for run in runs:
        if run.error:
            logger.info("%s, %s: %s", scene, run.model.name, run.error)


def _shown_groups(evaluation: Evaluation, scene: str) -> Iterator[SceneTruth]:
    """What models are shown, one entry a forward pass, read when its turn comes.

    Raises:
        DatasetError: a file is missing, or there is no frame.
    """
    task, dataset = evaluation.task, evaluation.dataset
    groups = task.groups(dataset, scene)
    if not groups or not groups[0]:
        raise DatasetError(f"{dataset.name}: {scene} has no frame")
    for frames in groups:
        yield shown_to_models(dataset.read(scene, frames), task.protocol.input_size)
