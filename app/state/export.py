"""Writing files: what can be written, what it will be, what is being written, what came of it."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.state.backend import (
    Backend,
    ExportedFiles,
    ExportForecast,
    ExportFormat,
    ExportRequest,
    TargetExistsError,
)
from app.state.display import DisplayState
from app.state.export_plan import ExportChoices
from app.state.job import JobRunner, LatestJob, error_text, was_cancelled
from app.state.notices import Notices
from app.state.scene_controls import SceneControls
from app.state.session import SessionState
from app.state.settings import Settings
from moe3d.io.export_presets import usual_up

BUILT_IN_FORMATS = (ExportFormat("ply", "PLY point cloud"),)
UNFINISHED = "export_unfinished"
"""The setting with the folder of an export that did not end yet."""


class ExportState(QObject):
    """One export at a time, of the prediction on the screen."""

    formats_changed = Signal()
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
        backend: Backend,
        runner: JobRunner,
        display: DisplayState,
        session: SessionState,
        scene: SceneControls,
        settings: Settings,
        notices: Notices,
    ) -> None:
        super().__init__()
        self._backend, self._display, self._session = backend, display, session
        self._scene, self._settings, self._notices = scene, settings, notices
        self.choices = ExportChoices(self)
        self._formats: tuple[ExportFormat, ...] = BUILT_IN_FORMATS
        self._forecast: ExportForecast | None = None
        self._last_paths: tuple[Path, ...] = ()
        self._asking = LatestJob(runner, self)
        self._asking.succeeded.connect(self._on_formats)
        self._asking.failed.connect(self._on_formats_failed)
        self._forecasting = LatestJob(runner, self)
        self._forecasting.succeeded.connect(self._on_forecast)
        self._forecasting.failed.connect(self._on_forecast_failed)
        self._writing = LatestJob(runner, self)
        self._writing.progressed.connect(self.progressed)
        self._writing.succeeded.connect(self._on_written)
        self._writing.failed.connect(self._on_failed)

    @property
    def formats(self) -> tuple[ExportFormat, ...]:
        """Kinds of file that can be written; grows once the registry was asked."""
        return self._formats

    @property
    def forecast(self) -> ExportForecast | None:
        """What the export will be; None while it is not known."""
        return self._forecast

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

    def suggested_folder(self) -> Path:
        """Where the last export went, or a folder of the scene's name in the user's home."""
        last = self._settings.value("export_folder", "")
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
        self.ask_formats()

    def ask_formats(self) -> None:
        """Read the list of formats; answers by `formats_changed`."""
        backend = self._backend
        self._asking.start(lambda progress, _publish: backend.export_formats(progress))

    def ask_forecast(self) -> None:
        """Work out what the export would be; answers by `forecast_changed`."""
        backend, request = self._backend, self._request(Path(), overwrite=False)
        if request is not None and not self.is_running:
            self._forecasting.start(
                lambda progress, _publish: backend.forecast_export(request, progress)
            )

    def export(self, out_dir: Path, *, overwrite: bool = False) -> None:
        """Write what was chosen, of what is on the screen."""
        backend, request = self._backend, self._request(out_dir, overwrite=overwrite)
        if request is None or not self.can_export:
            return
        self._settings.set_value("export_folder", str(out_dir.parent))
        self._settings.set_value(UNFINISHED, str(out_dir))
        self._writing.start(lambda progress, _publish: backend.export(request, progress))
        self.running_changed.emit(True)

    def cancel(self) -> None:
        """Stop writing; nothing half-written stays."""
        self._writing.cancel()

    def _request(self, out_dir: Path, *, overwrite: bool) -> ExportRequest | None:
        prediction = self._display.prediction
        if prediction is None:
            return None
        # A what-if on the gate is no filter: the model's own depth is written.
        seen = self._scene.filter_list.now
        plan = self.choices.plan(seen, self._scene.upright.up, self.file_name)
        return ExportRequest(prediction, out_dir, plan, seen, overwrite)

    @Slot(object)
    def _on_formats(self, formats: tuple[ExportFormat, ...]) -> None:
        self._formats = formats or BUILT_IN_FORMATS
        self.formats_changed.emit()

    @Slot(object)
    def _on_formats_failed(self, error: Exception) -> None:
        self._notices.raise_error(self.tr("Could not list the formats"), error_text(error))

    @Slot(object)
    def _on_forecast(self, forecast: ExportForecast) -> None:
        self._forecast = forecast
        self.forecast_changed.emit()

    @Slot(object)
    def _on_forecast_failed(self, error: Exception) -> None:
        self._on_forecast(ExportForecast(0, 0, 0, 0, 0.0, error_text(error)))

    @Slot(object)
    def _on_written(self, written: ExportedFiles) -> None:
        self._settings.set_value(UNFINISHED, "")
        self._last_paths = written.paths
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
