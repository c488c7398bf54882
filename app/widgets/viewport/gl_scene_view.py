"""The scene view that OpenGL draws: two linked 3D views, joined to the state."""

from typing import cast

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from moe3d.scene.layers import OF_VGGT
from moe3d_viewer.rendering.points.point_growth import PointGrowth
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.layers.view_options import Layout
from moe3d_viewer.widgets.controls.layer_titles import layer_title
from moe3d_viewer.widgets.controls.theme import Theme
from moe3d_viewer.widgets.viewport.floating_bars import WhatIfBadge
from moe3d_viewer.widgets.viewport.layer_points import LayerPoints, ShownLayers
from moe3d_viewer.widgets.viewport.object_clouds import ObjectClouds
from moe3d_viewer.widgets.viewport.plain_scene_view import PlainSceneView
from moe3d_viewer.widgets.viewport.split_cloud_view import SplitCloudView
from moe3d_viewer.widgets.viewport.two_sides import Arrangement
from moe3d_viewer.widgets.viewport.view_cameras import ViewCameras
from moe3d_viewer.widgets.viewport.view_cursor import ViewCursor
from moe3d_viewer.widgets.viewport.view_meshes import ViewMeshes
from moe3d_viewer.widgets.viewport.view_style import ViewStyle
from moe3d_viewer.widgets.viewport.view_tools import ViewTools

_ARRANGEMENTS = {
    Layout.SINGLE: Arrangement.SINGLE,
    Layout.DIFFERENCE: Arrangement.SINGLE,
    Layout.SPLIT: Arrangement.SPLIT,
    Layout.SWIPE: Arrangement.SWIPE,
    Layout.FLIP: Arrangement.FLIP,
}
COLORS_OF_THE_MODEL = ("expert", "entropy", "difference", "flying", "support", "normal")
"""Colour modes that a what-if does not change: they say what the model's own gate did."""


class GlSceneView(QObject):
    """Follows the state: which layers, in which arrangement, with which notes."""

    def __init__(self, state: AppState, theme: Theme) -> None:
        super().__init__()
        self._state = state
        self._split = SplitCloudView()
        self._pages = QStackedWidget()
        self._pages.addWidget(self._split)
        self._stand_in: PlainSceneView | None = None
        self.points = LayerPoints(state.display)
        """Of every layer that was shown."""
        self._layers = ShownLayers(self.points, state.normals, self._split.views)
        self._badges = [WhatIfBadge(view) for view in self._split.views]
        for cloud_view, badge in zip(self._split.views, self._badges, strict=True):
            self._split.legend_of(cloud_view).keep_clear_of(badge)
        display, view = state.display, state.view
        display.depths_changed.connect(self._show_clouds)
        display.layers_shown_changed.connect(self._show_clouds)
        display.told.connect(self._on_told)
        display.cloud_ready.connect(self._on_cloud_ready)
        view.linked_changed.connect(self._split.set_linked)
        state.normals.changed.connect(self._show_normals)
        state.remix.shown_changed.connect(self._show_what_if)
        view.points_changed.connect(self._show_what_if)
        view.selected_view_changed.connect(self._show_selected)
        self._style = ViewStyle(state, theme, self._split)
        self.legends = self._style.legends
        """What the colours mean; who colours something else in 3D adds a legend here."""
        ViewCursor(state, self._split)
        ViewTools(state, self._split)
        self._cameras = ViewCameras(state, self._split)
        ViewMeshes(state, self._split, self.legends)
        ObjectClouds(state, self._split, self.legends)
        for cloud_view in self._split.views:
            cloud_view.camera_clicked.connect(view.select_view)
            cloud_view.flip_wanted.connect(state.flip)
            cloud_view.drawing_failed.connect(
                self._on_drawing_failed, Qt.ConnectionType.QueuedConnection
            )
        comparison = state.comparison
        comparison.swipe_changed.connect(self._split.set_swipe)
        comparison.flipped_changed.connect(self._split.flip)
        self._split.swiped.connect(comparison.set_swipe)
        self._split.set_swipe(comparison.swipe)
        self._split.flip(comparison.flipped)
        self._split.set_linked(view.cameras_linked)
        self._show_clouds()

    @property
    def widget(self) -> QWidget:
        """Both views and their headings, or what says why they cannot be drawn."""
        return self._pages

    @property
    def is_settled(self) -> bool:
        """Whether every view on the screen is drawn at full quality."""
        return all(view.is_complete for view in self._split.views if view.isVisible())

    def frame_all(self) -> None:
        """Show the whole cloud, in both views."""
        for view in self._split.views:
            view.frame_all()

    @Slot(str)
    def _on_drawing_failed(self, problem: str) -> None:
        if self._stand_in is None:
            self._stand_in = PlainSceneView(self._state, problem, can_retry=True)
            self._stand_in.retry_wanted.connect(self._on_retry_wanted)
            self._pages.addWidget(self._stand_in)
        self._stand_in.say(problem)
        self._pages.setCurrentWidget(self._stand_in)

    @Slot()
    def _on_retry_wanted(self) -> None:
        for view in self._split.views:
            view.try_again()
        self._pages.setCurrentWidget(self._split)

    @Slot()
    def _on_told(self) -> None:
        self._style.show_frame()
        self._show_clouds()

    @Slot()
    def _show_clouds(self) -> None:
        if self._state.display.is_changing:
            return
        prediction, layers = self._state.display.prediction, self._state.display.layers_shown
        self._split.set_mode(_ARRANGEMENTS[self._state.display.layout])
        titles = [self._title(layer) for layer in layers]
        is_difference = self._state.display.layout is Layout.DIFFERENCE
        if is_difference:
            titles = [self.tr("{}, coloured by MoE3D minus VGGT").format(titles[0])]
        self._split.set_titles(titles[0], titles[-1], name_single=is_difference)
        for view in self._split.views:
            view.takes_tab = self._state.display.has_baseline
        begin = self._cameras.before_scene(prediction)
        self._layers.show(prediction, layers)
        begin()
        self._style.show_points()
        self._show_normals()
        self._show_what_if()
        self._show_selected(self._state.view.selected_view)

    @Slot()
    def _show_normals(self) -> None:
        self._layers.show_normals()

    @Slot()
    def _show_what_if(self) -> None:
        """Bring the points of the fused cloud where a re-mix puts them, and say so."""
        if self._state.display.is_changing:
            return
        what_if = self._state.remix.shown
        for view, layer, badge in zip(
            self._split.views, self._layers.names, self._badges, strict=True
        ):
            is_fused = layer == "fused"
            has_own_colors = self._state.view.color_mode in COLORS_OF_THE_MODEL
            badge.show_if(what_if.is_active and is_fused, has_own_colors)
            said = badge.text() if what_if.is_active and is_fused else ""
            view.overlays.note = self._note(said, layer)
            if is_fused and (what_if.points is not None or not what_if.is_active):
                view.move_points(cast(PointGrowth | None, what_if.points))

    def _note(self, what_if: str, layer: str) -> str:
        """What a saved picture of a view of this layer has to say."""
        prediction, mode = self._state.display.prediction, self._state.display.color_mode
        notes = [what_if] if what_if else []
        if prediction is None or prediction.num_experts < 2 or prediction.metadata.experts_trained:
            return ". ".join(notes)
        if mode in ("expert", "entropy"):
            notes.append(self.tr("Experts untrained: these colours are noise"))
        elif layer not in OF_VGGT:
            notes.append(self.tr("Experts untrained"))
        return ". ".join(notes)

    def _title(self, layer: str) -> str:
        """Name of a layer, with how many of its points fly."""
        scene = self._state.display.scene
        flying = scene.flying.get(layer) if scene is not None else None
        title = layer_title(layer)
        if flying is None or not self._state.display.layout.has_two_sides:
            return title
        return self.tr("{}: {} flying points").format(title, f"{flying.num_flying:,}")

    @Slot(str)
    def _on_cloud_ready(self, _layer: str) -> None:
        self._show_clouds()

    @Slot(int)
    def _show_selected(self, index: int) -> None:
        for view in self._split.views:
            view.overlays.photos.frusta.set_selected(index)
