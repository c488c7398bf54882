"""Right dock: the live options, the experts, and what is known of the result."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from app.state.app_state import AppState
from app.widgets.confidence_section import ConfidenceSection
from app.widgets.depth_section import DepthSection
from app.widgets.experts_section import ExpertsSection
from app.widgets.filters_section import FiltersSection
from app.widgets.info_section import InfoSection
from app.widgets.next_run_section import NextRunSection
from app.widgets.points_section import PointsSection
from app.widgets.remix_section import RemixSection
from app.widgets.section_column import SectionColumn
from app.widgets.theme import Theme


class Inspector(SectionColumn):
    """What acts at once is above, what needs a new run below."""

    def __init__(self, state: AppState, theme: Theme, parent: QWidget | None = None) -> None:
        sections = (
            ConfidenceSection(state.display, state.view),
            FiltersSection(state),
            PointsSection(state.display, state.view),
            DepthSection(state),
            ExpertsSection(state, theme),
            RemixSection(state),
            InfoSection(state.display, state.view),
            NextRunSection(state),
        )
        title = QCoreApplication.translate("Inspector", "Inspector")
        super().__init__("inspector", title, state.settings, sections, parent)
