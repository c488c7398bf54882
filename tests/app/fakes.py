"""Stand-ins for the slow parts: a runner that waits to be told, a backend with analytic scenes."""

import dataclasses
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from moe3d.errors import CheckpointError, ImageReadError
from moe3d.evaluation.one_scene.scene_flying import flying_pixels
from moe3d.io.photos.photo_checks import PhotoCheck
from moe3d.progress import Progress
from moe3d.scene.expert_use import measure_expert_use
from moe3d.scene.flying import FlyingPixels
from moe3d.scene.layers import default_layer, layer_names
from moe3d.scene.records import RefusedFile, ScenePrediction, View, ViewSet
from moe3d_viewer.state.exports.export import (
    EXPORT,
    ExportedFiles,
    ExportRequest,
    TargetExistsError,
)
from moe3d_viewer.state.job import Functions, Job, JobKind, Publish
from moe3d_viewer.state.layers.display import PREPARE_DISPLAY
from moe3d_viewer.state.layers.layer_clouds import BUILD_CLOUD
from moe3d_viewer.state.layers.profile import WRITE_FILE
from moe3d_viewer.state.layers.scene_display import CloudDisplay, SceneDisplay
from moe3d_viewer.state.run.models import DOWNLOAD_MODEL, KNOWN_MODELS, ModelInfo
from moe3d_viewer.state.run.reconstruction import RECONSTRUCT
from moe3d_viewer.state.run.run_options import RunRequest
from moe3d_viewer.state.run.run_plan import PLAN_RUN, RunPlan
from moe3d_viewer.state.scene.saved_results import (
    IS_PREDICTION,
    READ_PREDICTION,
    WRITE_PREDICTION,
)
from moe3d_viewer.state.scene.session import MAKE_THUMBNAILS, READ_SCENE, Thumbnail
from moe3d_viewer.workers.jobs import window_functions
from moe3d_viewer.workers.point_buffers import point_buffer
from moe3d_viewer.workers.prepare_display import confirmed_shares, depth_ranges
from moe3d_viewer.workers.scene_files import write_file
from tests.scenes import step_prediction


class FakeRunner:
    """Keeps jobs until a test runs them, in the test's own thread."""

    def __init__(self) -> None:
        self.waiting: list[Job] = []

    def start(self, job: Job) -> None:
        self.waiting.append(job)

    def run_next(self) -> None:
        job = self.waiting.pop(0)
        try:
            result = job.work(job.progress, job.published.emit)
        except Exception as error:  # noqa: BLE001
            job.fail(error)
        else:
            job.succeed(result)

    def run_all(self) -> None:
        while self.waiting:
            self.run_next()


def views_of(names: Sequence[str], refused: Sequence[RefusedFile] = ()) -> ViewSet:
    pixels = np.full((48, 64, 3), 90, np.uint8)
    return ViewSet(tuple(View(name, 64, 48, pixels=pixels) for name in names), tuple(refused))


def _of_photos(prediction: ScenePrediction, names: Sequence[str]) -> ScenePrediction:
    """The analytic scene with as many views as photos."""
    views = [index % prediction.num_views for index in range(len(names))]
    changes = {
        item.name: getattr(prediction, item.name)[views]
        for item in dataclasses.fields(prediction)
        if isinstance(getattr(prediction, item.name), np.ndarray)
    }
    base = prediction.baseline
    if base is not None:
        arrays = {
            item.name: getattr(base, item.name)[views]
            for item in dataclasses.fields(base)
            if getattr(base, item.name) is not None
        }
        changes["baseline"] = dataclasses.replace(base, **arrays)
    agreement = prediction.agreement
    if agreement is not None:
        arrays = {
            item.name: getattr(agreement, item.name)[views]
            for item in dataclasses.fields(agreement)
            if isinstance(getattr(agreement, item.name), np.ndarray)
        }
        sources = tuple(agreement.camera_sources[index] for index in views)
        changes["agreement"] = dataclasses.replace(agreement, camera_sources=sources, **arrays)
    transforms = tuple(prediction.pixel_transforms[index] for index in views)
    return dataclasses.replace(
        prediction, names=tuple(names), pixel_transforms=transforms, **changes
    )


FunctionT = TypeVar("FunctionT", bound=Callable[..., object])


class FakeBackend:
    """Functions for the window's jobs: those that need photos, a model or a network are made up.

    They answer at once, or as slowly and as badly as a test wants. All others are the real ones.
    """

    def __init__(self, make: Callable[[], ScenePrediction] = step_prediction) -> None:
        self.make = make
        self.make_first: Callable[[], ScenePrediction] | None = None
        """The network's own answer, if it comes before the result."""
        self.refine_steps = 0
        self.steps = 3
        self.follows_photos = False
        """Whether a result has the views and names of the photos that were asked for."""
        self.frame = (0.0, 0.0, 1.0, 1.0)
        """Part of every photo that the network would see."""
        self.sharpness: dict[int, float] = {}
        self.step_s = 0.0
        self.run_error: Exception | None = None
        self.steps_done = 0
        self.requests: list[RunRequest] = []
        self.exports: list[ExportRequest] = []
        self.downloads: list[str] = []
        self._functions = dict(window_functions())
        self._functions |= dict(
            (
                READ_SCENE.done_by(self._read_scene),
                MAKE_THUMBNAILS.done_by(self._make_thumbnails),
                PLAN_RUN.done_by(self._plan_run),
                RECONSTRUCT.done_by(self._reconstruct),
                PREPARE_DISPLAY.done_by(self._prepare_display),
                BUILD_CLOUD.done_by(self._build_cloud),
                EXPORT.done_by(self._export),
                IS_PREDICTION.done_by(lambda path, _progress: "points" not in path.name),
                READ_PREDICTION.done_by(lambda _path, _progress: self.make()),
                WRITE_FILE.done_by(write_file),
                WRITE_PREDICTION.done_by(self._write_prediction),
                KNOWN_MODELS.done_by(self._known_models),
                DOWNLOAD_MODEL.done_by(self._download_model),
            )
        )

    @property
    def functions(self) -> Functions:
        """Who does what now; see `replace`."""
        return self._functions

    def replace(self, kind: JobKind[FunctionT], function: FunctionT) -> "FakeBackend":
        """From the next job on, let this do it."""
        self._functions[kind] = function
        return self

    def use_real(self, *kinds: JobKind[Any]) -> "FakeBackend":
        """Let the program's own functions do these."""
        real = window_functions()
        self._functions |= {kind: real[kind] for kind in kinds}
        return self

    def _read_scene(
        self, paths: Sequence[Path], progress: Progress, frames_per_second: float = 1.0
    ) -> ViewSet:
        progress.report("photos")
        files = [f for path in paths for f in (sorted(path.iterdir()) if path.is_dir() else [path])]
        good = [file for file in files if file.suffix in (".jpg", ".png")]
        if not good:
            raise ImageReadError(f"{paths[0]}: no photo can be read; wanted JPEG, PNG or TIFF")
        refused = [RefusedFile(file, "not a photo") for file in files if file not in good]
        return views_of([file.name for file in good], refused)

    def _make_thumbnails(self, views: ViewSet, progress: Progress, publish: Publish) -> None:
        for index in range(len(views)):
            progress.report("thumbnails", index, len(views))
            pixels = np.full((48, 64, 3), 40 + 30 * index % 200, np.uint8)
            check = PhotoCheck(self.sharpness.get(index, 500.0), 3 ** (50 + 10 * index))
            publish(Thumbnail(index, pixels, check))

    def _plan_run(self, request: RunRequest, progress: Progress) -> RunPlan:
        frames = dict.fromkeys(request.views.names, self.frame)
        return RunPlan(frames, len(frames) * 10**9, 2 * 10**9, "fits")

    def _reconstruct(
        self, request: RunRequest, progress: Progress, publish: Publish
    ) -> ScenePrediction:
        self.requests.append(request)
        progress.report("load model")
        for step in range(self.steps):
            progress.report("network", step, self.steps)
            time.sleep(self.step_s)
            self.steps_done = step + 1
        if self.make_first is not None:
            publish(self.make_first())
        for step in range(self.refine_steps):
            progress.report("refine depth", step, self.refine_steps)
        progress.raise_if_cancelled()
        if self.run_error is not None:
            raise self.run_error
        made = self.make()
        return _of_photos(made, request.views.names) if self.follows_photos else made

    def _prepare_display(
        self, prediction: ScenePrediction, layers: Sequence[str], progress: Progress
    ) -> SceneDisplay:
        there = [name for name in layer_names(prediction) if not name.startswith("expert:")]
        first = dict.fromkeys((default_layer(prediction), *layers))
        clouds = {layer: self._build_cloud(prediction, layer, progress) for layer in first}
        flying = flying_pixels(prediction, there)
        use = measure_expert_use(prediction)
        confirmed = confirmed_shares(prediction)
        return SceneDisplay(use, depth_ranges(prediction), clouds, flying, confirmed)

    def _build_cloud(
        self,
        prediction: ScenePrediction,
        layer: str,
        progress: Progress,
        _flying: FlyingPixels | None = None,
    ) -> CloudDisplay:
        progress.report("points")
        buffer = point_buffer(prediction, layer)
        return CloudDisplay(layer, None, buffer.levels, buffer.places)

    def _export(self, request: ExportRequest, progress: Progress) -> ExportedFiles:
        self.exports.append(request)
        target = request.out_dir / "scene.ply"
        if target.exists() and not request.overwrite:
            raise TargetExistsError(f"{target} exists")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("ply\n")
        return ExportedFiles((target,), num_points=1234, size_bytes=5_600_000)

    def _write_prediction(
        self, prediction: ScenePrediction, path: Path, progress: Progress
    ) -> Path:
        path.write_bytes(b"saved")
        return path

    def _known_models(self, progress: Progress) -> tuple[ModelInfo, ...]:
        return (
            ModelInfo("mini", "mini (built in)", 18_000_000, "Apache-2.0", path=Path("mini")),
            ModelInfo("facebook/VGGT-1B", "VGGT-1B", 5_000_000_000, "CC BY-NC 4.0", "the hub"),
        )

    def _download_model(self, key: str, progress: Progress) -> Path:
        self.downloads.append(key)
        for part in range(4):
            progress.report("download", part * 10**9, 4 * 10**9)
            time.sleep(self.step_s)
        if key == "broken":
            raise CheckpointError("broken arrived damaged")
        return Path(key)
