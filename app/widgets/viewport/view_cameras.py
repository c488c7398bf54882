"""The 3D views' cameras joined to the state: where they are, and where they are wanted."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Slot

from moe3d import Place, ScenePrediction
from moe3d_viewer.rendering.pictures.place_picture import camera_at_place
from moe3d_viewer.rendering.space.camera import Camera
from moe3d_viewer.rendering.space.rotation import orthonormalized
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.viewport.camera_pose import CameraPose
from moe3d_viewer.widgets.viewport.cloud_view import CloudView
from moe3d_viewer.widgets.viewport.input.camera_controller import AxisView
from moe3d_viewer.widgets.viewport.split_cloud_view import SplitCloudView


class ViewCameras(QObject):
    """Remembers for sessions, looks through photos, goes to places and along axes."""

    def __init__(self, state: AppState, split: SplitCloudView) -> None:
        super().__init__(split)
        self._state, self._requests, self._split = state, state.scene.camera, split
        self._scene: ScenePrediction | None = None
        self._answer: ScenePrediction | None = None
        self._factor = 1.0
        self._requests.looked_through_changed.connect(self._show_looked_through)
        self._requests.axis_wanted.connect(self._show_axis)
        self._requests.pivot_wanted.connect(self._on_pivot_wanted)
        state.comparison_report.place_chosen.connect(self._on_place_chosen)
        for view in split.views:
            view.camera_changed.connect(self._note)
            view.camera_clicked.connect(self._requests.look_through)
            view.look_through_ended.connect(self._requests.leave)

    def before_scene(self, prediction: ScenePrediction | None) -> Callable[[], None]:
        """Keep what another scene begins with; call the answer once its points are shown."""
        if prediction is self._scene:
            return lambda: None
        scaled = self._kept(prediction)
        self._answer = self._state.display.answer
        self._scene, self._factor = prediction, self._state.scale.factor
        return lambda: self._begin(prediction, scaled)

    def _begin(self, prediction: ScenePrediction | None, scaled: Sequence[Camera | None]) -> None:
        """Stand where a session had the cameras, else where the same scene was seen from, else at
        the opening view."""
        restored = [None, None] if prediction is None else self._remembered()
        for view, *known in zip(self._split.views, restored, scaled, strict=True):
            camera = known[0] or known[1]
            if camera is None:
                view.reset_camera()
            elif view is self._split.left or not self._split.is_linked:
                view.follow(camera)  # a linked one comes along

    def _kept(self, prediction: ScenePrediction | None) -> Sequence[Camera | None]:
        """Cameras that keep the picture when the same scene comes in other units, or refined after
        the user has moved; else None."""
        views, before = self._split.views, self._scene
        if prediction is None or before is None or prediction.images is not before.images:
            return [None] * len(views)
        factor = self._state.scale.factor / self._factor
        is_in_other_units = self._state.display.answer is self._answer
        return [
            replace(view.camera, eye=factor * view.camera.eye, pivot=factor * view.camera.pivot)
            if is_in_other_units or self._was_moved(view)
            else None
            for view in views
        ]

    def _was_moved(self, view: CloudView) -> bool:
        """By the user, in this view or in one that it follows."""
        views = self._split.views if self._split.is_linked else (view,)
        return any(one.was_moved for one in views)

    def _remembered(self) -> list[Camera | None]:
        poses, views = self._state.scene.pose.take_waiting(), self._split.views
        cameras = [camera_of(pose, view.camera) for pose, view in zip(poses, views, strict=False)]
        return [*cameras, *[None] * (len(views) - len(cameras))]

    @Slot()
    def _note(self) -> None:
        poses = tuple(pose_of(view.camera) for view in self._split.views)
        self._state.scene.pose.note(poses)

    @Slot()
    def _show_looked_through(self) -> None:
        index = self._requests.looked_through
        for view in self._split.views:
            if index is None:
                view.end_look_through()
            elif self._split.is_linked and view is self._split.right:
                view.lay_photo_over(index)  # it flies with the left one
            else:
                view.look_through(index)

    @Slot(str)
    def _show_axis(self, name: str) -> None:
        """Turn the view that the user is in; the linked one follows by itself."""
        self._split.view_in_use.controller.show_axis(AxisView(name))

    @Slot()
    def _on_pivot_wanted(self) -> None:
        self._split.view_in_use.focus_on_middle()

    @Slot(object)
    def _on_place_chosen(self, place: Place) -> None:
        """Stand between the photo's camera and the place, and look at it."""
        prediction, view = self._state.display.prediction, self._split.left
        if prediction is not None:
            camera = camera_at_place(prediction, place, view.camera)
            if camera is not None:
                view.go_to(camera)


def pose_of(camera: Camera) -> CameraPose:
    """The camera in plain numbers."""
    eye, pivot, right, up = (
        (float(x), float(y), float(z))
        for x, y, z in (camera.eye, camera.pivot, camera.right, camera.up)
    )
    return CameraPose(eye, pivot, right, up, float(camera.fov_y_deg))


def camera_of(pose: CameraPose, like: Camera) -> Camera:
    """The camera of this pose, with another one's projection."""
    right, up = np.array(pose.right), np.array(pose.up)
    rotation = orthonormalized(np.stack([right, up, np.cross(right, up)], axis=1))
    return replace(
        like,
        eye=np.array(pose.eye),
        pivot=np.array(pose.pivot),
        world_from_view=rotation,
        fov_y_deg=pose.fov_y_deg,
    )
