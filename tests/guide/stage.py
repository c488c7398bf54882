"""A real window with a robot's hands, and the camera that takes pictures of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, QSettings, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QCursor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
    QPainter,
    QPolygonF,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qt_compat import qt_api

from moe3d_viewer.arguments import Arguments
from moe3d_viewer.main import make_viewer
from moe3d_viewer.viewer import Viewer
from moe3d_viewer.widgets.maps.map_tile import MapTile
from moe3d_viewer.widgets.viewport.cloud_view import CloudView
from tests.app.hands import Hands
from tests.guide.scenes import Scenes
from tests.patience import PatientBot, rest, turns

PATIENCE_MS = 1_800_000
MAX_BYTES = 104_000
"""Of a picture of 1280x720; larger ones may have as much for each pixel."""
QUALITIES = (90, 84, 78, 70, 60, 50)
TITLE_PX = 28
NEAR_PX = 3
"""Of a map's own pixels, which may be smaller than those of the screen."""
FRAME, TITLE, WORDS = QColor(70, 74, 82), QColor(48, 52, 60), QColor(240, 242, 245)
ARROW = ((0, 0), (0, 17), (4, 13.4), (6.8, 19.6), (9.2, 18.6), (6.4, 12.6), (11.6, 12.2))
DRAWN = (Qt.WindowType.Dialog, Qt.WindowType.Popup)
COPY, LEFT = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


@dataclass(frozen=True)
class Look:
    """How large and in which colours the pictures are taken."""

    size: tuple[int, int] = (1280, 720)
    """Pixels of the picture."""
    theme: str = "light"
    scale: float = 1.0
    """Pixels of the picture for one of the window's."""

    @property
    def window_size(self) -> tuple[int, int]:
        """What the window is told."""
        return round(self.size[0] / self.scale), round(self.size[1] / self.scale)


class PointingBot(PatientBot):
    """A robot whose mouse can be seen: it remembers where it was last."""

    patience_ms = PATIENCE_MS

    def __init__(self) -> None:
        no_test: Any = None  # around it; there are no widgets to be closed after it
        super().__init__(no_test)
        qt_api.set_qt_api("pyside6")
        self.place: QPoint | None = None
        """Of the mouse on the screen."""

    def mouseMove(self, widget: QWidget, pos: QPoint | None = None) -> None:
        QTest.mouseMove(widget, self._at(widget, pos))

    def mousePress(self, widget, button, keys=NO_KEYS, pos: QPoint | None = None) -> None:
        QTest.mousePress(widget, button, keys, self._at(widget, pos))

    def mouseRelease(self, widget, button, keys=NO_KEYS, pos: QPoint | None = None) -> None:
        QTest.mouseRelease(widget, button, keys, self._at(widget, pos))

    def mouseClick(self, widget, button, keys=NO_KEYS, pos: QPoint | None = None) -> None:
        QTest.mouseMove(widget, self._at(widget, pos))
        QTest.mouseClick(widget, button, keys, self._at(widget, pos))

    def mouseDClick(self, widget, button, keys=NO_KEYS, pos: QPoint | None = None) -> None:
        QTest.mouseMove(widget, self._at(widget, pos))
        QTest.mouseDClick(widget, button, keys, self._at(widget, pos))

    def _at(self, widget: QWidget, pos: QPoint | None) -> QPoint:
        local = widget.rect().center() if pos is None else pos
        self.place = widget.mapToGlobal(local)
        return local


class Stage:
    """One window on the screen."""

    def __init__(self, viewer: Viewer, scenes: Scenes) -> None:
        self.viewer, self.scenes = viewer, scenes
        self.state, self.window, self.bot = viewer.state, viewer.window, PointingBot()
        self.hands = Hands(viewer, self.bot)

    @property
    def view(self) -> CloudView:
        """The left or only 3D view."""
        found = self.window.findChild(CloudView, "leftCloudView")
        assert found is not None, "there is no 3D view yet"
        return found

    def rest(self) -> None:
        """Wait until everything is worked out, drawn in full, and in its place."""
        self.bot.waitUntil(self._is_drawn)
        rest(self.bot, self.window, [self.viewer.runner])
        self.bot.waitUntil(self._is_drawn)
        turns(self.bot)

    @property
    def has_drawn_result(self) -> bool:
        """Whether a result, or the first answer of a run, is seen in full."""
        display, view = self.state.display, self.window.scene_view
        is_there = display.prediction is not None and not display.is_preparing
        is_there = is_there and not display.is_building
        return is_there and view is not None and view.is_settled

    def _is_drawn(self) -> bool:
        if self.state.session.is_drawing or self.viewer.runner.num_running:
            return False
        return self.state.display.prediction is None or self.has_drawn_result

    def drag_over(self, paths: Sequence[Path], x: float, y: float) -> None:
        """Bring files over the window, at these shares of its width and height."""
        place = self._share(x, y)
        self._mime = QMimeData()
        self._mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        self._under = self._taker(place)
        self.bot.place = self.window.mapToGlobal(place)
        local = self._under.mapFrom(self.window, place)
        for kind in (QDragEnterEvent, QDragMoveEvent):
            QApplication.sendEvent(self._under, kind(local, COPY, self._mime, LEFT, NO_KEYS))

    def let_go(self) -> None:
        """Drop what is dragged, where the mouse is."""
        local = self._under.mapFromGlobal(self.bot.place or QPoint())
        event = QDropEvent(QPointF(local), COPY, self._mime, LEFT, NO_KEYS)
        QApplication.sendEvent(self._under, event)

    def drag_away(self) -> None:
        """Take the files elsewhere."""
        QApplication.sendEvent(self._under, QDragLeaveEvent())

    def drop(self, paths: Sequence[Path], x: float = 0.4, y: float = 0.5) -> None:
        """Drag and let go."""
        self.drag_over(paths, x, y)
        self.let_go()

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        """A key of the whole window."""
        self.hands.hotkey(key, keys)

    def control(self, key: Qt.Key) -> None:
        """A key with Ctrl."""
        self.key(key, Qt.KeyboardModifier.ControlModifier)

    def press_in_view(self, key: Qt.Key) -> None:
        """A key while the 3D view has the focus."""
        self.hands.key(self.view, key)

    def orbit(self, right: float, down: float) -> None:
        """Drag in the 3D view, by these shares of its size."""
        middle, size = self.view.rect().center(), self.view.size()
        way = QPoint(round(right * size.width()), round(down * size.height()))
        self.hands.drag(self.view, middle, middle + way)

    def hover(self, tile: str, x: int, y: int) -> None:
        """Rest the mouse on a map, as near to a pixel as the size of the map allows."""
        shown = self.hands.find(f"tile_{tile}", MapTile)
        self.hands.show(shown)
        cursor = self.state.cursor

        def is_there() -> bool:
            for aside in (QPoint(4, 0), QPoint()):
                self.bot.mouseMove(shown, shown.point_of(x, y).toPoint() + aside)
            pixel = cursor.pixel
            return pixel is not None and max(abs(pixel.x - x), abs(pixel.y - y)) <= NEAR_PX

        self.bot.waitUntil(is_there)

    def menu_of(self, name: str) -> None:
        """Open one of the menus of the menu bar, and leave it open."""
        bar = self.window.menuBar()
        menu = self.hands.find(f"menu_{name}")
        self.bot.mouseClick(bar, LEFT, pos=bar.actionGeometry(menu.menuAction()).center())
        self.bot.waitUntil(menu.isVisible)

    def close_popup(self) -> None:
        """Close the menu that is open."""
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()

    def dialog(self, name: str) -> QDialog:
        """The open dialog of this name."""

        def shown() -> list[QDialog]:
            return [d for d in self.window.findChildren(QDialog, name) if d.isVisible()]

        self.bot.waitUntil(lambda: bool(shown()))
        return shown()[0]

    def close_dialog(self, name: str) -> None:
        """Press Esc in a dialog."""
        self.bot.keyClick(self.dialog(name), Qt.Key.Key_Escape)
        self.bot.waitUntil(
            lambda: not any(d.isVisible() for d in self.window.findChildren(QDialog, name))
        )

    def _share(self, x: float, y: float) -> QPoint:
        return QPoint(round(x * self.window.width()), round(y * self.window.height()))

    def _taker(self, place: QPoint) -> QWidget:
        """Who gets a drag there: the innermost that takes drops."""
        found = self.window.childAt(place)
        while found is not None and not found.acceptDrops():
            found = found.parentWidget()
        return found or self.window

    def picture(self) -> QImage:
        """The window with its open dialogs and menus, and the mouse, as on the screen."""
        image = self.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for above in QApplication.topLevelWidgets():
            if above.isVisible() and above is not self.window and above.windowType() in DRAWN:
                self._draw_dialog(painter, above)
        if self.bot.place is not None:
            self._draw_mouse(painter, self.window.mapFromGlobal(self.bot.place))
        painter.end()
        return image

    def _draw_dialog(self, painter: QPainter, above: QWidget) -> None:
        """With the frame and the title that the desktop would give it."""
        place = self.window.mapFromGlobal(above.mapToGlobal(QPoint()))
        area = QRect(place, above.size())
        if above.windowType() == Qt.WindowType.Dialog:
            bar = QRect(area.left(), area.top() - TITLE_PX, area.width(), TITLE_PX)
            painter.fillRect(bar.adjusted(-1, -1, 1, 0), TITLE)
            painter.setPen(WORDS)
            painter.drawText(bar, Qt.AlignmentFlag.AlignCenter, above.windowTitle())
        painter.drawPixmap(place, above.grab())
        painter.setPen(FRAME)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area.adjusted(-1, -1, 0, 0))

    def _draw_mouse(self, painter: QPainter, place: QPoint) -> None:
        painter.setPen(QColor("white"))
        painter.setBrush(QColor("black"))
        painter.drawPolygon(QPolygonF([QPointF(place) + QPointF(x, y) for x, y in ARROW]))


@contextmanager
def on_stage(scenes: Scenes, settings: Path, look: Look) -> Iterator[Stage]:
    """A window that remembers what stands in these settings."""
    store = QSettings(str(settings), QSettings.Format.IniFormat)
    arguments = Arguments(size=look.window_size, theme=look.theme)
    viewer = make_viewer(arguments, store=store)
    QCursor.setPos(0, 0)
    viewer.show()
    stage = Stage(viewer, scenes)
    stage.bot.waitExposed(viewer.window)
    viewer.window.move(0, 0)
    try:
        yield stage
    finally:
        viewer.window.close_at_once()
        viewer.close_down()


def write_picture(image: QImage, path: Path) -> None:
    """JPEG, as good as stays small."""
    pixels = image.convertToFormat(QImage.Format.Format_RGB888)
    size = (pixels.width(), pixels.height())
    picture = Image.frombytes(
        "RGB", size, bytes(pixels.constBits()), "raw", "RGB", pixels.bytesPerLine()
    )
    most = MAX_BYTES * max(1, size[0] * size[1] // (1280 * 720))
    for quality in QUALITIES:
        picture.save(path, "JPEG", quality=quality, optimize=True, progressive=True)
        if path.stat().st_size <= most:
            return
