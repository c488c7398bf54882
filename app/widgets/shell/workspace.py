"""The middle of the window: banner, and under it the run card or the 3D view."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from moe3d import PredictionMetadata
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.widgets.controls.icons import pixmap
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.controls.theme import Theme
from moe3d_viewer.widgets.help.control_help import HOW
from moe3d_viewer.widgets.maps.large_map import LargeMap
from moe3d_viewer.widgets.shell.filter_chips import FilterChips
from moe3d_viewer.widgets.shell.run_card import RunCard
from moe3d_viewer.widgets.shell.run_watch import FloatingRunWatch
from moe3d_viewer.widgets.shell.what_if_banner import WhatIfBanner
from moe3d_viewer.widgets.viewport.scene_view import SceneView, SceneViewFactory


def warnings_of(metadata: PredictionMetadata, num_experts: int) -> list[str]:
    """What is wrong with believing this result, one sentence each."""
    found = []
    if num_experts > 1 and not metadata.experts_trained:
        found.append(
            "Experts untrained: they are noisy copies of VGGT's head, and the gating map is noise."
        )
    if metadata.demonstration:
        found.append(
            "Demonstration model: small and trained on synthetic rooms; expect rough depth."
        )
    if metadata.approximations:
        found.append("Approximate: " + ", ".join(metadata.approximations) + ".")
    return found


class Banner(QFrame):
    """A yellow line over the views; hidden while there is nothing to say."""

    model_clicked = Signal()
    """The user wants a model that is no demonstration."""

    def __init__(self, display: DisplayState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._display, self._theme = display, theme
        self._sign = QLabel()
        self._text = label(name="banner_text", wrap=True)
        self._choose = button(
            self.tr("Choose VGGT-1B…"),
            "banner_model",
            self.tr("Open the models: VGGT-1B is the one for real work (Ctrl+M)"),
            "link",
        )
        self._choose.clicked.connect(self.model_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(8)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._text, 1)
        row.addWidget(self._choose)
        display.result_changed.connect(self._show)
        theme.changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        prediction = self._display.prediction
        sentences = (
            warnings_of(prediction.metadata, prediction.num_experts)
            if prediction is not None
            else []
        )
        if prediction is not None and prediction.agreement is not None:
            sentences += [prediction.agreement.sentence] * bool(prediction.agreement.sentence)
        self._text.setText("  ".join(self.tr(sentence) for sentence in sentences))
        self._sign.setPixmap(
            pixmap("warning", self._theme.tokens.warning, 18, self.devicePixelRatioF())
        )
        self._choose.setVisible(prediction is not None and prediction.metadata.demonstration)
        self.setVisible(bool(sentences))


class Workspace(QWidget):
    """Shows the 3D view from the first result on."""

    model_clicked = Signal()
    """The user wants another model."""

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
        self._made_ahead: SceneView | None = None
        self._stage = QWidget()
        self._stage.setObjectName("stage_page")
        self._stage.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        middle = QVBoxLayout(self._stage)
        middle.addStretch(1)
        middle.addWidget(RunCard(state, theme), 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(1)
        self._pages = QStackedWidget()
        self._pages.setObjectName("views")
        self._pages.addWidget(self._stage)
        self._large = LargeMap(state)
        self._middle = QSplitter()
        self._middle.setObjectName("middle")
        self._middle.setChildrenCollapsible(False)
        for part in (self._pages, self._large):
            self._middle.addWidget(part)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        banner = Banner(state.display, theme)
        banner.model_clicked.connect(self.model_clicked)
        rows.addWidget(banner)
        rows.addWidget(FilterChips(state, theme))
        rows.addWidget(self._middle, 1)
        WhatIfBanner(state, self)
        FloatingRunWatch(state, theme, self)
        state.display.presence_changed.connect(self._show_page)
        state.session.views_changed.connect(self._show_page)
        state.objects.object_added.connect(self._show_page)
        state.objects.object_removed.connect(self._show_page)
        for changed in (state.map_view.large_changed, state.map_view.beside_changed):
            changed.connect(self._show_large)
        self._show_page()

    @property
    def scene_view(self) -> SceneView | None:
        """The 3D view; None before the first result."""
        return self._scene_view

    @property
    def views(self) -> QWidget:
        """What is under banner and chips: the run card, or the 3D view and a large map."""
        return self._middle

    @Slot()
    def frame_all(self) -> None:
        """Show all points."""
        if self._scene_view is not None:
            self._scene_view.frame_all()

    @Slot(bool)
    def _show_large(self, _changed: bool) -> None:
        """A large map stands in place of the 3D view, or beside it."""
        maps = self._state.map_view
        self._pages.setVisible(not maps.is_large or maps.is_beside)
        self._large.setVisible(maps.is_large)
        if maps.is_large and maps.is_beside:
            self._middle.setSizes([self._middle.width() // 2] * 2)

    @Slot()
    def _show_page(self) -> None:
        if self._state.display.prediction is None and not self._state.shows_objects_alone:
            self._pages.setCurrentWidget(self._stage)
            return
        if self._scene_view is None:
            self.make_ahead()
            self._scene_view = self._made_ahead
        assert self._scene_view is not None
        self._pages.setCurrentWidget(self._scene_view.widget)
        held = self.window().focusWidget()
        if held is not None and self._stage.isAncestorOf(held):
            self.setFocus()  # in a window behind others Qt leaves it with what is gone

    @Slot()
    def make_ahead(self) -> None:
        """Make the 3D view before there is anything to be seen in it."""
        if self._made_ahead is None:
            made = self._made_ahead = self._make_scene_view(self._state)
            self._explain(made.widget)
            self._pages.addWidget(made.widget)

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
