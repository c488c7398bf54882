"""Right dock, second tab: how the 3D view looks, the section box, distances and level."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.state.app_state import AppState
from app.widgets.box_section import BoxSection
from app.widgets.look_section import LookSection
from app.widgets.measure_section import MeasureSection
from app.widgets.theme import Theme

SMALLEST_PX = 262


class ScenePanel(QScrollArea):
    """A column of sections; scrolls when the window is low."""

    def __init__(self, state: AppState, _theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scene_panel")
        self.setAccessibleName(self.tr("3D view"))
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QWidget()
        rows = QVBoxLayout(column)
        rows.setContentsMargins(14, 0, 14, 14)
        rows.setSpacing(0)
        for section in (
            LookSection(state.display, state.scene.look),
            BoxSection(state.display, state.scene.section),
            MeasureSection(state),
        ):
            rows.addWidget(section)
        rows.addStretch(1)
        self.setWidget(column)
        self.setMinimumWidth(SMALLEST_PX)
