"""Right dock, second tab: how the 3D view looks, the section box, distances and level."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from app.state.app_state import AppState
from app.widgets.box_section import BoxSection
from app.widgets.look_section import LookSection
from app.widgets.measure_section import MeasureSection
from app.widgets.section_column import SectionColumn
from app.widgets.theme import Theme


class ScenePanel(SectionColumn):
    """Options and tools of the 3D view that hide no point by themselves."""

    def __init__(self, state: AppState, _theme: Theme, parent: QWidget | None = None) -> None:
        sections = (
            LookSection(state.display, state.scene.look),
            BoxSection(state.display, state.scene.section),
            MeasureSection(state),
        )
        title = QCoreApplication.translate("ScenePanel", "3D view")
        super().__init__("scene_panel", title, state.settings, sections, parent)
