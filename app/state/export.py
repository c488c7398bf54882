"""Writing files: what can be written, what is being written, what came of it."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.state.backend import Backend, ExportFormat, ExportRequest, TargetExistsError
from app.state.display import DisplayState
from app.state.job import JobRunner, LatestJob, error_text, was_cancelled
from app.state.notices import Notices
from app.state.scene_controls import SceneControls
from app.state.session import SessionState
from app.state.settings import Settings

BUILT_IN_FORMATS = (ExportFormat("ply", "PLY point cloud"),)


class ExportState(QObject):
    """One export at a time, of the prediction on the screen."""

    formats_changed = Signal()
    running_changed = Signal(bool)
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
        self._formats: tuple[ExportFormat, ...] = BUILT_IN_FORMATS
        self._last_paths: tuple[Path, ...] = ()
        self._asking = LatestJob(runner, self)
        self._asking.succeeded.connect(self._on_formats)
        self._asking.failed.connect(self._on_formats_failed)
        self._writing = LatestJob(runner, self)
        self._writing.succeeded.connect(self._on_written)
        self._writing.failed.connect(self._on_failed)

    @property
    def formats(self) -> tuple[ExportFormat, ...]:
        """Kinds of file that can be written; grows once the registry was asked."""
        return self._formats

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

    def suggested_folder(self) -> Path:
        """Where the last export went, or a folder of the scene's name in the user's home."""
        last = self._settings.value("export_folder", "")
        base = Path(last) if last else Path.home() / "MoE3D"
        return base / self.file_name

    @property
    def file_name(self) -> str:
        """Begin of every file's name: the scene's."""
        return self._session.title.removesuffix(".npz") or "scene"

    def ask_formats(self) -> None:
        """Read the list of formats; answers by `formats_changed`."""
        backend = self._backend
        self._asking.start(lambda progress, _publish: backend.export_formats(progress))

    def export(
        self, out_dir: Path, formats: tuple[str, ...], layer: str, *, overwrite: bool = False
    ) -> None:
        """Write a layer without what the screen hides."""
        prediction, backend = self._display.prediction, self._backend
        if prediction is None or not self.can_export:
            return
        request = ExportRequest(
            prediction,
            out_dir,
            formats,
            layer,
            self._scene.filter_list.now,
            self.file_name,
            overwrite,
            self._scene.upright.up,
        )
        self._settings.set_value("export_folder", str(out_dir.parent))
        self._writing.start(lambda progress, _publish: backend.export(request, progress))
        self.running_changed.emit(True)

    def cancel(self) -> None:
        """Stop writing; nothing half-written stays."""
        self._writing.cancel()

    @Slot(object)
    def _on_formats(self, formats: tuple[ExportFormat, ...]) -> None:
        self._formats = formats or BUILT_IN_FORMATS
        self.formats_changed.emit()

    @Slot(object)
    def _on_formats_failed(self, error: Exception) -> None:
        self._notices.raise_error(self.tr("Could not list the formats"), error_text(error))

    @Slot(object)
    def _on_written(self, paths: tuple[Path, ...]) -> None:
        self._last_paths = paths
        self.running_changed.emit(False)
        self.exported.emit(paths)
        names = ", ".join(path.name for path in paths[:3])
        more = self.tr(" and {} more").format(len(paths) - 3) if len(paths) > 3 else ""
        folder = paths[0].parent if paths else None
        self._notices.raise_toast(self.tr("Wrote {}").format(names) + more, folder)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.running_changed.emit(False)
        if isinstance(error, TargetExistsError):
            self.overwrite_needed.emit(error_text(error))
        elif not was_cancelled(error):
            self._notices.raise_error(self.tr("The export failed"), error_text(error))
