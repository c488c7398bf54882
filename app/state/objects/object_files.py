"""Files that become objects, one after the other, in a worker; and objects that become files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import OBJECT_ENDINGS, LoadedObject, Progress, ProgressReport
from moe3d_viewer.state.file_writing import FileWriting
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, error_text, was_cancelled
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.objects.scene_object import Matrix, SceneObject, Vector
from moe3d_viewer.state.objects.scene_objects import SceneObjects

NOWHERE: Vector = (0.0, 0.0, 0.0)
RESULT_ENDING = ".npz"
NOT_READ = "Could not add {}"


@dataclass(frozen=True, eq=False)
class ReadObject:
    """What a worker brings."""

    loaded: LoadedObject
    prepared: object | None
    """For the 3D view; see `SceneObject.prepared`."""


@dataclass(frozen=True)
class _Wish:
    path: Path
    object_id: int = 0
    """Of an object that lacks its data; 0 for a new one."""


READ_OBJECT = JobKind[Callable[[Path, Vector | None, Progress], ReadObject]]("read_object")
"""Read a file, with the origin that another object's coordinates were shown without."""
WRITE_OBJECT = JobKind[Callable[[SceneObject, Matrix | None, Path, Progress], Path]]("write_object")
"""Write an object as PLY: into a frame, or (None) with its file's own coordinates."""


def only_objects(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Clouds and meshes among what was dropped; a lone .npz is a saved result first."""
    endings = [path.suffix.lower() for path in paths]
    return tuple(
        path
        for path, ending in zip(paths, endings, strict=True)
        if ending in OBJECT_ENDINGS and not (len(paths) == 1 and ending == RESULT_ENDING)
    )


class ObjectFilesState(QObject):
    """A queue of files; a broken one is told of and does not stop the others."""

    loading_changed = Signal()
    """Another file is read, another share of it, or none."""

    def __init__(
        self, jobs: Jobs, objects: SceneObjects, notices: Notices, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._jobs, self._objects, self._notices = jobs, objects, notices
        self._waiting: list[_Wish] = []
        self._wish: _Wish | None = None
        self._stage = ""
        self._share = 0.0
        self._reading = LatestJob(jobs, self)
        self._reading.progressed.connect(self._on_progressed)
        self._reading.succeeded.connect(self._on_read)
        self._reading.failed.connect(self._on_failed)
        problem = self.tr("Could not save the object")
        self._writing = FileWriting(jobs, notices, problem, self)
        objects.data_wanted.connect(self._on_data_wanted)
        objects.object_removed.connect(self._on_removed)

    @property
    def is_loading(self) -> bool:
        """Whether a file is being read."""
        return self._wish is not None

    @property
    def loading_text(self) -> str:
        """Which file is being read, and how many wait; empty for none."""
        if self._wish is None:
            return ""
        text = self.tr("Reading {}").format(self._wish.path.name)
        more = len(self._waiting)
        return text if not more else self.tr("{}, {} more").format(text, more)

    @property
    def share(self) -> float:
        """How much of the file is read, 0 to 1."""
        return self._share

    def open(self, paths: Sequence[Path]) -> None:
        """Add these files as objects."""
        self._waiting += [_Wish(path) for path in paths]
        self._next()

    def retry(self, object_id: int) -> None:
        """Look for the file of an object once more."""
        item = self._objects.find(object_id)
        if item is not None and item.data is None and item.path:
            self._objects.set_problem(object_id, "")
            self._on_data_wanted(object_id)

    def cancel(self) -> None:
        """Stop reading; files that wait are not read either."""
        waiting, self._waiting = self._waiting, []
        for wish in (*waiting, *([self._wish] if self._wish else [])):
            if wish.object_id:
                self._objects.set_problem(wish.object_id, self.tr("not read"))
        self._reading.abandon()
        self._wish = None
        self.loading_changed.emit()

    def forget(self) -> None:
        """Another scene: what is still read is of the old one."""
        self._waiting, self._wish = [], None
        self._reading.abandon()
        self.loading_changed.emit()

    def save(self, object_id: int, path: Path) -> None:
        """Write an object as PLY: where it is now if it was moved, else as its file has it."""
        item = self._objects.find(object_id)
        if item is None or item.data is None:
            return
        if path.suffix.lower() != ".ply":
            path = path.with_name(f"{path.name}.ply")
        jobs, chosen = self._jobs, path
        frame = item.world_from_object if item.is_placed or not item.path else None
        self._writing.start(
            lambda progress, _publish: jobs[WRITE_OBJECT](item, frame, chosen, progress)
        )

    def _next(self) -> None:
        if self._wish is None and self._waiting:
            wish = self._wish = self._waiting.pop(0)
            jobs, near = self._jobs, self._near(wish)
            self._share = 0.0
            self._reading.start(
                lambda progress, _publish: jobs[READ_OBJECT](wish.path, near, progress)
            )
        self.loading_changed.emit()

    def _near(self, wish: _Wish) -> Vector | None:
        """The origin in use; an object that comes back has its own."""
        item = self._objects.find(wish.object_id)
        if item is not None:
            return item.origin
        used = [item.origin for item in self._objects.objects if item.origin != NOWHERE]
        return used[0] if used else None

    @Slot(object)
    def _on_progressed(self, report: ProgressReport) -> None:
        self._share = report.fraction or 0.0
        self.loading_changed.emit()

    @Slot(object)
    def _on_read(self, found: ReadObject) -> None:
        wish, self._wish = self._wish, None
        loaded = found.loaded
        if wish is not None and wish.object_id:
            self._objects.set_data(wish.object_id, loaded.data, found.prepared)
        elif wish is not None:
            added = self._objects.add(
                loaded.name,
                loaded.data,
                path=str(wish.path.absolute()),
                origin=loaded.origin,
                world_from_object=loaded.start,
                prepared=found.prepared,
            )
            self._objects.select(added)
            for note in loaded.notes:
                self._notices.raise_toast(f"{loaded.name}: {note}")
        self._next()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        wish, self._wish = self._wish, None
        if wish is not None and not was_cancelled(error):
            if wish.object_id:
                self._objects.set_problem(wish.object_id, error_text(error))
            title = self.tr(NOT_READ).format(wish.path.name)
            self._notices.raise_error(title, error_text(error))
        self._next()

    @Slot(int)
    def _on_data_wanted(self, object_id: int) -> None:
        item = self._objects.find(object_id)
        if item is not None and item.path:
            self._waiting.append(_Wish(Path(item.path), object_id))
            self._next()

    @Slot(int)
    def _on_removed(self, object_id: int) -> None:
        self._waiting = [wish for wish in self._waiting if wish.object_id != object_id]
        if self._wish is not None and self._wish.object_id == object_id:
            self._reading.abandon()
            self._wish = None
            self._next()
