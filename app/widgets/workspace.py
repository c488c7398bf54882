"""The middle of the window: banner, and under it the run card or the 3D view."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.state.app_state import AppState
from app.widgets.banner import Banner
from app.widgets.control_help import HOW
from app.widgets.filter_chips import FilterChips
from app.widgets.run_card import RunCard
from app.widgets.scene_view import SceneView, SceneViewFactory
from app.widgets.theme import Theme
from app.widgets.what_if_banner import WhatIfBanner


class Workspace(QWidget):
    """Makes the 3D view when the first result comes, so that the window starts quickly."""

    def __init__(
        self,
        state: AppState,
        theme: Theme,
        make_scene_view: SceneViewFactory,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("workspace")
        self._state, self._make_scene_view = state, make_scene_view
        self._scene_view: SceneView | None = None
        self._stage = QWidget()
        self._stage.setObjectName("stage_page")
        self._stage.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        middle = QVBoxLayout(self._stage)
        middle.addStretch(1)
        middle.addWidget(RunCard(state, theme), 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._stage)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(Banner(state.display, theme))
        rows.addWidget(FilterChips(state, theme))
        rows.addWidget(self._pages, 1)
        WhatIfBanner(state, self)
        state.display.changed.connect(self._show_page)
        self._show_page()

    @property
    def scene_view(self) -> SceneView | None:
        """The 3D view; None before the first result."""
        return self._scene_view

    @Slot()
    def frame_all(self) -> None:
        """Show all points."""
        if self._scene_view is not None:
            self._scene_view.frame_all()

    @Slot()
    def _show_page(self) -> None:
        if self._state.display.prediction is None:
            self._pages.setCurrentWidget(self._stage)
            return
        if self._scene_view is None:
            self._scene_view = self._make_scene_view(self._state)
            self._explain(self._scene_view.widget)
            self._pages.addWidget(self._scene_view.widget)
        self._pages.setCurrentWidget(self._scene_view.widget)

    def _explain(self, view: QWidget) -> None:
        """No tooltip: it would lie over the points."""
        view.setWhatsThis(self.tr("The points of the scene in 3D"))
        view.setProperty(
            HOW,
            self.tr(
                "Left drag turns, right drag moves, wheel zooms to the cursor, double click sets "
                "the pivot; ? lists every key"
            ),
        )
