"""What a user's hands do in the window: mouse and keys on controls that can be seen."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QCheckBox,
    QComboBox,
    QDockWidget,
    QFileDialog,
    QLineEdit,
    QMenu,
    QScrollArea,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QTabBar,
    QToolButton,
    QWidget,
)

from moe3d_viewer.viewer import Viewer
from moe3d_viewer.widgets.inspector.section import Section
from moe3d_viewer.widgets.maps.map_tile import MapTile
from tests.app.window_fixtures import child
from tests.patience import rest

LEFT = Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


class Hands:
    """Acts on one window; every control must come to the screen before it is touched."""

    def __init__(self, viewer: Viewer, qtbot) -> None:
        self.viewer, self.window, self.qtbot = viewer, viewer.window, qtbot

    def find(self, name: str, kind: type = QWidget):
        """The control of this object name."""
        return child(self.window, name, kind)

    def show(self, widget: QWidget) -> QWidget:
        """Bring a control to the screen: its panel to the front, its group open, scrolled to it."""
        above = list(reversed(_parents(widget)))
        docks = [part for part in above if isinstance(part, QDockWidget)]
        for dock in docks:
            self._bring_forward(dock)
        if any(isinstance(part, Section) for part in above):
            rest(self.qtbot, self.window)  # a group that was opened last may fold this one
        groups = [p for p in above if isinstance(p, Section) and p.body.isAncestorOf(widget)]
        drawn = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget

        def is_seen() -> bool:
            for dock in docks:
                if dock.visibleRegion().isEmpty():  # a result went and came: it is behind another
                    self._bring_forward(dock)
            for group in groups:
                if not group.is_open:  # also one that folded after it was opened
                    self.qtbot.mouseClick(self._scroll_to(group.heading), LEFT)
            self._scroll_to(widget)
            return not drawn.visibleRegion().isEmpty()

        self.qtbot.waitUntil(is_seen)
        return widget

    def _scroll_to(self, widget: QWidget) -> QWidget:
        for above in _parents(widget):
            if isinstance(above, QScrollArea) and above.widget().isAncestorOf(widget):
                above.ensureWidgetVisible(widget)
        return widget

    def _bring_forward(self, dock: QDockWidget) -> None:
        bars = self.window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
        for bar in bars:
            for index in range(bar.count()):
                if bar.isVisible() and bar.tabText(index) == dock.windowTitle():
                    self.qtbot.mouseClick(bar, LEFT, pos=bar.tabRect(index).center())

    def press(self, name: str, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        """Click a button."""
        button = self.show(self.find(name))
        self.qtbot.waitUntil(button.isEnabled)
        self.qtbot.mouseClick(button, LEFT, keys)

    def tick(self, name: str) -> QCheckBox:
        """Click a check box."""
        box = self.show(self.find(name, QCheckBox))
        assert box.isEnabled(), name
        self.qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
        return box

    def choose(self, name: str, key: str) -> QComboBox:
        """Step through a drop-down list by the arrow keys up to an entry."""
        box = self.show(self.find(name, QComboBox))
        place = box.findData(key)
        assert place >= 0, (name, key)
        box.setFocus()
        step = Qt.Key.Key_Down if place > box.currentIndex() else Qt.Key.Key_Up
        for _ in range(abs(place - box.currentIndex())):
            self.qtbot.keyClick(box, step)
        assert box.currentData() == key
        return box

    def slide(self, name: str, share: float) -> QSlider:
        """Drag the handle of a slider to this share of its way."""
        slider = self.show(self.find(name, QSlider))
        assert slider.isEnabled(), name
        start = _handle(slider).center()
        ends = {0.0: 0, 1.0: slider.width()}  # up to the stop
        width = slider.width() - _handle(slider).width()
        end = QPoint(ends.get(share, round(_handle(slider).width() / 2 + share * width)), start.y())
        self.qtbot.mousePress(slider, LEFT, pos=start)
        self.qtbot.mouseMove(slider, (start + end) / 2)
        self.qtbot.mouseMove(slider, end)
        self.qtbot.mouseRelease(slider, LEFT, pos=end)
        return slider

    def command(self, name: str) -> None:
        """Open the menus down to a command, and click it."""
        action = self.window.commands[name]
        assert action.isEnabled(), name
        bar = self.window.menuBar()
        way = _menus_to(action, [a.menu() for a in bar.actions()])
        assert way, f"{name} is in no menu"
        place = bar.actionGeometry(way[0].menuAction()).center()
        self.qtbot.mouseClick(bar, LEFT, pos=place)
        for menu, entry in zip(way, [m.menuAction() for m in way[1:]] + [action], strict=True):
            self.qtbot.waitUntil(lambda menu=menu: _is_on_screen(menu))
            self.qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(entry).center())
        self.qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)

    def choose_from(self, name: str, *texts: str) -> None:
        """Open the menu of a button and click an entry, once for each text."""
        button = self.show(self.find(name, QToolButton))
        for text in texts:
            failed: list[str] = []

            def answer(text: str = text, failed: list[str] = failed) -> None:
                menu = button.menu()
                found = [a for a in menu.actions() if a.text().replace("&&", "&") == text]
                if not found:
                    failed.append(f"{text} is not among {[a.text() for a in menu.actions()]}")
                    menu.close()
                    return
                self.qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(found[0]).center())

            QTimer.singleShot(0, answer)  # the click on the button waits for the menu
            self.qtbot.mouseClick(button, LEFT)
            assert not failed, failed

    def hover(self, tile: str, x: float, y: float) -> MapTile:
        """Move the mouse to a pixel of a map, until the status bar names it."""
        shown = self.show(self.find(f"tile_{tile}", MapTile))
        values = self.find("cursor_values")

        def arrived() -> bool:
            self._scroll_to(shown)  # the strip may still be finding its size
            self.qtbot.mouseMove(shown, shown.point_of(x, y).toPoint() + QPoint(1, 0))
            self.qtbot.mouseMove(shown, shown.point_of(x, y).toPoint())
            return f"x {x}  y {y} " in values.text()

        self.qtbot.waitUntil(arrived)
        return shown

    def answer_file_dialog(self, path: Path) -> None:
        """Paste a path into Qt's own file dialog, and press Enter."""
        self.qtbot.waitUntil(lambda: bool(self._file_dialogs()))
        (dialog,) = self._file_dialogs()
        field = child(dialog, "fileNameEdit", QLineEdit)
        dialog.activateWindow()
        field.setFocus()
        self.qtbot.waitUntil(field.hasFocus)
        field.selectAll()
        QGuiApplication.clipboard().setText(str(path))
        self.qtbot.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        self.qtbot.keyClick(field, Qt.Key.Key_Return)
        self.qtbot.waitUntil(lambda: not self._file_dialogs())

    def _file_dialogs(self) -> list[QFileDialog]:
        return [d for d in self.window.findChildren(QFileDialog) if d.isVisible()]

    def key(self, widget: QWidget, key: Qt.Key, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        """Press a key while a part of the window has the focus."""
        self.window.activateWindow()
        self.show(widget)
        widget.setFocus()
        self.qtbot.waitUntil(widget.hasFocus)
        self.qtbot.keyClick(widget, key, keys)

    def hotkey(self, key: Qt.Key, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        """Press a key of the whole window."""
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow)
        self.qtbot.keyClick(self.window, key, keys)

    def drag(self, widget: QWidget, start: QPoint, end: QPoint, button=LEFT, keys=NO_KEYS) -> None:
        """Drag in a few steps."""
        self.qtbot.mousePress(widget, button, keys, start)
        for step in range(1, 5):
            self._move(widget, start + (end - start) * step / 4, button, keys)
        self.qtbot.mouseRelease(widget, button, keys, end)

    def _move(self, widget: QWidget, place: QPoint, button, keys) -> None:
        self.qtbot.mouseMove(widget, place)

    def wait(self, holds: Callable[[], bool]) -> None:
        """Until the window shows it."""
        self.qtbot.waitUntil(holds)


def wheel(widget: QWidget, place: QPoint, steps: int, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
    """Turn the wheel over a place; positive away from the user."""
    at = QPointF(place)
    turned, buttons = QPoint(0, 120 * steps), Qt.MouseButton.NoButton
    phase = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(at, widget.mapToGlobal(at), QPoint(), turned, buttons, keys, phase, False)
    QApplication.sendEvent(widget, event)


def color_at(tile: MapTile, x: float, y: float) -> tuple[int, int, int]:
    """What the user sees at a pixel of a map."""
    place = tile.point_of(x, y).toPoint()
    return tile.grab().toImage().pixelColor(place).getRgb()[:3]


def _parents(widget: QWidget) -> list[QWidget]:
    """What a widget stands in, from the inside out."""
    found = []
    above = widget.parentWidget()
    while above is not None:
        found.append(above)
        above = above.parentWidget()
    return found


def _is_on_screen(menu: QMenu) -> bool:
    """Whether the display shows a menu: one shown later than its submenu would go before it."""
    return menu.isVisible() and menu.windowHandle().isExposed()


def _handle(slider: QSlider):
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    control, part = QStyle.ComplexControl.CC_Slider, QStyle.SubControl.SC_SliderHandle
    return slider.style().subControlRect(control, option, part, slider)


def _menus_to(action: QAction, menus: list[QObject | None]) -> list[QMenu]:
    """Menus that lead to an action, outermost first; empty when none does."""
    for menu in menus:
        if not isinstance(menu, QMenu):
            continue
        if action in menu.actions():
            return [menu]
        below = _menus_to(action, [entry.menu() for entry in menu.actions()])
        if below:
            return [menu, *below]
    return []
