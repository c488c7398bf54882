"""A whole window whose 3D view is drawn by OpenGL, with what a test does and sees in it."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QImage

from moe3d.scene.records import ScenePrediction
from moe3d_viewer.rendering.space.camera import pixels_from_world
from moe3d_viewer.state.layers.display import PREPARE_DISPLAY
from moe3d_viewer.state.layers.layer_clouds import BUILD_CLOUD
from moe3d_viewer.viewer import Viewer
from moe3d_viewer.widgets.viewport.cloud_view import CloudView
from tests.app.fakes import FakeBackend
from tests.app.window_fixtures import child
from tests.scenes import step_prediction


def backend_with_points(make: Callable[[], ScenePrediction] = step_prediction) -> FakeBackend:
    """A made-up reconstruction, real points."""
    return FakeBackend(make).use_real(PREPARE_DISPLAY, BUILD_CLOUD)


def settle(qtbot, viewer: Viewer) -> None:
    """Wait until the layout rests and every view is drawn at full quality."""
    calm: list[object] = []

    def rests() -> bool:
        sizes = tuple(view.size().toTuple() for view in views(viewer))
        if not viewer.window.scene_view.is_settled or (calm and calm[-1] != sizes):
            calm.clear()
        else:
            calm.append(sizes)
        return len(calm) > 10

    qtbot.waitUntil(rests)


def views(viewer: Viewer) -> list[CloudView]:
    return [child(viewer.window, f"{side}CloudView", CloudView) for side in ("left", "right")]


def pixels(view: CloudView) -> np.ndarray:
    """(H, 3 W) int."""
    image = view.grabFramebuffer().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].astype(int)


def trigger(viewer: Viewer, name: str) -> None:
    """Choose a menu entry."""
    action = child(viewer.window, f"action_{name}", QAction)
    assert action.isEnabled(), name
    action.trigger()


def place_of(view: CloudView, point) -> QPoint:
    """Widget pixel of a world point."""
    x, y = pixels_from_world(view.camera, view.controller.viewport, np.asarray(point, float))
    return QPoint(round(float(x)), round(float(y)))


def click(qtbot, view: CloudView, point) -> None:
    """Click what is drawn at a world point."""
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place_of(view, point))
