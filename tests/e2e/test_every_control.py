"""Every control of the window and its dialogs: a name, help, and contrast in both themes."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QWidget,
)

from moe3d_viewer.widgets.help.control_help import help_of
from tests.app.hands import Hands
from tests.app.window_fixtures import child, run_photos
from tests.contrast import CONTROL, TEXT, contrast, ground_of
from tests.patience import rest

pytestmark = pytest.mark.gui
KINDS = (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
)
DIALOGS = {
    "export": "export_dialog",
    "model": "model_dialog",
    "shortcuts": "shortcuts_dialog",
    "palette": "command_palette",
    "help": "help_page",
    "about": "about_dialog",
    "figure": "figure_dialog",
    "picture": "picture_dialog",
}
PANELS = {"inspector": "inspector", "scene": "scene_panel", "compare": "compare_panel"}
OF_ITS_OWN = ("color_bar", "profile", "swatch")
"""Pictures of data, whose colours are those of the data."""


def controls_of(window: QWidget) -> list[QWidget]:
    """What a user sees of a window and can act on, without the inner parts of Qt's own."""
    found = [control for kind in KINDS for control in window.findChildren(kind)]
    inner = ("qt_", "ScrollLeft", "ScrollRight")
    return [
        control
        for control in dict.fromkeys(found)
        if control.isVisible()
        and control.window() is window
        and not control.visibleRegion().isEmpty()
        and not isinstance(control, QScrollBar | QHeaderView)
        and not control.objectName().startswith(inner)
        and not isinstance(control.parent(), QComboBox | QAbstractSpinBox)
    ]


def nameless(window: QWidget) -> list[str]:
    """Controls that a screen reader cannot name, or that nothing explains."""
    found = []
    for control in controls_of(window):
        is_qts = isinstance(control.parent(), QDialogButtonBox)
        named = control.accessibleName() or getattr(control, "text", str)()
        if not named or help_of(control) is None or not (control.objectName() or is_qts):
            found.append(f"{control.metaObject().className()} {control.objectName()!r} {named!r}")
    return found


def pale(window: QWidget) -> list[str]:
    """Texts below 4.5:1 and controls below 3:1, as they are drawn."""
    image, found = window.grab().toImage(), []

    def drawn(widget: QWidget, around: int) -> QRect:
        place = QRect(widget.mapTo(window, QPoint()), widget.size())
        seen = widget.visibleRegion().boundingRect().translated(place.topLeft())
        return seen.adjusted(-around, -around, around, around).intersected(window.rect())

    def judge(widget: QWidget, least: float, around: int) -> None:
        part = image.copy(drawn(widget, around))
        if min(part.width(), part.height()) < 4:
            return
        ground = ground_of(part)
        pixels = {part.pixel(x, y) for x in range(part.width()) for y in range(part.height())}
        best = max(contrast(QColor.fromRgb(pixel), ground) for pixel in pixels)
        if best < least:
            found.append(f"{widget.objectName() or widget.metaObject().className()}: {best:.2f}")

    for text in window.findChildren(QLabel):
        is_shown = text.isVisible() and text.window() is window and text.text().strip()
        if is_shown and text.isEnabled() and not text.visibleRegion().isEmpty():
            judge(text, TEXT, 0)
    for control in controls_of(window):
        if control.isEnabled() and not control.objectName().startswith(OF_ITS_OWN):
            has_text = isinstance(control, QAbstractButton) and bool(control.text())
            judge(control, TEXT if has_text else CONTROL, 2)
    for bar in window.findChildren(QScrollBar):
        if bar.isVisible() and bar.maximum() and not bar.visibleRegion().isEmpty():
            judge(bar, CONTROL, 0)
    return found


@pytest.fixture
def ready(viewer, photos, qtbot):
    viewer.window.resize(1600, 1100)
    run_photos(viewer, photos, qtbot)
    Hands(viewer, qtbot).command("panel_log")
    rest(qtbot, viewer.window, [viewer.runner])
    return viewer


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("panel", PANELS)
def test_every_control_of_the_window(ready, theme, panel, qtbot):
    window = ready.window
    ready.state.settings.set_theme(theme)
    Hands(ready, qtbot).show(child(window, PANELS[panel], QWidget))
    qtbot.waitUntil(lambda: not ready.state.comparison_report.is_measuring)
    rest(qtbot, window, [ready.runner])
    assert nameless(window) == []
    assert pale(window) == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_control_of_the_start_page(viewer, theme, qtbot):
    viewer.state.settings.set_theme(theme)
    rest(qtbot, viewer.window, [viewer.runner])
    assert nameless(viewer.window) == []
    assert pale(viewer.window) == []


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("command", DIALOGS)
def test_every_control_of_a_dialog(viewer, photos, command, theme, qtbot):
    run_photos(viewer, photos, qtbot)
    viewer.state.settings.set_theme(theme)
    Hands(viewer, qtbot).command(command)
    dialog = child(viewer.window, DIALOGS[command], QDialog)
    qtbot.waitUntil(dialog.isVisible)
    rest(qtbot, dialog, [viewer.runner])
    assert nameless(dialog) == []
    assert pale(dialog) == []
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
