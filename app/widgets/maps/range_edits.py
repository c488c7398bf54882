"""Two fields for the ends of the depth colours; they stand at the ends of the colour bar."""

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.help.control_help import RANGE

WIDTH_PX, HEIGHT_PX = 58, 20
OWN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class EndEdit(QLineEdit):
    """Esc brings back what is in use."""

    def __init__(self, name: str, title: str, tooltip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setToolTip(tooltip)
        self.setProperty("compact", "true")
        self.setProperty(RANGE, self.tr("any two numbers, near below far"))
        self.setFixedSize(WIDTH_PX, HEIGHT_PX)
        self._value = 0.0

    @property
    def typed(self) -> str:
        """What the user typed, or the number in use, whole."""
        return self.text() if self.isModified() else repr(self._value)

    def show_value(self, value: float) -> None:
        """Show what is in use."""
        self._value = value
        self.restore()

    @Slot()
    def restore(self) -> None:
        """Forget what was typed."""
        self.setText(f"{self._value:.4g}")
        self.mark(False)

    def mark(self, is_bad: bool) -> None:
        """Show whether the text can be used."""
        self.setProperty("bad", "true" if is_bad else "false")
        self.style().polish(self)

    def event(self, event: QEvent) -> bool:
        """Enter and Esc are this field's while it has the focus, not the views'."""
        is_key = isinstance(event, QKeyEvent) and event.key() in OWN_KEYS
        if is_key and event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc gives up."""
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.restore()
        else:
            super().keyPressEvent(event)


class RangeEdits(QObject):
    """Both fields are read together, so that near may be typed before far."""

    def __init__(self, state: AppState, parent: QWidget, prefix: str = "") -> None:
        super().__init__(parent)
        self._state = state
        hint = self.tr("Enter uses it, Esc gives up; in the units of the status bar")
        near = self.tr("Depth of the first colour")
        far = self.tr("Depth of the last colour; larger than the near end")
        self.near = EndEdit(f"{prefix}depth_near", self.tr("Near end"), f"{near}. {hint}", parent)
        self.far = EndEdit(f"{prefix}depth_far", self.tr("Far end"), f"{far}. {hint}", parent)
        for edit in (self.near, self.far):
            edit.editingFinished.connect(self._on_finished)
        state.view.maps_changed.connect(self._show)
        state.view.selected_view_changed.connect(self._show_of_photo)
        state.display.depths_changed.connect(self._show)
        self._show()

    @property
    def is_typing(self) -> bool:
        """Whether the user has begun to type, and has not ended."""
        return any(edit.hasFocus() and edit.isModified() for edit in (self.near, self.far))

    @Slot()
    def _on_finished(self) -> None:
        edits = (self.near, self.far)
        if not any(edit.isModified() for edit in edits):
            return
        is_used = self._state.depth_range.take_texts(self.near.typed, self.far.typed)
        for edit in edits:
            edit.mark(not is_used and edit.isModified())
        if is_used:
            self._show()
        elif not (self.near.hasFocus() or self.far.hasFocus()):
            for edit in edits:
                edit.restore()

    @Slot(int)
    def _show_of_photo(self, _view_index: int) -> None:
        self._show()

    @Slot()
    def _show(self) -> None:
        ends = self._state.depth_range.ends
        if ends is not None:
            for edit, value in zip((self.near, self.far), ends, strict=True):
                edit.show_value(value)
