"""Writing files: what can be written, what it will be, what is being written, what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import FORMAT_FACTS, MadeMesh, OutputError, Progress, ScenePrediction
from moe3d.io.exports.export_presets import export_preset, usual_up
from moe3d_viewer.state.exports.export_plan import OWN_CHOICE, ExportChoices, ExportPlan
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, error_text, was_cancelled
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.meshes.mesh_making import MeshMakingState
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.points.point_filters import PointFilters
from moe3d_viewer.state.scene.session import SessionState
from moe3d_viewer.state.settings import Settings
from moe3d_viewer.state.viewport.scene_controls import SceneControls


class TargetExistsError(OutputError):
    """A file that would be overwritten, and the user has not said so."""


@dataclass(frozen=True)
class ExportRequest:
    """Files to be written from one prediction."""

    prediction: ScenePrediction
    out_dir: Path
    plan: ExportPlan = field(default_factory=ExportPlan)
    seen_now: PointFilters = field(default_factory=PointFilters)
    """What the 3D view shows, whether the plan follows it or not; for the forecast."""
    overwrite: bool = False
    made: tuple[MadeMesh, ...] = ()
    """Surfaces that are shown: written where they are those of the plan, not made again."""


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


EXPORT = JobKind[Callable[[ExportRequest, Progress], ExportedFiles]]("export")
"""Write the files and read them back."""
FORECAST_EXPORT = JobKind[Callable[[ExportRequest, Progress], ExportForecast]]("forecast_export")
"""Counts, size and time of an export that is not started."""
UNFINISHED = "export_unfinished"
"""The setting with the folder of an export that did not end yet."""
FOLDER = "export_folder"
"""The setting with the folder in which exports get theirs; with _PRESET for one purpose."""
LAST_FOLDER = "export_last"
"""The setting with the folder of the last files that were written."""


def free_folder(folder: Path) -> Path:
    """The first of "NAME 2", "NAME 3", ... that is not there."""
    number = 2
    while (found := folder.with_name(f"{folder.name} {number}")).exists():
        number += 1
    return found


def _installed_formats() -> tuple[ExportFormat, ...]:
    return tuple(
        ExportFormat(
            key,
            facts.title,
            f"{key}: a {'folder' if facts.is_folder else 'file'} named …{facts.suffix}",
            facts.up,
        )
        for key, facts in FORMAT_FACTS.items()
        if facts.is_installed
    )


class ExportState(QObject):
    """One export at a time, of the prediction on the screen."""

    forecast_changed = Signal()
    running_changed = Signal(bool)
    progressed = Signal(object)
    """ProgressReport of the export that is under way."""
    exported = Signal(object)
    """Paths that were written, a tuple."""
    overwrite_needed = Signal(str)
    """Files are there already; the text names them."""

    def __init__(
        self,
        jobs: Jobs,
        display: DisplayState,
        session: SessionState,
        scene: SceneControls,
        settings: Settings,
        notices: Notices,
        meshes: MeshMakingState,
    ) -> None:
        super().__init__()
        self._jobs, self._display, self._session = jobs, display, session
        self._scene, self._settings, self._notices = scene, settings, notices
        self.choices, self._meshes = ExportChoices(self), meshes
        self.surfaces = meshes.choices
        """How surfaces are made, in files as in the 3D view."""
        self._formats = _installed_formats()
        self._forecast: ExportForecast | None = None
        self._forecast_of: object = None
        self._asked: object = None
        self._last_paths: tuple[Path, ...] = ()
        self._request_now: ExportRequest | None = None
        self._forecasting = LatestJob(jobs, self)
        self._forecasting.succeeded.connect(self._on_forecast)
        self._forecasting.failed.connect(self._on_forecast_failed)
        self._writing = LatestJob(jobs, self)
        self._writing.progressed.connect(self.progressed)
        self._writing.succeeded.connect(self._on_written)
        self._writing.failed.connect(self._on_failed)

    @property
    def formats(self) -> tuple[ExportFormat, ...]:
        """Kinds of file that can be written here."""
        return self._formats

    @property
    def forecast(self) -> ExportForecast | None:
        """What the export will be, as it is chosen now; None while it is not known."""
        return self._forecast if self._forecast_of == self._question() else None

    @property
    def counts(self) -> tuple[int, int] | None:
        """Points that the 3D view shows, and all valid ones; None while nobody knows."""
        forecast = self.forecast
        if forecast is not None:
            return forecast.num_seen, forecast.num_valid
        counted = self._scene.filter_list.counts(self.choices.layer)
        return (counted.kept, counted.total) if counted is not None else None

    @property
    def is_running(self) -> bool:
        """Whether files are being written."""
        return self._writing.is_running

    @property
    def can_export(self) -> bool:
        """Whether there is something to write."""
        return self._display.prediction is not None and not self.is_running

    @property
    def last_paths(self) -> tuple[Path, ...]:
        """What the last export wrote."""
        return self._last_paths

    @property
    def last_folder(self) -> Path | None:
        """Where the last export lies, of this start or an earlier one; None when it is gone."""
        kept = self._settings.value(LAST_FOLDER, "")
        return Path(kept) if kept and Path(kept).is_dir() else None

    @property
    def units(self) -> str:
        """Units of what would be written."""
        prediction = self._display.prediction
        return prediction.metadata.units if prediction is not None else "relative"

    @property
    def up_axes(self) -> tuple[str, ...]:
        """Up axes of the chosen formats, in their order, each once."""
        if self.choices.up != "auto":
            return (self.choices.up,)
        formats = self.choices.formats
        found = {item.key: item.up for item in self._formats} | dict(usual_up(formats))
        return tuple(dict.fromkeys(found.get(name, "cv") for name in formats))

    def suggested_folder(self, purpose: str = "") -> Path:
        """A folder of the scene's name, where the last export for this purpose went, else where the
        last export went, else in the user's home."""
        last = self._settings.value(f"{FOLDER}_{purpose}", "") if purpose else ""
        last = last or self._settings.value(FOLDER, "")
        base = Path(last) if last else Path.home() / "MoE3D"
        return base / self.file_name

    @property
    def file_name(self) -> str:
        """Begin of every file's name: the scene's."""
        return self._session.title.removesuffix(".npz") or "scene"

    def prepare(self) -> None:
        """Begin to ask for an export: the layer is the one on the screen."""
        for layer in self._display.layers_shown[:1]:
            self.choices.set_layer(layer)

    def can_export_for(self, purpose: str) -> bool:
        """Whether everything that a preset writes can be written here and now."""
        known = {item.key for item in self._formats}
        return self.can_export and set(export_preset(purpose).formats) <= known

    def export_for(self, purpose: str) -> None:
        """Write at once what a preset says, of what is on the screen, into its usual folder."""
        preset, layer = export_preset(purpose), self._display.layer
        plan = replace(
            self._plan(),
            formats=preset.formats,
            layer=layer,
            filters=self._seen,
            normals=preset.normals,
            up="auto",
            usual_up=preset.usual_up,
        )
        self._start(self._request(self.suggested_folder(purpose), plan=plan), purpose)

    def ask_forecast(self) -> None:
        """Work out what the export would be; answers by `forecast_changed`."""
        jobs, request = self._jobs, self._request(Path())
        if request is not None and not self.is_running:
            self._asked = self._question()
            self._forecasting.start(
                lambda progress, _publish: jobs[FORECAST_EXPORT](request, progress)
            )

    def export(self, out_dir: Path, *, overwrite: bool = False) -> None:
        """Write what was chosen, of what is on the screen."""
        preset = self.choices.preset
        purpose = "" if preset == OWN_CHOICE else preset
        self._start(self._request(out_dir, overwrite=overwrite), purpose)

    def replace_files(self) -> None:
        """Write once more what stopped because files are there: over them."""
        if self._request_now is not None:
            self._start(replace(self._request_now, overwrite=True))

    def keep_both(self) -> None:
        """Write once more what stopped because files are there: into a folder beside."""
        if self._request_now is not None:
            self._start(replace(self._request_now, out_dir=free_folder(self._request_now.out_dir)))

    def _start(self, request: ExportRequest | None, purpose: str = "") -> None:
        if request is None or not self.can_export:
            return
        jobs, out_dir = self._jobs, request.out_dir
        self._request_now = request
        self._settings.set_value(FOLDER, str(out_dir.parent))
        if purpose:
            self._settings.set_value(f"{FOLDER}_{purpose}", str(out_dir.parent))
        self._settings.set_value(UNFINISHED, str(out_dir))
        self._writing.start(lambda progress, _publish: jobs[EXPORT](request, progress))
        self.running_changed.emit(True)

    def cancel(self) -> None:
        """Stop writing; nothing half-written stays."""
        self._writing.cancel()

    def _request(
        self, out_dir: Path, *, overwrite: bool = False, plan: ExportPlan | None = None
    ) -> ExportRequest | None:
        prediction = self._display.prediction
        if prediction is None:
            return None
        chosen = plan or self._plan()
        return ExportRequest(prediction, out_dir, chosen, self._seen, overwrite, self._meshes.made)

    @property
    def _seen(self) -> PointFilters:
        return self._scene.filter_list.now

    def _plan(self) -> ExportPlan:
        # A what-if on the gate is no filter: the model's own depth is written.
        return self.choices.plan(
            self._seen, self._scene.upright.up, self.file_name, self.surfaces.settings
        )

    def _question(self) -> object:
        """What a forecast depends on."""
        return id(self._display.prediction), self._plan(), self._seen

    @Slot(object)
    def _on_forecast(self, forecast: ExportForecast) -> None:
        self._forecast, self._forecast_of = forecast, self._asked
        self.forecast_changed.emit()

    @Slot(object)
    def _on_forecast_failed(self, error: Exception) -> None:
        self._on_forecast(ExportForecast(0, 0, 0, 0, 0.0, error_text(error)))

    @Slot(object)
    def _on_written(self, written: ExportedFiles) -> None:
        self._settings.set_value(UNFINISHED, "")
        self._last_paths, self._request_now = written.paths, None
        if written.paths:
            self._settings.set_value(LAST_FOLDER, str(written.paths[0].parent))
        self.running_changed.emit(False)
        self.exported.emit(written.paths)
        folder = written.paths[0].parent if written.paths else None
        self._notices.raise_toast(self._written_text(written), folder)

    def _written_text(self, written: ExportedFiles) -> str:
        names = ", ".join(path.name for path in written.paths[:3])
        left_out = len(written.paths) - 3
        more = self.tr(" and {} more").format(left_out) if left_out > 0 else ""
        text = self.tr("Wrote {}{} ({:,.1f} MB).").format(names, more, written.size_bytes / 1e6)
        if written.num_points:
            return text + self.tr(" Read back: {:,} points, bounds and colours agree.").format(
                written.num_points
            )
        return text + self.tr(" Read back: all files agree.")

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._settings.set_value(UNFINISHED, "")
        self.running_changed.emit(False)
        if isinstance(error, TargetExistsError):
            self.overwrite_needed.emit(error_text(error))
        elif not was_cancelled(error):
            self._notices.raise_error(self.tr("The export failed"), error_text(error))
