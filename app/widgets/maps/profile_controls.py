"""The row over the profile: draw a line, save what was read."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.binding import bind_checked
from moe3d_viewer.widgets.controls.theme import Theme


class ProfileControls(QWidget):
    """Follows and asks the state; the panel answers."""

    def __init__(self, state: AppState, _theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._draw = self._button("profile_draw", self.tr("Draw line"), self.tr("Draw a line (P)"))
        self._draw.setCheckable(True)
        profile = state.profile
        bind_checked(self._draw, lambda: profile.is_armed, profile.arm, profile.armed_changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._draw)
        row.addStretch(1)
        self._saves: list[QToolButton] = []
        for kind, tip in (
            ("csv", self.tr("Save the numbers as a table")),
            ("pdf", self.tr("Save as a figure for print, one column wide")),
            ("svg", self.tr("Save as a drawing for print, one column wide")),
            ("png", self.tr("Save as a picture for print, 300 dots an inch")),
        ):
            button = self._button(f"profile_{kind}", kind.upper(), tip)
            button.setProperty("kind_of_file", kind)
            button.clicked.connect(self._on_save)
            self._saves.append(button)
            row.addWidget(button)
        state.profile.line_changed.connect(self._show)
        self._show()

    def _button(self, name: str, text: str, tooltip: str) -> QToolButton:
        made = QToolButton()
        made.setObjectName(name)
        made.setText(text)
        made.setToolTip(tooltip)
        made.setAccessibleName(tooltip)
        return made

    @Slot()
    def _on_save(self) -> None:
        self._state.profile.file_wanted.emit(str(self.sender().property("kind_of_file")))

    @Slot()
    def _show(self) -> None:
        for button in self._saves:
            button.setEnabled(self._state.profile.line is not None)
