"""A whole window whose 3D view is drawn by OpenGL, with what a test does and sees in it."""

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QImage

from app.rendering.camera import pixels_from_world
from app.viewer import Viewer
from app.widgets.cloud_view import CloudView
from app.workers.prepare_display import build_cloud, prepare_display
from tests.app.fakes import FakeBackend
from tests.app.window_fixtures import child

PATIENCE_MS = 120_000


class DrawnBackend(FakeBackend):
    """Fake reconstruction, real points."""

    def prepare_display(self, prediction, progress):
        return prepare_display(prediction, progress)

    def build_cloud(self, prediction, layer, progress):
        return build_cloud(prediction, layer, progress)


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

    qtbot.waitUntil(rests, timeout=PATIENCE_MS)


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
