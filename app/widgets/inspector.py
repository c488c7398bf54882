"""Right dock: the live options, the experts, and what is known of the result."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.state.app_state import AppState
from app.widgets.confidence_section import ConfidenceSection
from app.widgets.experts_section import ExpertsSection
from app.widgets.filters_section import FiltersSection
from app.widgets.info_section import InfoSection
from app.widgets.next_run_section import NextRunSection
from app.widgets.points_section import PointsSection
from app.widgets.remix_section import RemixSection
from app.widgets.theme import Theme

SMALLEST_PX = 262


class Inspector(QScrollArea):
    """A column of sections; scrolls when the window is low."""

    def __init__(self, state: AppState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setAccessibleName(self.tr("Inspector"))
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QWidget()
        rows = QVBoxLayout(column)
        rows.setContentsMargins(14, 0, 14, 14)
        rows.setSpacing(0)
        sections = (
            ConfidenceSection(state.display, state.view),
            FiltersSection(state),
            PointsSection(state.display, state.view),
            ExpertsSection(state, theme),
            RemixSection(state),
            InfoSection(state.display),
            NextRunSection(state),
        )
        for section in sections:
            rows.addWidget(section)
        rows.addStretch(1)
        self.setWidget(column)
        self.setMinimumWidth(SMALLEST_PX)
