"""Right dock, second tab: how the 3D view looks, meshes, the section box, distances and level."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.theme import Theme
from moe3d_viewer.widgets.inspector.box_section import BoxSection
from moe3d_viewer.widgets.inspector.look_section import LookSection
from moe3d_viewer.widgets.inspector.measure_section import MeasureSection
from moe3d_viewer.widgets.inspector.mesh_section import MeshSection
from moe3d_viewer.widgets.inspector.section_column import SectionColumn


class ScenePanel(SectionColumn):
    """Options and tools of the 3D view that hide no point by themselves."""

    def __init__(self, state: AppState, _theme: Theme, parent: QWidget | None = None) -> None:
        sections = (
            LookSection(state.display, state.scene.look),
            MeshSection(state),
            BoxSection(state.display, state.scene.section),
            MeasureSection(state),
        )
        title = QCoreApplication.translate("ScenePanel", "3D view")
        super().__init__("scene_panel", title, state.settings, sections, parent)
