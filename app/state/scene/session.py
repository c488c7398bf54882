"""The open scene: its photos, their thumbnails, and the files that were refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import MoE3DError, PhotoCheck, Progress, RefusedFile, ScenePrediction, View, ViewSet
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, Publish, error_text, was_cancelled
from moe3d_viewer.state.notices import Notices

OPEN_FAILED = "Could not open the photos"


@dataclass(frozen=True)
class Thumbnail:
    """A small upright picture of one view."""

    index: int
    pixels: object
    """uint8 (h, w, 3), RGB."""
    check: PhotoCheck | None = None
    """Sharpness and fingerprint."""


READ_SCENE = JobKind[Callable[[Sequence[Path], Progress, float], ViewSet]]("read_scene")
"""Find and check the photos, and take so many frames of every second of the videos."""
MAKE_THUMBNAILS = JobKind[Callable[[ViewSet, Progress, Publish], None]]("make_thumbnails")
"""Publish one `Thumbnail` a view."""


class SessionState(QObject):
    """Knows what is open. A load that fails leaves the old scene as it was."""

    loading_changed = Signal(bool)
    """Photos begin to be read; or, after `views_changed`, have been; or could not be."""
    replacing = Signal()
    """The scene is about to go, with all that was made of it; it is still there."""
    views_changed = Signal()
    """Another scene is open; thumbnails follow."""
    thumbnail_ready = Signal(int)
    checks_changed = Signal()
    """Every photo has been checked for blur and likeness."""

    def __init__(self, jobs: Jobs, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._notices = jobs, notices
        self._views: ViewSet | None = None
        self._paths: tuple[Path, ...] = ()
        self._asked: tuple[Path, ...] = ()
        self._thumbnails: dict[int, object] = {}
        self._checks: dict[int, PhotoCheck] = {}
        self._can_run = False
        self._title = ""
        self._frames_per_second = 1.0
        self._reading = LatestJob(jobs, self)
        self._reading.succeeded.connect(self._on_read)
        self._reading.failed.connect(self._on_read_failed)
        self._drawing = LatestJob(jobs, self)
        self._drawing.published.connect(self._on_thumbnail)
        self._drawing.failed.connect(self._on_thumbnails_failed)

    @property
    def views(self) -> ViewSet | None:
        """The photos; None before the first scene."""
        return self._views

    @property
    def paths(self) -> tuple[Path, ...]:
        """What the user opened: folders or files."""
        return self._paths

    @property
    def num_views(self) -> int:
        """How many photos are open."""
        return len(self._views) if self._views is not None else 0

    @property
    def title(self) -> str:
        """Name of the scene, for the window's title; empty before the first scene."""
        named = self.place
        if self._title or named is None:
            return self._title
        is_images_folder = named.name == "images" and named.parent.name
        return named.parent.name if is_images_folder else named.name

    @property
    def place(self) -> Path | None:
        """The folder or file that stands for all that was opened; None before the first scene."""
        if not self._paths:
            return None
        first, *others = self._paths
        is_folder_with_more = not first.suffix and any(p.parent != first.parent for p in others)
        return first if not others or is_folder_with_more else first.parent

    @property
    def refused(self) -> tuple[RefusedFile, ...]:
        """Files of this scene that are not used, with the reason for each."""
        return self._views.refused if self._views is not None else ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found beside the photos: masks that are used, files that are not."""
        return self._views.notes if self._views is not None else ()

    @property
    def is_loading(self) -> bool:
        """Whether photos are being looked for."""
        return self._reading.is_running

    @property
    def is_drawing(self) -> bool:
        """Whether thumbnails are being made."""
        return self._drawing.is_running

    @property
    def can_run(self) -> bool:
        """Whether there are photo files to reconstruct from."""
        return self._can_run and self.num_views > 0

    @property
    def frames_per_second(self) -> float:
        """Frames that the next opening takes of every second of a video."""
        return self._frames_per_second

    def set_frames_per_second(self, rate: float) -> None:
        """Choose how many frames the next opening takes."""
        self._frames_per_second = rate

    def thumbnail(self, index: int) -> object | None:
        """uint8 (h, w, 3) of one view, or None while it is not there yet."""
        return self._thumbnails.get(index)

    @property
    def checks(self) -> list[PhotoCheck]:
        """Sharpness and fingerprint of every photo, in order; fewer while they are being made."""
        return [self._checks[index] for index in sorted(self._checks)]

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open a folder, or files; replaces the scene once the photos are found."""
        if not paths:
            return
        asked = self._asked = tuple(paths)
        jobs, rate = self._jobs, self._frames_per_second
        self._reading.start(lambda progress, _publish: jobs[READ_SCENE](asked, progress, rate))
        self.loading_changed.emit(True)

    def show_prediction(self, prediction: ScenePrediction, path: Path) -> None:
        """Show the photos that a saved prediction carries with it."""
        views = tuple(
            View(name, image.shape[1], image.shape[0], pixels=image)
            for name, image in zip(prediction.names, prediction.images, strict=True)
        )
        self.show(ViewSet(views), (path,), can_run=False)

    def show(
        self, views: ViewSet, paths: tuple[Path, ...], *, can_run: bool, title: str = ""
    ) -> None:
        """Show photos that come with a saved scene; without a title the paths name it."""
        self._reading.abandon()
        self._replace(views, paths, can_run=can_run, title=title)

    def stop(self) -> None:
        """Drop all work that is under way."""
        self._reading.abandon()
        self._drawing.abandon()

    @Slot(object)
    def _on_read(self, views: ViewSet) -> None:
        self._replace(views, self._asked, can_run=True)

    @Slot(object)
    def _on_read_failed(self, error: Exception) -> None:
        self.loading_changed.emit(False)
        if not was_cancelled(error):
            code = error.exit_code if isinstance(error, MoE3DError) else 1
            self._notices.raise_error(self.tr(OPEN_FAILED), error_text(error), code)

    def _replace(
        self, views: ViewSet, paths: tuple[Path, ...], *, can_run: bool, title: str = ""
    ) -> None:
        self.replacing.emit()
        self._title = title
        self._views, self._paths, self._can_run = views, paths, can_run
        self._thumbnails, self._checks = {}, {}
        self.views_changed.emit()
        self.loading_changed.emit(False)
        jobs = self._jobs
        self._drawing.start(
            lambda progress, publish: jobs[MAKE_THUMBNAILS](views, progress, publish)
        )

    @Slot(object)
    def _on_thumbnail(self, thumbnail: Thumbnail) -> None:
        self._thumbnails[thumbnail.index] = thumbnail.pixels
        self.thumbnail_ready.emit(thumbnail.index)
        if thumbnail.check is not None:
            self._checks[thumbnail.index] = thumbnail.check
            if len(self._checks) == self.num_views:
                self.checks_changed.emit()

    @Slot(object)
    def _on_thumbnails_failed(self, error: Exception) -> None:
        if not was_cancelled(error):
            self._notices.raise_error(self.tr("Could not draw the thumbnails"), error_text(error))
