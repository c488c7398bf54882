"""Meshes in the form that the 3D view uploads: packed in a thread, kept while they are listed."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import Mesh, Progress
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, Work, error_text, was_cancelled
from moe3d_viewer.state.newest_wish import NewestWish
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.objects.scene_objects import SceneObjects

PACK_MESH = JobKind[Callable[[Mesh, Progress], Any]]("pack_mesh")
"""Normals, coarser levels and smaller textures: a `MeshBuffer`."""


class MeshPacks(QObject):
    """Follows the objects; packs those that are shown, each once."""

    changed = Signal()
    """Another mesh is packed, or one is gone."""

    def __init__(self, jobs: Jobs, objects: SceneObjects, notices: Notices) -> None:
        super().__init__()
        self._jobs, self._objects, self._notices = jobs, objects, notices
        self._packed: dict[int, tuple[Mesh, object]] = {}
        self._failed: list[Mesh] = []
        self._asked: tuple[int, Mesh] | None = None
        self._packing = NewestWish(LatestJob(jobs, self), self._next)
        self._packing.succeeded.connect(self._on_packed)
        self._packing.failed.connect(self._on_failed)
        for signal in (objects.object_added, objects.object_removed, objects.object_changed):
            signal.connect(self._follow)

    @property
    def is_waiting(self) -> bool:
        """Whether a mesh that is shown is being packed."""
        return self._packing.is_running

    def of(self, object_id: int) -> object | None:
        """The packed mesh of an object; None while there is none."""
        item, found = self._objects.find(object_id), self._packed.get(object_id)
        if item is None or found is None or found[0] is not item.data:
            return None
        return found[1]

    @Slot(int)
    def _follow(self, _object_id: int) -> None:
        gone = [key for key in self._packed if self._objects.find(key) is None]
        for key in gone:
            del self._packed[key]
        if gone:
            self.changed.emit()
        self._packing.ask()

    def _next(self) -> Work | None:
        for item in self._objects.shown:
            mesh = item.data
            if isinstance(mesh, Mesh) and self.of(item.id) is None:
                if any(mesh is failed for failed in self._failed):
                    continue
                self._asked = item.id, mesh
                jobs = self._jobs
                return lambda progress, _publish, mesh=mesh: jobs[PACK_MESH](mesh, progress)
        return None

    @Slot(object)
    def _on_packed(self, packed: object) -> None:
        if self._asked is not None:
            object_id, mesh = self._asked
            self._packed[object_id] = mesh, packed
            self.changed.emit()
        self._packing.ask()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if self._asked is not None and not was_cancelled(error):
            self._failed = [self._asked[1]]
            self._notices.raise_error(self.tr("Could not show a mesh"), error_text(error))
        self._packing.ask()
