"""The map that is chosen, whether it is seen large, and how it is saved."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import MAP_FORMATS, Progress, SavedMap
from moe3d_viewer.state.file_writing import FileWriting
from moe3d_viewer.state.job import JobKind, Jobs
from moe3d_viewer.state.layers.map_zoom import MapZoom
from moe3d_viewer.state.layers.maps_on_screen import MapsOnScreen
from moe3d_viewer.state.notices import Notices

WRITE_MAP = JobKind[Callable[[SavedMap, str, Path, Progress], Path]]("write_map")
"""Save a map in a format; replaces a file, since the file dialog has asked."""


class MapViewState(QObject):
    """A map is chosen by a click or the arrow keys, and enlarged by a double click."""

    chosen_changed = Signal(str)
    large_changed = Signal(bool)
    """A map fills the middle of the window now, or no more."""
    beside_changed = Signal(bool)
    file_wanted = Signal(str)
    """Ask where the chosen map goes in this format."""

    def __init__(self, jobs: Jobs, on_screen: MapsOnScreen, notices: Notices) -> None:
        super().__init__()
        self._jobs = jobs
        self.on_screen = on_screen
        self.zoom = MapZoom(self)
        self._chosen, self._is_large, self._is_beside = "", False, False
        problem = self.tr("Could not save the map")
        self._writing = FileWriting(jobs, notices, problem, self)
        on_screen.display.presence_changed.connect(self._on_presence_changed)
        on_screen.display.depths_changed.connect(self.zoom.reset)
        on_screen.view.selected_view_changed.connect(self._on_photo_changed)

    @property
    def chosen(self) -> str:
        """The map that commands act on: the user's, else the depth that is shown in 3D."""
        keys = self.on_screen.keys
        for key in (self._chosen, self.on_screen.display.layer, "fused"):
            if key in keys:
                return key
        return ""

    @property
    def is_marked(self) -> bool:
        """Whether the user chose a map, so that it is marked in the strip."""
        return self._chosen == self.chosen != ""

    @property
    def is_large(self) -> bool:
        """Whether the chosen map fills the middle of the window."""
        return self._is_large

    @property
    def is_beside(self) -> bool:
        """Whether the 3D view stays beside a large map."""
        return self._is_beside

    def choose(self, key: str) -> None:
        """Act on this map from now on."""
        if key in self.on_screen.keys and key != self._chosen:
            self._chosen = key
            self.chosen_changed.emit(key)

    def step(self, step: int) -> None:
        """Go to a neighbour of the chosen map; stops at both ends."""
        on_screen = self.on_screen
        keys = on_screen.offered_keys if self._is_large else on_screen.shown_keys
        if not keys:
            return
        place = keys.index(self.chosen) + step if self.chosen in keys else 0
        self.choose(keys[min(max(place, 0), len(keys) - 1)])

    def enlarge(self, key: str = "") -> None:
        """Show a map in the middle of the window; empty: the chosen one."""
        if self.chosen:
            self.choose(key or self.chosen)
            self._show_large(True)

    @Slot()
    def leave(self) -> None:
        """Back to the 3D view."""
        self._show_large(False)

    def put_beside(self, beside: bool) -> None:
        """Keep the 3D view beside a large map, or give the map all the room."""
        if beside != self._is_beside:
            self._is_beside = beside
            self.beside_changed.emit(beside)

    @property
    def saved(self) -> SavedMap | None:
        """What would be saved now; None without a result."""
        source, style = self.on_screen.source, self.on_screen.style
        if source is None or style is None or not self.chosen:
            return None
        return SavedMap(source, self.chosen, style)

    def can_save(self, format_name: str) -> bool:
        """Whether the chosen map can be saved so."""
        return bool(self.chosen) and MAP_FORMATS[format_name].takes(self.chosen)

    def ask_for_file(self, format_name: str) -> None:
        """Let the window ask where the chosen map goes."""
        if self.can_save(format_name):
            self.file_wanted.emit(format_name)

    @property
    def file_stem(self) -> str:
        """What a file of the chosen map is called, without ending."""
        source = self.on_screen.source
        if source is None:
            return self.chosen
        photo = Path(source.prediction.names[source.view_index]).stem
        return f"{photo}_{self.chosen.replace(':', '_')}"

    def save(self, format_name: str, path: Path) -> None:
        """Write the chosen map."""
        jobs, saved = self._jobs, self.saved
        if saved is None:
            return
        self._writing.start(
            lambda progress, _publish: jobs[WRITE_MAP](saved, format_name, path, progress)
        )

    def _show_large(self, large: bool) -> None:
        if large != self._is_large:
            self._is_large = large
            self.large_changed.emit(large)

    @Slot(bool)
    def _on_presence_changed(self, there: bool) -> None:
        if not there:
            self._chosen = ""
            self.leave()

    @Slot(int)
    def _on_photo_changed(self, _index: int) -> None:
        self.zoom.reset()
