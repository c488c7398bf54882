"""Right dock: the live options, the experts, and what is known of the result."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.theme import Theme
from moe3d_viewer.widgets.inspector.confidence_section import ConfidenceSection
from moe3d_viewer.widgets.inspector.depth_section import DepthSection
from moe3d_viewer.widgets.inspector.doors_section import DoorsSection
from moe3d_viewer.widgets.inspector.experts_section import ExpertsSection
from moe3d_viewer.widgets.inspector.filters_section import FiltersSection
from moe3d_viewer.widgets.inspector.info_section import InfoSection
from moe3d_viewer.widgets.inspector.next_run_section import NextRunSection
from moe3d_viewer.widgets.inspector.points_section import PointsSection
from moe3d_viewer.widgets.inspector.remix_section import RemixSection
from moe3d_viewer.widgets.inspector.section_column import SectionColumn


class Inspector(SectionColumn):
    """What acts at once is above, what needs a new run below."""

    def __init__(self, state: AppState, theme: Theme, parent: QWidget | None = None) -> None:
        sections = (
            ConfidenceSection(state.display, state.view, state.work),
            FiltersSection(state),
            PointsSection(state.display, state.view, state.work),
            DepthSection(state),
            ExpertsSection(state, theme),
            RemixSection(state),
            InfoSection(state),
            NextRunSection(state),
            DoorsSection(state),
        )
        title = QCoreApplication.translate("Inspector", "Inspector")
        super().__init__("inspector", title, state.settings, sections, parent)
