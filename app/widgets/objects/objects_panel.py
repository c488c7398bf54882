"""Right dock, last tab: the objects, and what can be done with the one that is marked."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.theme import Theme
from moe3d_viewer.widgets.inspector.section_column import SectionColumn
from moe3d_viewer.widgets.objects.object_dialogs import ObjectDialogs
from moe3d_viewer.widgets.objects.object_fit import DistanceSection, FitSection
from moe3d_viewer.widgets.objects.object_list import ListSection
from moe3d_viewer.widgets.objects.object_look import LookOfObject


class ObjectsPanel(SectionColumn):
    """The list above, the marked object below."""

    def __init__(self, state: AppState, _theme: Theme, parent: QWidget | None = None) -> None:
        dialogs = ObjectDialogs(state)
        sections = (
            ListSection(state, dialogs),
            LookOfObject(state, dialogs),
            FitSection(state),
            DistanceSection(state),
        )
        title = QCoreApplication.translate("ObjectsPanel", "Objects")
        super().__init__("objects_panel", title, state.settings, sections, parent)
        dialogs.stand_over(self)
