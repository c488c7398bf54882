"""The help for the control under the mouse, or with the focus, in full."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.parts import label
from moe3d_viewer.widgets.controls.theme import Theme
from moe3d_viewer.widgets.help.control_help import ControlHelp


class HelpPanel(QScrollArea):
    """Name, purpose, range, effect, how; F1 has the rest."""

    def __init__(self, _state: AppState, _theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("help_panel")
        self.setAccessibleName(self.tr("Help for the control under the mouse"))
        self.setWidgetResizable(True)
        self._name = label(role="value", name="help_name", wrap=True)
        self._purpose = label(name="help_purpose", wrap=True)
        self._rest = label(role="muted", name="help_rest", wrap=True)
        column = QWidget()
        rows = QVBoxLayout(column)
        rows.setContentsMargins(12, 6, 12, 8)
        rows.setSpacing(4)
        for part in (self._name, self._purpose, self._rest):
            rows.addWidget(part)
        rows.addStretch(1)
        self.setWidget(column)
        self.show_help(None)

    @Slot(object)
    def show_help(self, found: ControlHelp | None) -> None:
        """Explain a control; without one, how to come by an explanation."""
        hint = self.tr("Hover a control, or go to it with Tab. F1 opens the help page.")
        self._purpose.setText(found.purpose if found is not None else hint)
        lines = self._lines(found) if found is not None else []
        self._rest.setText("\n".join(lines))
        name = found.name if found is not None else ""
        self._name.setText(name)
        self._name.setVisible(bool(name))

    def _lines(self, found: ControlHelp) -> list[str]:
        titled = (
            (self.tr("Range: {}"), found.range),
            (self.tr("Effect: {}"), found.effect),
            (self.tr("How: {}"), found.how),
        )
        return [title.format(text) for title, text in titled if text]
