"""A user's hands on a window with drawn 3D views, and what they see at a point of the scene."""

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from moe3d_viewer.viewer import Viewer
from moe3d_viewer.widgets.viewport.cloud_view import CloudView
from tests.app.drawn_window import click, pixels, place_of, settle, views
from tests.app.hands import Hands

FOCAL_PX, MIDDLE = 42.0, (21.0, 14.0)


def point_of(x: float, y: float, depth: float, photo_at: float = 0.0) -> np.ndarray:
    """World point of a pixel of `step_prediction`, whose photos stand on the x axis."""
    right, down = (
        (place - middle) / FOCAL_PX for place, middle in zip((x, y), MIDDLE, strict=True)
    )
    return np.array([photo_at + right * depth, down * depth, depth])


class SceneHands(Hands):
    """Keys and clicks in the views, and their pixels once they are drawn."""

    def __init__(self, viewer: Viewer, qtbot) -> None:
        super().__init__(viewer, qtbot)
        self.left, self.right = views(viewer)
        for view in (self.left, self.right):
            view.controller.flight_ms = 0

    def settle(self) -> None:
        """Wait until every view is drawn in full."""
        settle(self.qtbot, self.viewer)

    def hit(self, key: Qt.Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """A key while the left or only view has the focus."""
        self.key(self.left, key, keys)
        self.settle()

    def picture(self, view: CloudView | None = None) -> np.ndarray:
        """(H, 3 W) of a view at rest."""
        self.settle()
        return pixels(view or self.left)

    def color(self, point: np.ndarray, view: CloudView | None = None) -> tuple[int, int, int]:
        """What is seen at a point of the scene."""
        self.settle()
        shown = view or self.left
        return self._color(shown.grabFramebuffer(), place_of(shown, point))

    def is_empty(self, point: np.ndarray, view: CloudView | None = None) -> bool:
        """Whether the background is seen at a point: what stands there at the view's left rim."""
        self.settle()
        shown = view or self.left
        picture, place = shown.grabFramebuffer(), place_of(shown, point)
        ground = self._color(picture, QPoint(2, place.y()))
        return bool(np.abs(np.subtract(self._color(picture, place), ground)).max() <= 6)

    def click_on(self, point: np.ndarray, view: CloudView | None = None) -> None:
        """Click what is drawn at a point."""
        click(self.qtbot, view or self.left, point)

    def rest_on(self, point: np.ndarray, view: CloudView | None = None) -> None:
        """Let the mouse rest over a point.

        The event goes to the window, and Qt finds the view. The display's own pointer, which moves
        of widgets set, tells of it some time later, or not at all under a window that is closing.
        """
        shown = view or self.left
        place = shown.mapTo(self.window, place_of(shown, point))
        surface = self.window.windowHandle()
        QTest.mouseMove(surface, place - QPoint(3, 0))
        QTest.mouseMove(surface, place)

    @staticmethod
    def _color(picture: QImage, place: QPoint) -> tuple[int, int, int]:
        ratio = picture.devicePixelRatio()
        return picture.pixelColor(place * ratio).getRgb()[:3]
