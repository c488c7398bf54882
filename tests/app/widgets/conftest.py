"""A 3D view on the screen, with helpers that wait for pictures and read pixels."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage

from moe3d_viewer.rendering.points.point_buffer import build_point_buffer
from moe3d_viewer.widgets.viewport.cloud_view import CloudView
from tests.app.clouds import cloud_of


def pixels_of(image: QImage) -> np.ndarray:
    """(H, W, 3) uint8."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3).copy()


class Screen:
    """One view and what a user sees in it."""

    def __init__(self, qtbot, view: CloudView) -> None:
        self.qtbot, self.view = qtbot, view

    def show(self, points, colors=None, **fields) -> None:
        self.view.set_buffer(build_point_buffer(cloud_of(points, colors, **fields)))
        self.settle()

    def restyle(self, **fields) -> None:
        """Change some fields of the points' style."""
        self.view.set_style(replace(self.view.style, **fields))

    def settle(self) -> None:
        """Wait until the picture is complete and on the screen."""
        self.qtbot.waitUntil(lambda: self.view.is_complete)

    def picture(self) -> np.ndarray:
        self.settle()
        return pixels_of(self.view.grabFramebuffer())

    def pixel_of(self, point) -> tuple[int, int]:
        """Column and row of a world point, from the view's own matrices."""
        clip = self.view.frame_now().clip_from_world @ np.append(point, 1.0)
        x, y = clip[:2] / clip[3]
        return int((x + 1) / 2 * self.view.width()), int((1 - y) / 2 * self.view.height())


@pytest.fixture
def screen(qtbot):
    view = CloudView()
    view.resize(400, 300)
    view.controller.flight_ms = 0
    view.overlays.show_gizmo(False)
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()
    return Screen(qtbot, view)
