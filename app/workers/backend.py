"""The real answers to what the window asks; moe3d's heavy parts are imported by the first job."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.state.backend import (
    CompareRequest,
    ExportedFiles,
    ExportForecast,
    ExportFormat,
    ExportRequest,
    ModelInfo,
    RunPlan,
    RunRequest,
)
from app.state.cursor import CursorPixel
from app.state.job import Publish
from app.state.point_filters import PointCounts, PointFilters
from app.state.scene_display import CloudDisplay, SceneDisplay
from app.state.what_if import Remixer
from app.workers.count_points import count_points
from app.workers.point_normals import point_normals
from app.workers.prepare_display import build_cloud, prepare_display
from app.workers.prepare_remix import prepare_remix
from app.workers.scene_files import SessionFiles
from app.workers.why_hidden import why_hidden
from moe3d.progress import Progress
from moe3d.scene.comparison import Comparison
from moe3d.scene.records import ScenePrediction, ViewSet
from moe3d.scene.truth import AlignedTruth

if TYPE_CHECKING:
    from moe3d.inference.reconstructor import Reconstructor


class MoE3DBackend(SessionFiles):
    """Implements `app.state.backend.Backend` with the moe3d package.

    The reconstructor is kept between runs, so that a second run does not load the model again. Jobs
    that use it never overlap: the window runs one reconstruction at a time.
    """

    def __init__(self) -> None:
        self._reconstructor: Reconstructor | None = None
        self._loaded = ("", "", "")

    def read_scene(
        self, paths: Sequence[Path], progress: Progress, frames_per_second: float = 1.0
    ) -> ViewSet:
        """Find and check the photos, and take frames of the videos."""
        import moe3d

        sampling = moe3d.VideoSampling(frames_per_second)
        return moe3d.read_views(paths[0] if len(paths) == 1 else list(paths), progress, sampling)

    def make_thumbnails(self, views: ViewSet, progress: Progress, publish: Publish) -> None:
        """Publish one thumbnail a view, in order."""
        from app.workers.photo_thumbnails import make_thumbnails

        make_thumbnails(views, progress, publish)

    def plan_run(self, request: RunRequest, progress: Progress) -> RunPlan:
        """Crop frames and memory of a run."""
        from app.workers.plan_run import plan_run

        return plan_run(request, progress)

    def reconstruct(self, request: RunRequest, progress: Progress) -> ScenePrediction:
        """Load the model if it is not there yet, and run it."""
        import moe3d

        wanted = (request.model, request.device, request.precision)
        reconstructor = self._reconstructor if wanted == self._loaded else None
        if reconstructor is None:
            self._reconstructor = None  # the old model's memory goes before the new one comes
            reconstructor = moe3d.load_reconstructor(
                request.model, request.device, request.precision, progress=progress
            )
            self._reconstructor, self._loaded = reconstructor, wanted
        options = moe3d.ReconstructionOptions(
            compare=request.compare,
            resize_mode=request.resize_mode,
            refine=request.refine,
        )
        return reconstructor.reconstruct(request.views, options, progress=progress)

    def prepare_display(self, prediction: ScenePrediction, progress: Progress) -> SceneDisplay:
        """Statistics and the first clouds."""
        return prepare_display(prediction, progress)

    def build_cloud(
        self, prediction: ScenePrediction, layer: str, progress: Progress
    ) -> CloudDisplay:
        """The points of one more layer."""
        return build_cloud(prediction, layer, progress)

    def count_points(
        self, prediction: ScenePrediction, layer: str, filters: PointFilters, progress: Progress
    ) -> PointCounts:
        """By the rules of the 3D view and of the exports."""
        return count_points(prediction, layer, filters, progress)

    def point_normals(self, prediction: ScenePrediction, layer: str, progress: Progress) -> object:
        """From each photo's depth grid."""
        return point_normals(prediction, layer, progress)

    def prepare_remix(self, prediction: ScenePrediction, progress: Progress) -> Remixer:
        """Which pixel every point comes from."""
        return prepare_remix(prediction, progress)

    def why_hidden(
        self,
        prediction: ScenePrediction,
        pixel: CursorPixel,
        filters: PointFilters,
        progress: Progress,
    ) -> tuple[str, ...]:
        """Every filter that takes a pixel."""
        return why_hidden(prediction, pixel, filters, progress)

    def export(self, request: ExportRequest, progress: Progress) -> ExportedFiles:
        """Write the files; each is complete or not there."""
        from app.workers.export_files import export_files

        return export_files(request, progress)

    def forecast_export(self, request: ExportRequest, progress: Progress) -> ExportForecast:
        """Run the filters and estimate the files."""
        from app.workers.export_files import forecast_export

        return forecast_export(request, progress)

    def export_formats(self, progress: Progress) -> tuple[ExportFormat, ...]:
        """The registry's formats whose libraries are installed."""
        from app.workers.export_files import export_formats

        progress.report("formats")
        return export_formats()

    def read_prediction(self, path: Path, progress: Progress) -> ScenePrediction:
        """Open a saved prediction."""
        import moe3d

        progress.report("read")
        return moe3d.read_prediction(path)

    def write_file(self, path: Path, content: bytes, progress: Progress) -> Path:
        """Write a small file; it is complete or not there."""
        from moe3d.io.atomic import new_file

        progress.report("write")
        with new_file(path, overwrite=True) as part:
            part.write_bytes(content)
        return path

    def write_prediction(self, prediction: ScenePrediction, path: Path, progress: Progress) -> Path:
        """Save a prediction; the file dialog has asked before replacing one."""
        import moe3d

        progress.report("write")
        return moe3d.write_prediction(prediction, path, overwrite=True)

    def read_truth(
        self, path: Path, prediction: ScenePrediction, progress: Progress
    ) -> AlignedTruth:
        """Depth, cameras and cloud, on the prediction's grid."""
        from moe3d.evaluation.scene_truth import read_truth

        progress.report("truth")
        return read_truth(path, prediction)

    def compare(self, request: CompareRequest, progress: Progress, publish: Publish) -> Comparison:
        """Numbers and places; those that need no truth come first."""
        from moe3d.evaluation.comparison import ComparisonOptions, compare_sides

        options = ComparisonOptions(request.percentile, sides=request.sides)
        without = compare_sides(request.prediction, None, options, progress)
        if request.truth is None:
            return without
        publish(without)
        return compare_sides(request.prediction, request.truth, options, progress)

    def known_models(self, progress: Progress) -> tuple[ModelInfo, ...]:
        """The catalogue, with what lies on this machine; asks no network."""
        from moe3d.model.known_models import known_models

        progress.report("models")
        return tuple(
            ModelInfo(
                key=model.id,
                title=f"{model.id}: {model.summary}",
                size_bytes=model.size_bytes,
                licence=model.licence,
                source=_source(model.is_gated, model.licence_url),
                path=model.path,
            )
            for model in known_models()
        )

    def download_model(self, key: str, progress: Progress) -> Path:
        """Fetch a model that the user asked for."""
        from moe3d.model.download import download_model
        from moe3d.model.hub import HuggingFaceHub

        return download_model(key, HuggingFaceHub(), progress)


def _source(is_gated: bool, url: str) -> str:
    return f"{url} (asks for an application first)" if is_gated else url
