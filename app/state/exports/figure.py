"""A figure for a paper: what it shows, its preview, and its file."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import (
    FigureOptions,
    GridContent,
    ProfileContent,
    Progress,
    figure_maps,
    sample_profile,
)
from moe3d_viewer.state.file_writing import FileWriting
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, Work, error_text, was_cancelled
from moe3d_viewer.state.layers.maps_on_screen import MapsOnScreen
from moe3d_viewer.state.layers.profile import ProfileState
from moe3d_viewer.state.newest_wish import NewestWish
from moe3d_viewer.state.notices import Notices

FigureContent = GridContent | ProfileContent
PREVIEW_FIGURE = JobKind[Callable[[FigureContent, FigureOptions, Progress], bytes]](
    "preview_figure"
)
"""A figure as a small PNG."""
WRITE_FIGURE = JobKind[Callable[[FigureContent, FigureOptions, Path, Progress], Path]](
    "write_figure"
)
"""Write a figure; replaces a file, since the file dialog has asked."""
USUAL_PHOTOS = 4


class Shows(StrEnum):
    """What a figure shows."""

    MAPS = "maps"
    PROFILE = "profile"


class FigureState(QObject):
    """Follows the result until the user chooses; colours and ranges are those of the maps."""

    changed = Signal()
    """Other photos, maps or sizes are chosen."""
    preview_ready = Signal(bytes)
    """PNG."""
    preview_failed = Signal(str)

    def __init__(
        self, jobs: Jobs, maps: MapsOnScreen, profile: ProfileState, notices: Notices
    ) -> None:
        super().__init__()
        self._jobs, self._maps, self._profile = jobs, maps, profile
        self._photos: tuple[int, ...] | None = None
        self._keys: tuple[str, ...] | None = None
        self._shows, self._options = Shows.MAPS, FigureOptions()
        self._drawing = NewestWish(LatestJob(jobs, self), self._next_preview)
        self._drawing.succeeded.connect(self.preview_ready)
        self._drawing.failed.connect(self._on_preview_failed)
        problem = self.tr("Could not save the figure")
        self._writing = FileWriting(jobs, notices, problem, self)
        maps.display.result_changed.connect(self._on_result_changed)

    @property
    def photo_names(self) -> tuple[str, ...]:
        """Photos that can be chosen."""
        prediction = self._maps.display.prediction
        return prediction.names if prediction is not None else ()

    @property
    def map_keys(self) -> tuple[str, ...]:
        """Maps that can be chosen."""
        return tuple(key for key in self._maps.keys if key != "sides")

    @property
    def photos(self) -> tuple[int, ...]:
        """Photos that are chosen; at first the first ones."""
        if self._photos is not None:
            return self._photos
        return tuple(range(min(len(self.photo_names), USUAL_PHOTOS)))

    @property
    def keys(self) -> tuple[str, ...]:
        """Maps that are chosen, in their usual order."""
        prediction = self._maps.display.prediction
        if self._keys is None and prediction is not None:
            return figure_maps(prediction, self._maps.truth.depth is not None)
        return tuple(key for key in self.map_keys if key in (self._keys or ()))

    @property
    def shows(self) -> Shows:
        """A grid of maps, or the profile; without a line the maps."""
        return self._shows if self.has_line else Shows.MAPS

    @property
    def has_line(self) -> bool:
        """Whether a line is drawn whose profile can be shown."""
        return self._profile.line is not None

    @property
    def options(self) -> FigureOptions:
        """Width and layout."""
        return self._options

    def choose_photo(self, index: int, chosen: bool) -> None:
        """Take a photo into the figure, or leave it out."""
        others = set(self.photos) - {index}
        self._photos = tuple(sorted(others | {index} if chosen else others))
        self.changed.emit()

    def choose_map(self, key: str, chosen: bool) -> None:
        """Take a map into the figure, or leave it out."""
        others = set(self.keys) - {key}
        self._keys = tuple(others | {key} if chosen else others)
        self.changed.emit()

    def show(self, shows: Shows) -> None:
        """Show maps or the profile."""
        if shows != self._shows:
            self._shows = shows
            self.changed.emit()

    def set_options(self, options: FigureOptions) -> None:
        """Take another width or layout."""
        if options != self._options:
            self._options = options
            self.changed.emit()

    @property
    def content(self) -> FigureContent | None:
        """What would be drawn now; None while nothing is chosen."""
        return self.profile_content if self.shows is Shows.PROFILE else self._grid()

    @property
    def profile_content(self) -> ProfileContent | None:
        """Every depth along the line; None without one."""
        line, prediction = self._profile.line, self._maps.display.prediction
        if line is None or prediction is None:
            return None
        what_if = self._maps.remix.shown
        truth = self._maps.truth.depth
        profile = sample_profile(prediction, line, what_if.remix, what_if.depth, truth)
        units, palette = prediction.metadata.units, self._maps.view.palette
        return ProfileContent(profile, units, palette, self.profile_notes)

    @property
    def profile_notes(self) -> tuple[str, ...]:
        """What must be known of the curves, one sentence each."""
        prediction = self._maps.display.prediction
        notes = []
        if self._maps.remix.shown.is_active:
            notes.append(self.tr("What-if: fused and weights are not the model's"))
        has_experts = prediction is not None and prediction.num_experts > 1
        if prediction is not None and has_experts and not prediction.metadata.experts_trained:
            notes.append(self.tr("Experts untrained: their curves are noise"))
        return tuple(notes)

    def _grid(self) -> GridContent | None:
        style = self._maps.style
        sources = tuple(filter(None, map(self._maps.source_of, self.photos)))
        if style is None or not sources or not self.keys:
            return None
        return GridContent(sources, self.keys, style)

    def preview(self) -> None:
        """Draw what is chosen; `preview_ready` brings it."""
        self._drawing.ask()

    def save(self, path: Path) -> None:
        """Write what is chosen; the ending says the kind."""
        if self.content is not None:
            self._write(self.content, self._options, path)

    def save_profile(self, path: Path) -> None:
        """Write the profile alone, one column wide."""
        content = self.profile_content
        if content is not None:
            self._write(content, FigureOptions("column"), path)

    def _write(self, content: FigureContent, options: FigureOptions, path: Path) -> None:
        jobs = self._jobs
        self._writing.start(
            lambda progress, _publish: jobs[WRITE_FIGURE](content, options, path, progress)
        )

    def _next_preview(self) -> Work | None:
        content, options, jobs = self.content, self._options, self._jobs
        if content is None:
            return None
        return lambda progress, _publish: jobs[PREVIEW_FIGURE](content, options, progress)

    @Slot()
    def _on_result_changed(self) -> None:
        self._photos = self._keys = None
        self.changed.emit()

    @Slot(object)
    def _on_preview_failed(self, error: Exception) -> None:
        if not was_cancelled(error):
            self.preview_failed.emit(error_text(error))
