"""The 3D views joined to the state: which clouds, which filter, which colours."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np
from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.rendering.camera import Camera
from app.rendering.place_picture import camera_at_place
from app.rendering.point_growth import PointGrowth
from app.rendering.point_picking import PickedPoint
from app.state.app_state import AppState
from app.state.cursor import CursorPixel
from app.state.view_options import Layout
from app.widgets.camera_memory import CameraMemory
from app.widgets.cloud_view import CloudView
from app.widgets.hypothesis_marks import HypothesisMarks
from app.widgets.layer_points import LayerPoints
from app.widgets.layer_titles import layer_title
from app.widgets.plain_scene_view import PlainSceneView
from app.widgets.point_storage import PointStorage
from app.widgets.split_cloud_view import SplitCloudView
from app.widgets.theme import Theme
from app.widgets.two_sides import Arrangement
from app.widgets.view_style import ViewStyle
from app.widgets.view_tools import ViewTools
from app.widgets.what_if_badge import WhatIfBadge
from moe3d.scene.comparison import Place
from moe3d.scene.layers import OF_VGGT, named_layer
from moe3d.scene.records import ScenePrediction

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
    """Follows the state; keeps no data of its own but what each view shows."""

    def __init__(self, state: AppState, theme: Theme) -> None:
        super().__init__()
        self._state = state
        self._split = SplitCloudView()
        self._pages = QStackedWidget()
        self._pages.addWidget(self._split)
        self._stand_in: PlainSceneView | None = None
        self.points = LayerPoints(state.display)
        """Of every layer that was shown."""
        self._shown: list[tuple[ScenePrediction | None, str]] = [(None, ""), (None, "")]
        self._scene: ScenePrediction | None = None
        self._factor = 1.0
        self._badges = [WhatIfBadge(view) for view in self._split.views]
        self._normals: list[object | None] = [None, None]
        display, view = state.display, state.view
        display.changed.connect(self._show_clouds)
        display.layers_shown_changed.connect(self._show_clouds)
        display.cloud_ready.connect(self._on_cloud_ready)
        view.linked_changed.connect(self._split.set_linked)
        state.normals.changed.connect(self._show_normals)
        state.remix.shown_changed.connect(self._show_what_if)
        view.points_changed.connect(self._show_what_if)
        view.selected_view_changed.connect(self._show_selected)
        self._style = ViewStyle(state, theme, self._split)
        HypothesisMarks(state, self._split.views, self)
        self._tools = ViewTools(state, self._split)
        self._cameras = CameraMemory(state.scene.pose, self._split)
        for cloud_view in self._split.views:
            cloud_view.camera_clicked.connect(view.select_view)
            cloud_view.point_hovered.connect(self._on_point_hovered)
            cloud_view.flip_wanted.connect(state.flip)
            cloud_view.drawing_failed.connect(
                self._on_drawing_failed, Qt.ConnectionType.QueuedConnection
            )
        state.comparison_report.place_chosen.connect(self._on_place_chosen)
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
    def _show_clouds(self) -> None:
        prediction, layers = self._state.display.prediction, self._state.display.layers_shown
        self._split.set_mode(_ARRANGEMENTS[self._state.display.layout])
        titles = [self._title(layer) for layer in layers]
        is_difference = self._state.display.layout is Layout.DIFFERENCE
        if is_difference:
            titles = [self.tr("{}, coloured by MoE3D minus VGGT").format(titles[0])]
        self._split.set_titles(titles[0], titles[-1], name_single=is_difference)
        scaled = self._scaled_cameras(prediction)
        gone = self.points.drop_all() if prediction is not self._scene else []
        for index, view in enumerate(self._split.views):
            view.takes_tab = self._state.display.has_baseline
            layer = layers[index] if index < len(layers) else ""
            self._show_layer(index, view, prediction, layer)
        self._free(gone + self.points.drop_hidden([layer for _, layer in self._shown]))
        if prediction is not self._scene:
            self._scene, self._factor = prediction, self._state.scale.factor
            restored = self._cameras.take() if prediction is not None else [None, None]
            for view, *known in zip(self._split.views, restored, scaled, strict=True):
                camera = known[0] or known[1]
                if camera is None:
                    view.reset_camera()
                elif view is self._split.left or not self._split.is_linked:
                    view.follow(camera)  # a linked one comes along
        self._style.show_points()
        self._show_normals()
        self._show_what_if()
        self._show_selected(self._state.view.selected_view)

    def _free(self, gone: list[PointStorage]) -> None:
        for view in self._split.views:
            if view.isValid():  # their contexts share all buffers
                for points in gone:
                    view.free(points)
                return

    def _scaled_cameras(self, prediction: ScenePrediction | None) -> Sequence[Camera | None]:
        """Cameras that keep the picture when the same scene comes in other units; else None."""
        views, before = self._split.views, self._scene
        if prediction is None or before is None or prediction.images is not before.images:
            return [None] * len(views)
        factor = self._state.scale.factor / self._factor
        return [
            replace(view.camera, eye=factor * view.camera.eye, pivot=factor * view.camera.pivot)
            for view in views
        ]

    @Slot()
    def _show_normals(self) -> None:
        for index, view in enumerate(self._split.views):
            normals = self._state.normals.of(self._shown[index][1])
            if normals is not self._normals[index]:
                self._normals[index] = normals
                view.set_normals(cast("np.ndarray | None", normals))

    @Slot()
    def _show_what_if(self) -> None:
        """Bring the points of the fused cloud where a re-mix puts them, and say so."""
        what_if = self._state.remix.shown
        for index, view in enumerate(self._split.views):
            is_fused = self._shown[index][1] == "fused"
            has_own_colors = self._state.view.color_mode in COLORS_OF_THE_MODEL
            self._badges[index].show_if(what_if.is_active and is_fused, has_own_colors)
            said = self._badges[index].text() if what_if.is_active and is_fused else ""
            view.note = self._note(said, self._shown[index][1])
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

    def _show_layer(
        self, index: int, view: CloudView, prediction: ScenePrediction | None, layer: str
    ) -> None:
        if self._shown[index][0] is prediction and self._shown[index][1] == layer:
            return
        points = self.points.of(layer) if prediction is not None and layer else None
        if prediction is None or points is None:
            if self._shown[index][0] is not prediction:
                self._shown[index] = (None, "")
                view.set_points(None)
            return
        self._shown[index] = (prediction, layer)
        cameras = named_layer(prediction, layer)
        view.set_points(points)
        self._normals[index] = None
        view.set_cameras(cameras.camera_from_world, cameras.intrinsics, prediction.images)

    def _title(self, layer: str) -> str:
        """Name of a layer, with how many of its points fly."""
        scene = self._state.display.scene
        flying = scene.flying.get(layer) if scene is not None else None
        title = layer_title(layer)
        if flying is None or not self._state.display.layout.has_two_sides:
            return title
        return self.tr("{}: {} flying").format(title, f"{flying.num_flying:,}")

    @Slot(object)
    def _on_place_chosen(self, place: Place) -> None:
        """Stand between the photo's camera and the place, and look at it."""
        prediction, view = self._state.display.prediction, self._split.left
        if prediction is not None:
            camera = camera_at_place(prediction, place, view.camera)
            if camera is not None:
                view.go_to(camera)

    @Slot(str)
    def _on_cloud_ready(self, _layer: str) -> None:
        self._show_clouds()

    @Slot(int)
    def _show_selected(self, index: int) -> None:
        for view in self._split.views:
            view.set_selected_camera(index)

    @Slot(object)
    def _on_point_hovered(self, picked: PickedPoint | None) -> None:
        prediction = self._state.display.prediction
        if picked is None or prediction is None or picked.pixel_index < 0:
            self._state.cursor.move_to(None)
            return
        y, x = divmod(picked.pixel_index, prediction.depth.shape[2])
        layers = self._state.display.layers_shown
        layer = layers[-1] if self.sender() is self._split.right else layers[0]
        self._state.cursor.move_to(CursorPixel(picked.view_index, x, y, layer))
