"""Stand-ins for the slow parts: a runner that waits to be told, a backend with analytic scenes."""

import dataclasses
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from app.state.backend import (
    CompareRequest,
    ExportedFiles,
    ExportForecast,
    ExportFormat,
    ExportRequest,
    ModelInfo,
    RunPlan,
    RunRequest,
    TargetExistsError,
    Thumbnail,
)
from app.state.confidence import ConfidenceLevels
from app.state.cursor import CursorPixel
from app.state.job import Job, Publish
from app.state.point_filters import PointCounts, PointFilters
from app.state.scene_display import CloudDisplay, SceneDisplay
from app.state.what_if import Remixer
from app.workers.backend import MoE3DBackend
from app.workers.count_points import count_points
from app.workers.export_files import export_formats, forecast_export
from app.workers.point_normals import point_normals
from app.workers.prepare_display import confirmed_shares, depth_ranges
from app.workers.prepare_remix import prepare_remix
from app.workers.scene_files import SessionFiles
from app.workers.why_hidden import why_hidden
from moe3d.errors import CheckpointError, ImageReadError
from moe3d.evaluation.scene_flying import flying_pixels
from moe3d.evaluation.scene_truth import read_truth
from moe3d.io.photo_checks import PhotoCheck
from moe3d.progress import Progress
from moe3d.scene.comparison import Comparison
from moe3d.scene.expert_use import measure_expert_use
from moe3d.scene.layers import default_layer, layer_names, named_layer, sides
from moe3d.scene.records import RefusedFile, ScenePrediction, View, ViewSet
from moe3d.scene.truth import AlignedTruth
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


class FakeBackend(SessionFiles):
    """Answers at once, or as slowly and as badly as a test wants."""

    def __init__(self, make: Callable[[], ScenePrediction] = step_prediction) -> None:
        self.make = make
        self.steps = 3
        self.follows_photos = False
        """Whether a result has the views and names of the photos that were asked for."""
        self.frame = (0.0, 0.0, 1.0, 1.0)
        """Part of every photo that the network would see."""
        self.sharpness: dict[int, float] = {}
        self.step_s = 0.0
        self.run_error: Exception | None = None
        self.requests: list[RunRequest] = []
        self.exports: list[ExportRequest] = []
        self.downloads: list[str] = []

    def read_scene(
        self, paths: Sequence[Path], progress: Progress, frames_per_second: float = 1.0
    ) -> ViewSet:
        progress.report("photos")
        files = [f for path in paths for f in (sorted(path.iterdir()) if path.is_dir() else [path])]
        good = [file for file in files if file.suffix in (".jpg", ".png")]
        if not good:
            raise ImageReadError(f"{paths[0]}: no photo can be read; wanted JPEG, PNG or TIFF")
        refused = [RefusedFile(file, "not a photo") for file in files if file not in good]
        return views_of([file.name for file in good], refused)

    def make_thumbnails(self, views: ViewSet, progress: Progress, publish: Publish) -> None:
        for index in range(len(views)):
            progress.report("thumbnails", index, len(views))
            pixels = np.full((48, 64, 3), 40 + 30 * index % 200, np.uint8)
            check = PhotoCheck(self.sharpness.get(index, 500.0), 3 ** (50 + 10 * index))
            publish(Thumbnail(index, pixels, check))

    def plan_run(self, request: RunRequest, progress: Progress) -> RunPlan:
        frames = dict.fromkeys(request.views.names, self.frame)
        return RunPlan(frames, len(frames) * 10**9, 2 * 10**9, "fits")

    def reconstruct(self, request: RunRequest, progress: Progress) -> ScenePrediction:
        self.requests.append(request)
        progress.report("load model")
        for step in range(self.steps):
            progress.report("backbone", step, self.steps)
            time.sleep(self.step_s)
        progress.raise_if_cancelled()
        if self.run_error is not None:
            raise self.run_error
        made = self.make()
        return _of_photos(made, request.views.names) if self.follows_photos else made

    def prepare_display(self, prediction: ScenePrediction, progress: Progress) -> SceneDisplay:
        there = [name for name in layer_names(prediction) if not name.startswith("expert:")]
        first = [name for name in sides(prediction, default_layer(prediction)) if name in there]
        clouds = {layer: self.build_cloud(prediction, layer, progress) for layer in first}
        flying = flying_pixels(prediction, there)
        use = measure_expert_use(prediction)
        confirmed = confirmed_shares(prediction)
        return SceneDisplay(use, depth_ranges(prediction), clouds, flying, confirmed)

    def build_cloud(
        self, prediction: ScenePrediction, layer: str, progress: Progress
    ) -> CloudDisplay:
        progress.report("points")
        confidence = named_layer(prediction, layer).confidence
        return CloudDisplay(layer, None, ConfidenceLevels.of(confidence, prediction.valid_mask))

    def count_points(
        self, prediction: ScenePrediction, layer: str, filters: PointFilters, progress: Progress
    ) -> PointCounts:
        return count_points(prediction, layer, filters, progress)

    def point_normals(self, prediction: ScenePrediction, layer: str, progress: Progress) -> object:
        return point_normals(prediction, layer, progress)

    def prepare_remix(self, prediction: ScenePrediction, progress: Progress) -> Remixer | None:
        return prepare_remix(prediction, progress)

    def why_hidden(
        self,
        prediction: ScenePrediction,
        pixel: CursorPixel,
        filters: PointFilters,
        progress: Progress,
    ) -> tuple[str, ...]:
        return why_hidden(prediction, pixel, filters, progress)

    def export(self, request: ExportRequest, progress: Progress) -> ExportedFiles:
        self.exports.append(request)
        target = request.out_dir / "scene.ply"
        if target.exists() and not request.overwrite:
            raise TargetExistsError(f"{target} exists")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("ply\n")
        return ExportedFiles((target,), num_points=1234, size_bytes=5_600_000)

    def forecast_export(self, request: ExportRequest, progress: Progress) -> ExportForecast:
        return forecast_export(request, progress)

    def export_formats(self, progress: Progress) -> tuple[ExportFormat, ...]:
        return export_formats()

    def read_prediction(self, path: Path, progress: Progress) -> ScenePrediction:
        return self.make()

    def write_file(self, path: Path, content: bytes, progress: Progress) -> Path:
        path.write_bytes(content)
        return path

    def write_prediction(self, prediction: ScenePrediction, path: Path, progress: Progress) -> Path:
        path.write_bytes(b"saved")
        return path

    def read_truth(
        self, path: Path, prediction: ScenePrediction, progress: Progress
    ) -> AlignedTruth:
        progress.report("truth")
        return read_truth(path, prediction)

    def compare(self, request: CompareRequest, progress: Progress, publish: Publish) -> Comparison:
        return MoE3DBackend().compare(request, progress, publish)

    def known_models(self, progress: Progress) -> tuple[ModelInfo, ...]:
        return (
            ModelInfo("mini", "mini (built in)", 18_000_000, "Apache-2.0", path=Path("mini")),
            ModelInfo("facebook/VGGT-1B", "VGGT-1B", 5_000_000_000, "CC BY-NC 4.0", "the hub"),
        )

    def download_model(self, key: str, progress: Progress) -> Path:
        self.downloads.append(key)
        for part in range(4):
            progress.report("download", part * 10**9, 4 * 10**9)
            time.sleep(self.step_s)
        if key == "broken":
            raise CheckpointError("broken arrived damaged")
        return Path(key)
