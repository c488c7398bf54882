"""The session file of the open scene: saving, opening, whether something is unsaved."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import MoE3DError, Progress, ScenePrediction
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, error_text, was_cancelled
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.remembered import RememberedRegistry
from moe3d_viewer.state.run.reconstruction import ReconstructionState
from moe3d_viewer.state.scene.scene_saving import SESSION_SUFFIX, OpenedScene, SceneToSave
from moe3d_viewer.state.scene.session import SessionState

Stamp = tuple[object, ...]
SAVE_SCENE = JobKind[Callable[[SceneToSave, Path, Progress], Path]]("save_scene")
"""Write a session."""
OPEN_SCENE = JobKind[Callable[[Path, Sequence[Path], Progress], OpenedScene]]("open_scene")
"""Read a session and look for its photos, also below these folders."""


class SceneFileState(QObject):
    """Saves everything of a scene, and brings it back as it was."""

    changed = Signal()
    """Path, modified mark, missing photos or a job under way."""
    opened = Signal(object)
    """Path of a session that was opened or saved: for the list of recents."""
    saved = Signal()
    """What was on the screen when saving began is in a file."""
    save_failed = Signal()

    def __init__(
        self,
        jobs: Jobs,
        session: SessionState,
        reconstruction: ReconstructionState,
        remembered: RememberedRegistry,
        notices: Notices,
    ) -> None:
        super().__init__()
        self._jobs, self._session, self._reconstruction = jobs, session, reconstruction
        self._remembered, self._notices = remembered, notices
        self._path: Path | None = None
        self._asked, self._target = Path(), Path()
        self._is_showing = self._was_modified = False
        self._missing: tuple[str, ...] = ()
        self._unknown: Mapping[str, object] = {}
        self._unknown_parts: dict[str, object] = {}
        self._saved_stamp: Stamp = ()
        self._stamped: ScenePrediction | None = None
        self._writing_stamp: Stamp = ()
        self._reading = LatestJob(jobs, self)
        self._reading.succeeded.connect(self._on_opened)
        self._reading.failed.connect(self._on_open_failed)
        self._writing = LatestJob(jobs, self)
        self._writing.succeeded.connect(self._on_saved)
        self._writing.failed.connect(self._on_save_failed)
        session.views_changed.connect(self._on_views_changed)
        reconstruction.prediction_changed.connect(self._tell_if_modified)
        remembered.changed.connect(self._tell_if_modified)

    @property
    def path(self) -> Path | None:
        """The open session's file; None for a scene that was never saved."""
        return self._path

    @property
    def is_busy(self) -> bool:
        """Whether a session is being read or written."""
        return self._reading.is_running or self._writing.is_running

    @property
    def is_opening(self) -> bool:
        """Whether a session is being read, and will take the scene's place."""
        return self._reading.is_running

    @property
    def is_modified(self) -> bool:
        """Whether closing now would lose a result or a choice."""
        is_worth = self._path is not None or self._reconstruction.prediction is not None
        return is_worth and self._stamp() != self._saved_stamp

    @property
    def is_result_unsaved(self) -> bool:
        """Whether the result on the screen is in no file; what was chosen of it does not count."""
        has_result = self._reconstruction.prediction is not None
        return has_result and self._stamp()[:1] != self._saved_stamp[:1]

    @Slot()
    def mark_kept(self) -> None:
        """The result on the screen lies in a file of another kind: nothing is lost by closing."""
        self._saved_stamp = self._stamp()
        self._tell_if_modified()

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of photos that were not found when the session was opened."""
        return self._missing

    @property
    def can_save(self) -> bool:
        """Whether there is a scene."""
        return self._session.views is not None and not self.is_busy

    def save(self, path: Path | None = None) -> None:
        """Write the session, to its own file or to another one."""
        target, scene = path or self._path, self.scene_to_save()
        if target is None or scene is None or self.is_busy:
            return
        if target.suffix.lower() != SESSION_SUFFIX:
            target = target.with_name(target.name + SESSION_SUFFIX)
        jobs, chosen = self._jobs, target
        self._target, self._writing_stamp = target, self._stamp()
        self._writing.start(lambda progress, _publish: jobs[SAVE_SCENE](scene, chosen, progress))
        self.changed.emit()

    def open(self, path: Path, folders: Sequence[Path] = ()) -> None:
        """Open a session; the scene on the screen stays until it is read."""
        self._asked, jobs, more = path, self._jobs, tuple(folders)
        self._reading.start(lambda progress, _publish: jobs[OPEN_SCENE](path, more, progress))
        self.changed.emit()

    def find_photos(self, folder: Path) -> None:
        """Look for the missing photos below a folder, by their bytes."""
        if self._path is not None and self._missing:
            self.open(self._path, [folder])

    def show(self, scene: OpenedScene, path: Path | None) -> None:
        """Bring a scene back: photos, result, and everything that was chosen."""
        record = scene.record
        self._is_showing = True
        try:
            self._path, self._missing = path, scene.missing
            sources = tuple(Path(source) for source in record.sources)
            can_run = not scene.missing and all(view.path for view in scene.views.views)
            self._session.show(scene.views, sources, can_run=can_run, title=record.title)
            if record.prediction is not None:
                self._reconstruction.show(record.prediction)
            self._remembered.restore(record.remembered)
        finally:
            self._is_showing = False
        self._unknown = record.unknown
        known = self._remembered.names
        self._unknown_parts = {k: v for k, v in record.remembered.items() if k not in known}
        self._saved_stamp = self._stamp() if path is not None else ()
        self._tell_about(scene)
        self._was_modified = self.is_modified
        self.changed.emit()

    def scene_to_save(self) -> SceneToSave | None:
        """The scene as it is now; None before the first one."""
        views = self._session.views
        if views is None:
            return None
        return SceneToSave(
            self._session.title,
            views,
            tuple(str(path) for path in self._session.paths),
            {**self._unknown_parts, **self._remembered.snapshot()},
            self._reconstruction.prediction,
            self._unknown,
        )

    def _stamp(self) -> Stamp:
        prediction = self._stamped = self._reconstruction.prediction  # kept: its id stays its own
        return (id(prediction) if prediction is not None else 0, self._remembered.undoable())

    def _tell_about(self, scene: OpenedScene) -> None:
        for note in scene.record.notes:
            self._notices.raise_toast(note)
        if scene.missing:
            count = len(scene.missing)
            self._notices.raise_toast(
                self.tr("{} photos are not where they were: File > Find moved photos").format(count)
            )

    @Slot()
    def _on_views_changed(self) -> None:
        if not self._is_showing:
            self._path, self._missing = None, ()
            self._unknown, self._unknown_parts = {}, {}
            self._saved_stamp = ()
            self._was_modified = False
            self.changed.emit()

    @Slot()
    def _tell_if_modified(self) -> None:
        if not self._is_showing and self.is_modified != self._was_modified:
            self._was_modified = not self._was_modified
            self.changed.emit()

    @Slot(object)
    def _on_opened(self, scene: OpenedScene) -> None:
        self.show(scene, self._asked)
        self.opened.emit(self._asked)

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        self._path, self._saved_stamp = path, self._writing_stamp
        self._was_modified = self.is_modified
        self._notices.raise_toast(self.tr("Saved {}").format(path.name), path.parent)
        self.changed.emit()
        self.opened.emit(path)
        self.saved.emit()

    @Slot(object)
    def _on_open_failed(self, error: Exception) -> None:
        self._fail(self.tr("Could not open the session"), error)

    @Slot(object)
    def _on_save_failed(self, error: Exception) -> None:
        self._fail(self.tr("Could not save the session"), error)
        self.save_failed.emit()

    def _fail(self, title: str, error: Exception) -> None:
        self.changed.emit()
        if not was_cancelled(error):
            code = error.exit_code if isinstance(error, MoE3DError) else 1
            self._notices.raise_error(title, error_text(error), code)
