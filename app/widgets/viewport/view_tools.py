"""The 3D views joined to the tools: distances, levelling, the section box, saved pictures."""

import numpy as np
from PySide6.QtCore import QObject, Slot

from moe3d_viewer.rendering.points.point_picking import PickedPoint
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.viewport.camera_requests import PictureRequest
from moe3d_viewer.state.viewport.tools import Tool
from moe3d_viewer.widgets.controls.distance_text import distance_text
from moe3d_viewer.widgets.viewport.floating_bars import LookThroughBar, ToolHint
from moe3d_viewer.widgets.viewport.recorder import (
    Recorder,
    Request,
    Steps,
    picture_steps,
    video_steps,
)
from moe3d_viewer.widgets.viewport.split_cloud_view import SplitCloudView


class ViewTools(QObject):
    """Hands clicks to the tool in hand, and draws what it has measured."""

    def __init__(self, state: AppState, split: SplitCloudView) -> None:
        super().__init__(split)
        self._state, self._scene, self._split = state, state.scene, split
        self._bars = LookThroughBar(state, split), ToolHint(state, split)
        SectionTool(state, split)
        scene = self._scene
        for drawing in (scene.picture, scene.turntable):
            Recorder(drawing, state.notices, self._drawing_steps, self)
        scene.tools.tool_changed.connect(self._show_tool)
        scene.tools.points_changed.connect(self._show_distances)
        scene.measurement.distances_changed.connect(self._show_distances)
        state.display.depths_changed.connect(self._show_distances)
        for view in split.views:
            view.point_picked.connect(self._on_point_picked)
            view.leave_wanted.connect(self._on_leave_wanted)
        self._show_distances()

    @Slot(object)
    def _on_point_picked(self, picked: PickedPoint) -> None:
        self._scene.tools.add_point(picked.position)

    @Slot()
    def _on_leave_wanted(self) -> None:
        if self._scene.camera.looked_through is not None:
            self._scene.camera.leave()
        else:
            self._scene.tools.take(Tool.LOOK)

    @Slot(object)
    def _show_tool(self, tool: Tool) -> None:
        for view in self._split.views:
            view.set_picking(tool is not Tool.LOOK)

    @Slot()
    def _show_distances(self) -> None:
        distances = self._scene.measurement.distances
        units = self._state.export.units
        pairs = [np.array([distance.start, distance.end]) for distance in distances]
        texts = [distance_text(distance.length, units) for distance in distances]
        points = [np.array(point) for point in self._scene.tools.points]
        for view in self._split.views:
            view.overlays.show_distances(pairs, texts, points)

    def _drawing_steps(self, request: Request) -> Steps:
        if isinstance(request, PictureRequest):
            return picture_steps(self._split.view_in_use, request)
        self._scene.camera.leave()  # a photo lies right over the view from its own camera only
        return video_steps(self._split.view_in_use, request)


class SectionTool(QObject):
    """Brings faces of the section box that are dragged in a view to the state; one drag is one step
    of undo, however long it takes."""

    def __init__(self, state: AppState, split: SplitCloudView) -> None:
        super().__init__(split)
        self._section, self._extent = state.scene.section, state.scene.extent
        self._history = state.history
        self._start = 0.0
        for view in split.views:
            view.overlays.section.grabbed.connect(self._on_grabbed)
            view.overlays.section.dragged.connect(self._on_dragged)
            view.overlays.section.released.connect(self._history.let_go)

    @Slot(int, bool)
    def _on_grabbed(self, axis: int, is_high: bool) -> None:
        self._start = self._section.sides[axis][is_high]
        self._history.hold()

    @Slot(int, bool, float)
    def _on_dragged(self, axis: int, is_high: bool, outwards: float) -> None:
        shift = outwards / (2 * self._extent.box.half_sizes[axis])
        self._section.move_side(axis, is_high, self._start + (shift if is_high else -shift))
