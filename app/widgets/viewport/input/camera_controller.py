"""The view's camera: where it is, where it may go, and the smooth way there."""

import enum
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation, Signal, Slot

from moe3d import SceneFrame
from moe3d.scene.upright import DEFAULT_FRAME
from moe3d_viewer.rendering.space import camera_motion
from moe3d_viewer.rendering.space.camera import Camera, Viewport
from moe3d_viewer.rendering.space.scene_frame import (
    UNIT_BOUNDS,
    Bounds,
    camera_that_frames,
    upright_rotation,
)
from moe3d_viewer.rendering.space.view_frame import ViewFrame, view_frame

RADIANS_PER_PX = np.radians(0.4)
ZOOM_PER_STEP = 0.85
FLIGHT_MS = 450


class AxisView(enum.Enum):
    """Views along the scene's own directions."""

    FRONT = "front"
    BACK = "back"
    RIGHT = "right"
    LEFT = "left"
    TOP = "top"
    BOTTOM = "bottom"


class DragMode(enum.Enum):
    """What a drag of the left button does."""

    ORBIT = "orbit"
    """Turns about the pivot, the scene's up stays up."""
    TRACKBALL = "trackball"
    """Turns about the pivot in any direction."""
    FLY = "fly"
    """Turns the head."""


class CameraController(QObject):
    """Moves the camera; knows pixels and the scene's frame, not what is drawn."""

    camera_changed = Signal(object)
    """The new Camera."""
    projection_changed = Signal(bool)
    """Whether it is parallel now."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.viewport = Viewport(1.0, 1.0)
        self.frame: SceneFrame = DEFAULT_FRAME
        self.bounds: Bounds = UNIT_BOUNDS
        """What framing everything shows."""
        self.drawn_bounds: Bounds = UNIT_BOUNDS
        """What no clip plane may cut."""
        self.drag_mode = DragMode.ORBIT
        self.flight_ms = FLIGHT_MS
        """Length of a smooth movement; 0 jumps."""
        self._camera = camera_that_frames(
            UNIT_BOUNDS, upright_rotation(self.frame.front, self.frame.up), self.viewport
        )
        self._flight: tuple[Camera, Camera] | None = None
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setEasingCurve(QEasingCurve.Type.Linear)
        self._animation.valueChanged.connect(self._show_flight)

    @property
    def camera(self) -> Camera:
        """Where the camera is now."""
        return self._camera

    @property
    def is_flying(self) -> bool:
        """Whether a smooth movement is under way."""
        return self._animation.state() == QVariantAnimation.State.Running

    def view_frame(
        self, viewport: Viewport | None = None, camera: Camera | None = None
    ) -> ViewFrame:
        """Camera and matrices of the next picture; another viewport or camera may be tried."""
        seen_by, seen_in = camera or self._camera, viewport or self.viewport
        return view_frame(seen_by, seen_in, self.drawn_bounds, self.bounds.diagonal)

    def set_camera(self, camera: Camera, animate: bool = False) -> None:
        """Go there, at once or smoothly."""
        self._animation.stop()
        if animate and self.flight_ms > 0:
            self._flight = (self._camera, camera)
            self._animation.setDuration(self.flight_ms)
            self._animation.start()
        else:
            self._take(camera)

    def drag_by(self, dx_px: float, dy_px: float) -> None:
        """Turn by a movement of the mouse, as the drag mode says."""
        if self.drag_mode is DragMode.FLY:
            yaw, pitch = dx_px * RADIANS_PER_PX / 2, dy_px * RADIANS_PER_PX / 2
            self.set_camera(camera_motion.look_around(self._camera, yaw, pitch, self.frame.up))
        else:
            self.orbit_by(dx_px, dy_px)

    def orbit_by(self, dx_px: float, dy_px: float) -> None:
        """Turn about the pivot by a movement of the mouse."""
        up = None if self.drag_mode is DragMode.TRACKBALL else self.frame.up
        yaw, pitch = dx_px * RADIANS_PER_PX, dy_px * RADIANS_PER_PX
        self.set_camera(camera_motion.orbit(self._camera, yaw, pitch, up))

    def pan_to(self, grabbed: np.ndarray, pixel: tuple[float, float]) -> None:
        """Bring a grabbed world point under a pixel."""
        self.set_camera(camera_motion.pan(self._camera, self.viewport, grabbed, pixel))

    def zoom_at(self, point: np.ndarray, steps: float) -> None:
        """Come closer to a world point (positive steps), which keeps its pixel."""
        smallest = 1e-4 * self.bounds.diagonal
        self.set_camera(
            camera_motion.zoom_about(self._camera, point, ZOOM_PER_STEP**steps, smallest)
        )

    def fly_by(self, step_in_view: np.ndarray) -> None:
        """Move along the screen's axes by a share of the scene's size."""
        self.set_camera(camera_motion.fly(self._camera, step_in_view * self.bounds.diagonal))

    def focus_on(self, point: np.ndarray) -> None:
        """Take a world point as the pivot and bring it to the middle."""
        self.set_camera(camera_motion.with_pivot_centred(self._camera, point), animate=True)

    def frame_all(self, animate: bool = True) -> None:
        """Show the whole scene from the same direction, upright."""
        forward = self._camera.forward
        rotation = self._camera.world_from_view
        is_upright = self.drag_mode is not DragMode.TRACKBALL
        if is_upright and abs(float(forward @ self.frame.up)) < 0.999:
            rotation = upright_rotation(forward, self.frame.up)
        self._frame_with(rotation, animate)

    def show_axis(self, axis: AxisView, animate: bool = True) -> None:
        """Look at the whole scene along one of its directions."""
        frame = self.frame
        forward, up = {
            AxisView.FRONT: (frame.front, frame.up),
            AxisView.BACK: (-frame.front, frame.up),
            AxisView.RIGHT: (-frame.right, frame.up),
            AxisView.LEFT: (frame.right, frame.up),
            AxisView.TOP: (-frame.up, frame.front),
            AxisView.BOTTOM: (frame.up, -frame.front),
        }[axis]
        self._frame_with(upright_rotation(forward, up), animate)

    def look_along(self, world_from_view: np.ndarray, animate: bool = True) -> None:
        """Turn about the pivot until the camera has this rotation."""
        camera = self._camera
        offset = camera.world_from_view.T @ (camera.eye - camera.pivot)
        turned = replace(
            camera, eye=camera.pivot + world_from_view @ offset, world_from_view=world_from_view
        )
        self.set_camera(turned, animate)

    def stand_upright(self, animate: bool = True) -> None:
        """Turn about the pivot until the scene's up is up on the screen."""
        forward = self._camera.forward
        if abs(float(forward @ self.frame.up)) < 0.999:
            self.look_along(upright_rotation(forward, self.frame.up), animate)

    def look_from_axis(self, axis: int, direction: int) -> None:
        """Look at the pivot from one end of a world axis.

        Args:
            axis: 0, 1 or 2.
            direction: 1 or -1: which end.
        """
        forward = -direction * np.eye(3)[axis]
        up = self.frame.up
        if abs(float(forward @ up)) > 0.99:
            up = self._camera.up
        self.look_along(upright_rotation(forward, up))

    def set_orthographic(self, orthographic: bool) -> None:
        """Parallel or perspective projection, of equal size at the pivot."""
        if orthographic != self._camera.orthographic:
            self.set_camera(replace(self._camera, orthographic=orthographic))

    def _frame_with(self, rotation: np.ndarray, animate: bool) -> None:
        camera = self._camera
        framed = camera_that_frames(
            self.bounds, rotation, self.viewport, camera.fov_y_deg, camera.orthographic
        )
        self.set_camera(framed, animate)

    @Slot(object)
    def _show_flight(self, fraction: float) -> None:
        if self._flight is not None:
            self._take(camera_motion.interpolate(*self._flight, float(fraction)))

    def _take(self, camera: Camera) -> None:
        was_parallel, self._camera = self._camera.orthographic, camera
        if camera.orthographic != was_parallel:
            self.projection_changed.emit(camera.orthographic)
        self.camera_changed.emit(camera)
