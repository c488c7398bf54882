"""The 3D views joined to tools, distances, and the photo that is looked through."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Slot

from app.rendering.point_picking import PickedPoint
from app.state.app_state import AppState
from app.state.camera_requests import PictureRequest
from app.state.tools import Tool
from app.widgets.camera_controller import AxisView
from app.widgets.cloud_view import CloudView
from app.widgets.distance_text import distance_text
from app.widgets.look_through_bar import LookThroughBar
from app.widgets.recorder import Recorder, Request, Steps
from app.widgets.recordings import picture_steps, video_steps
from app.widgets.section_tool import SectionTool
from app.widgets.split_cloud_view import SplitCloudView
from app.widgets.tool_bar_hint import ToolHint


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
        state.display.changed.connect(self._show_distances)
        scene.camera.looked_through_changed.connect(self._show_looked_through)
        scene.camera.axis_wanted.connect(self._show_axis)
        scene.camera.pivot_wanted.connect(self._on_pivot_wanted)
        for view in split.views:
            view.point_picked.connect(self._on_point_picked)
            view.camera_clicked.connect(scene.camera.look_through)
            view.look_through_ended.connect(scene.camera.leave)
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
            view.show_distances(pairs, texts, points)

    @Slot()
    def _show_looked_through(self) -> None:
        index = self._scene.camera.looked_through
        for view in self._split.views:
            if index is None:
                view.end_look_through()
            elif self._split.is_linked and view is self._split.right:
                view.lay_photo_over(index)  # it flies with the left one
            else:
                view.look_through(index)

    @Slot(str)
    def _show_axis(self, name: str) -> None:
        self._each_moved(lambda view: view.controller.show_axis(AxisView(name)))

    @Slot()
    def _on_pivot_wanted(self) -> None:
        self._each_moved(lambda view: view.focus_on_middle())

    def _drawing_steps(self, request: Request) -> Steps:
        if isinstance(request, PictureRequest):
            return picture_steps(self._view_in_use(), request)
        self._scene.camera.leave()  # a photo lies right over the view from its own camera only
        return video_steps(self._view_in_use(), request)

    def _each_moved(self, move: Callable) -> None:
        """Move the view that the user is in; the linked one follows by itself."""
        move(self._view_in_use())

    def _view_in_use(self) -> CloudView:
        """The view with the focus, also while a dialog has it for now; else the left one."""
        views = self._split.views
        in_window = self._split.window().focusWidget()
        focused = [view for view in views if view is in_window and view.isVisible()]
        return (focused or views)[0]
