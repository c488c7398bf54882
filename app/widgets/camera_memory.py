"""Tells the state where the 3D cameras are, and brings them back to where a session had them."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Slot

from app.rendering.camera import Camera
from app.rendering.rotation import orthonormalized
from app.state.camera_pose import CameraPose, CameraPoseState
from app.widgets.split_cloud_view import SplitCloudView


class CameraMemory(QObject):
    """Between both views and the state."""

    def __init__(self, state: CameraPoseState, split: SplitCloudView) -> None:
        super().__init__(split)
        self._state, self._split = state, split
        for view in split.views:
            view.camera_changed.connect(self._note)

    def take(self) -> list[Camera | None]:
        """Cameras in which the views of the scene that is shown now begin; None: as they like."""
        poses = self._state.take_waiting()
        views = self._split.views
        cameras = [camera_of(pose, view.camera) for pose, view in zip(poses, views, strict=False)]
        return [*cameras, *[None] * (len(views) - len(cameras))]

    @Slot()
    def _note(self) -> None:
        self._state.note(tuple(pose_of(view.camera) for view in self._split.views))


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
