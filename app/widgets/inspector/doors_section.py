"""The ways from plain words to research: comparison, experts, and everything at once."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPushButton, QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.parts import button
from moe3d_viewer.widgets.inspector.section import Section


class DoorsSection(Section):
    """Hidden where research is shown already."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__("doors_section", self.tr("LOOK DEEPER"), parent)
        self._state = state
        self._compare = self._door(
            "compare",
            self.tr("Compare with VGGT"),
            self.tr("The same photos by the network that this one is built on (Ctrl+3)"),
        )
        self._experts = self._door(
            "experts",
            self.tr("See who decides at each pixel"),
            self.tr("The maps of the network's experts, and which one is followed (Ctrl+2)"),
        )
        self._door(
            "everything",
            self.tr("Show every control"),
            self.tr("All panels and every option, for research (Ctrl+5)"),
        )
        state.display.result_changed.connect(self._show)
        state.work.plain_changed.connect(self._show)
        self._show()

    def _door(self, name: str, text: str, tooltip: str) -> QPushButton:
        made = button(text, f"door_{name}", tooltip, "link")
        made.setProperty("work", name)
        made.clicked.connect(self._on_door)
        self.rows.addWidget(made)
        return made

    @Slot()
    def _on_door(self) -> None:
        self._state.work.choose(str(self.sender().property("work")))

    @Slot()
    def _show(self) -> None:
        display = self._state.display
        self._compare.setEnabled(display.has_baseline)
        self._experts.setVisible(display.has_experts)
        self.setVisible(display.prediction is not None and self._state.work.is_plain)
