"""Faces of the section box that are dragged in a 3D view, on their way to the state."""

from PySide6.QtCore import QObject, Slot

from app.state.app_state import AppState
from app.widgets.split_cloud_view import SplitCloudView


class SectionTool(QObject):
    """One drag is one step of undo, however long it takes."""

    def __init__(self, state: AppState, split: SplitCloudView) -> None:
        super().__init__(split)
        self._section, self._extent = state.scene.section, state.scene.extent
        self._history = state.history
        self._start = 0.0
        for view in split.views:
            view.section_handles.grabbed.connect(self._on_grabbed)
            view.section_handles.dragged.connect(self._on_dragged)
            view.section_handles.released.connect(self._history.let_go)

    @Slot(int, bool)
    def _on_grabbed(self, axis: int, is_high: bool) -> None:
        self._start = self._section.sides[axis][is_high]
        self._history.hold()

    @Slot(int, bool, float)
    def _on_dragged(self, axis: int, is_high: bool, outwards: float) -> None:
        shift = outwards / (2 * self._extent.box.half_sizes[axis])
        self._section.move_side(axis, is_high, self._start + (shift if is_high else -shift))
