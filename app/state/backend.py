"""What the window asks of the moe3d package: the requests, and who answers them.

The real answers are in `app.workers`; tests bring their own. Every method runs in a worker thread.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from app.state.cursor import CursorPixel
from app.state.export_plan import ExportPlan
from app.state.job import Publish
from app.state.point_filters import PointCounts, PointFilters
from app.state.scene_display import CloudDisplay, SceneDisplay
from app.state.scene_saving import SceneFiles
from app.state.what_if import Remixer
from moe3d.errors import OutputError
from moe3d.io.photo_checks import PhotoCheck
from moe3d.progress import Progress
from moe3d.scene.comparison import Comparison
from moe3d.scene.records import ScenePrediction, ViewSet
from moe3d.scene.truth import AlignedTruth


class TargetExistsError(OutputError):
    """A file that would be overwritten, and the user has not said so."""


RefineMode = Literal["auto", "off", "cameras", "full"]
ResizeMode = Literal["auto", "crop", "pad"]


@dataclass(frozen=True)
class RunRequest:
    """One reconstruction, as asked for."""

    views: ViewSet
    model: str = "mini"
    """Preset name, or path of a checkpoint."""
    device: str = "auto"
    precision: str = "auto"
    compare: bool = True
    """Also run plain VGGT."""
    resize_mode: ResizeMode = "auto"
    refine: RefineMode = "auto"
    """What all photos together may improve; as `--refine` of the command line."""


@dataclass(frozen=True)
class CompareRequest:
    """Which sides are measured, and how."""

    prediction: ScenePrediction
    truth: AlignedTruth | None
    percentile: float
    """Share of lowest confidence that each side drops, %."""
    sides: tuple[str, str] = ("fused", "vggt")
    """Layers: MoE3D's and VGGT's."""


@dataclass(frozen=True)
class RunPlan:
    """What a run would see and need."""

    frames: Mapping[str, tuple[float, float, float, float]] = field(default_factory=dict)
    """By photo name the part that the network sees: left, top, right, bottom, as shares of the
    photo's width and height."""
    total_bytes: int = 0
    """0 when it is not known."""
    available_bytes: int = 0
    verdict: str = "unknown"
    """ "fits", "fits with the heads one photo at a time", "does not fit" or "unknown"."""


@dataclass(frozen=True)
class ExportRequest:
    """Files to be written from one prediction."""

    prediction: ScenePrediction
    out_dir: Path
    plan: ExportPlan = field(default_factory=ExportPlan)
    seen_now: PointFilters = field(default_factory=PointFilters)
    """What the 3D view shows, whether the plan follows it or not; for the forecast."""
    overwrite: bool = False


@dataclass(frozen=True)
class ExportForecast:
    """What an export will be, before it is started."""

    num_seen: int
    """Points that the 3D view's filters leave."""
    num_valid: int
    """Points without any filter."""
    num_written: int
    """Most points of any file of the plan."""
    size_bytes: int
    seconds: float
    refusal: str = ""
    """Why it would be refused; empty when it would not."""


@dataclass(frozen=True)
class ExportedFiles:
    """What was written; every file was read back and agreed in counts, bounds and colours."""

    paths: tuple[Path, ...]
    num_points: int = 0
    """Most points of any file; 0 when none holds points."""
    size_bytes: int = 0


@dataclass(frozen=True)
class ExportFormat:
    """A kind of file, as the export dialog lists it."""

    key: str
    """Name in the registry: "ply"."""
    title: str
    description: str = ""
    up: str = "cv"
    """The up axis that its programs expect: "cv" (y down), "y" or "z"."""


@dataclass(frozen=True)
class ModelInfo:
    """A model that is built in or can be fetched, with what a user must know before."""

    key: str
    title: str
    size_bytes: int
    licence: str
    source: str = ""
    """Where a download comes from; empty for built-in models."""
    path: Path | None = None
    """Where the weights lie on this machine; None when they must be fetched first."""

    @property
    def is_here(self) -> bool:
        """Whether it can be used without a download."""
        return self.path is not None


@dataclass(frozen=True)
class Thumbnail:
    """A small upright picture of one view."""

    index: int
    pixels: object
    """uint8 (h, w, 3), RGB."""
    check: PhotoCheck | None = None
    """Sharpness and fingerprint."""


class Backend(SceneFiles, Protocol):
    """All slow work that the window can start."""

    def read_scene(
        self, paths: Sequence[Path], progress: Progress, frames_per_second: float = 1.0
    ) -> ViewSet:
        """Find and check the photos, and take frames of the videos."""
        ...

    def make_thumbnails(self, views: ViewSet, progress: Progress, publish: Publish) -> None:
        """Publish one `Thumbnail` a view."""
        ...

    def reconstruct(self, request: RunRequest, progress: Progress) -> ScenePrediction:
        """Load the model if needed, and run it."""
        ...

    def plan_run(self, request: RunRequest, progress: Progress) -> RunPlan:
        """Crop frames and memory of a run, without doing it."""
        ...

    def prepare_display(self, prediction: ScenePrediction, progress: Progress) -> SceneDisplay:
        """Everything that the panels need and that takes longer than a frame."""
        ...

    def build_cloud(
        self, prediction: ScenePrediction, layer: str, progress: Progress
    ) -> CloudDisplay:
        """The points of one layer, unfiltered, ready for the 3D view."""
        ...

    def count_points(
        self, prediction: ScenePrediction, layer: str, filters: PointFilters, progress: Progress
    ) -> PointCounts:
        """What the filters leave of a layer, and which takes what."""
        ...

    def point_normals(self, prediction: ScenePrediction, layer: str, progress: Progress) -> object:
        """Where the surface faces at every point of a layer, in the order of its buffer."""
        ...

    def prepare_remix(self, prediction: ScenePrediction, progress: Progress) -> Remixer | None:
        """What moves the points of the fused cloud; None where there are no points to move."""
        ...

    def why_hidden(
        self,
        prediction: ScenePrediction,
        pixel: CursorPixel,
        filters: PointFilters,
        progress: Progress,
    ) -> tuple[str, ...]:
        """Names of the filters that take a pixel, each asked by itself."""
        ...

    def export(self, request: ExportRequest, progress: Progress) -> ExportedFiles:
        """Write the files and read them back."""
        ...

    def forecast_export(self, request: ExportRequest, progress: Progress) -> ExportForecast:
        """Counts, size and time of an export that is not started."""
        ...

    def export_formats(self, progress: Progress) -> tuple[ExportFormat, ...]:
        """Every kind of file that can be written."""
        ...

    def read_prediction(self, path: Path, progress: Progress) -> ScenePrediction:
        """Open a saved prediction."""
        ...

    def write_file(self, path: Path, content: bytes, progress: Progress) -> Path:
        """Write a small file; replaces one, since the file dialog has asked."""
        ...

    def write_prediction(self, prediction: ScenePrediction, path: Path, progress: Progress) -> Path:
        """Save a prediction, over an older one if the user said so."""
        ...

    def read_truth(
        self, path: Path, prediction: ScenePrediction, progress: Progress
    ) -> AlignedTruth:
        """Read what a file or folder knows of the prediction's photos."""
        ...

    def compare(self, request: CompareRequest, progress: Progress, publish: Publish) -> Comparison:
        """Measure both sides; publishes what needs no truth first."""
        ...

    def known_models(self, progress: Progress) -> tuple[ModelInfo, ...]:
        """Models that can be chosen; asks no network."""
        ...

    def download_model(self, key: str, progress: Progress) -> Path:
        """Fetch a model; only ever called after the user's explicit word."""
        ...
