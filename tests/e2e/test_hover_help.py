"""Help for the control under the mouse or with the focus, in the status bar and in its panel."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QDialog, QDockWidget, QLabel, QMenu, QWidget

from moe3d_viewer.widgets.help.control_help import help_of
from moe3d_viewer.widgets.inspector.section import Section
from tests.app.hands import Hands
from tests.app.window_fixtures import child, open_section, run_photos
from tests.e2e.test_help import controls_of
from tests.patience import rest

pytestmark = pytest.mark.gui
LAYOUTS = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4)


@pytest.fixture
def shown(viewer, photos, qtbot):
    QCursor.setPos(0, 0)
    run_photos(viewer, photos, qtbot)
    return viewer


def status(viewer) -> str:
    return child(viewer.window, "cursor_values", QLabel).text()


def hover(viewer, name: str, qtbot) -> QWidget:
    """Move the mouse to the middle of a control, and along with it while panels find their size."""
    widget = child(viewer.window, name, QWidget)

    def is_under_mouse() -> bool:
        qtbot.mouseMove(widget, QPoint(widget.width() // 2, widget.height() // 2))
        return widget.toolTip() in status(viewer)

    qtbot.waitUntil(is_under_mouse)
    return widget


def test_hovering_a_control_explains_it_in_the_status_bar(shown, qtbot):
    hover(shown, "confidence_slider", qtbot)
    assert "Hide this share of points" in status(shown)
    assert "0 to 99 %" in status(shown)
    assert "Acts at once" in status(shown)
    assert "arrow keys" in status(shown)
    open_section(shown.window, "next_run", qtbot)
    hover(shown, "precision", qtbot)
    assert "Number format of the backbone" in status(shown)
    assert "Automatic, float32, bfloat16, float16" in status(shown)
    assert "Acts in the next run" in status(shown)


def test_values_of_a_pixel_come_before_help(shown, qtbot):
    hover(shown, "confidence_slider", qtbot)
    assert "Hide this share" in status(shown)
    Hands(shown, qtbot).hover("fused", 12, 9)
    assert "MoE3D (fused)" in status(shown)
    assert "Hide this share" not in status(shown)


def test_the_focus_explains_too(shown, qtbot):
    child(shown.window, "confidence_slider", QWidget).setFocus()
    qtbot.waitUntil(lambda: "Hide this share" in status(shown))
    qtbot.keyClick(child(shown.window, "confidence_slider", QWidget), Qt.Key.Key_Tab)
    now = shown.window.focusWidget()
    assert now.objectName() != "confidence_slider"
    qtbot.waitUntil(lambda: now.toolTip().split("\n")[0] in status(shown))


def test_the_panel_says_it_in_full_and_a_menu_entry_too(shown, qtbot):
    shown.window.commands["panel_help"].trigger()
    assert child(shown.window, "help_dock", QDockWidget).isVisible()
    slider = hover(shown, "overlay_opacity", qtbot)
    purpose, rest = (child(shown.window, f"help_{n}", QLabel) for n in ("purpose", "rest"))
    qtbot.waitUntil(lambda: purpose.text() == slider.toolTip())
    assert child(shown.window, "help_name", QLabel).text() == "Overlay opacity"
    lines = rest.text().split("\n")
    assert lines[0] == "Range: 0 to 100 %"
    assert lines[1].startswith("Effect: ")
    assert lines[2].startswith("How: ")
    bar = shown.window.menuBar()
    run = next(a for a in bar.actions() if a.text() == "&Run")
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.actionGeometry(run).center())
    menu = child(shown.window, "menu_run", QMenu)
    qtbot.waitUntil(menu.isVisible)
    place = menu.actionGeometry(shown.window.commands["run"]).center()
    for step in (QPoint(2, 2), QPoint(0, 0)):
        qtbot.mouseMove(menu, place + step)
    qtbot.waitUntil(lambda: "Ctrl+R" in rest.text())
    menu.close()


@pytest.mark.parametrize("key", LAYOUTS)
def test_every_control_that_is_seen_has_help(shown, key, qtbot):
    qtbot.keyClick(shown.window, key, Qt.KeyboardModifier.ControlModifier)
    rest(qtbot, shown.window, [shown.runner])
    sections = [s for s in shown.window.findChildren(Section) if s.isVisible()]
    seen, lacking = set(), []
    for section in [None, *sections]:
        if section is not None:
            open_section(shown.window, section.objectName().removesuffix("_section"), qtbot)
        for control in controls_of(shown.window):
            if not control.isVisible():
                continue
            seen.add(control)
            if lacks(control):
                lacking.append(control.objectName())
    assert len(seen) > 25
    assert not lacking


@pytest.mark.parametrize("name", ["export", "picture", "model"])
def test_every_control_of_a_dialog_has_help(shown, name, qtbot):
    shown.window.commands[name].trigger()
    dialogs = lambda: [d for d in shown.window.findChildren(QDialog) if d.isVisible()]  # noqa: E731
    qtbot.waitUntil(lambda: bool(dialogs()))
    rest(qtbot, shown.window, [shown.runner])  # the models are listed by a job
    (dialog,) = dialogs()
    controls = [control for control in controls_of(dialog) if control.isVisible()]
    lacking = [control.objectName() or control.text() for control in controls if lacks(control)]
    assert len(controls) > 1
    assert not lacking
    dialog.close()


def lacks(control: QWidget) -> bool:
    found = help_of(control)
    return found is None or not (found.purpose and found.effect and found.how)
