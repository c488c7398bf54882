"""Everything has one place and one name: keys, palette, messages, Esc, groups that stay open."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QDialog,
    QDockWidget,
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)

from moe3d_viewer.state.viewport.tools import Tool
from moe3d_viewer.widgets.actions.command_palette import PLACE
from moe3d_viewer.widgets.actions.other_words import OTHER_WORDS
from moe3d_viewer.widgets.actions.shortcuts_dialog import GESTURES
from moe3d_viewer.widgets.inspector.section import Section
from tests.app.hands import Hands
from tests.app.questions import answer
from tests.app.window_fixtures import child, drop, run_photos
from tests.patience import rest

pytestmark = pytest.mark.gui
LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier


def typed(viewer, words: str, qtbot) -> QListWidget:
    """The palette's list after these words."""
    Hands(viewer, qtbot).hotkey(Qt.Key.Key_K, CONTROL)
    palette = child(viewer.window, "command_palette", QDialog)
    qtbot.keyClicks(child(palette, "palette_field", QLineEdit), words)
    return child(palette, "palette_list", QListWidget)


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("save", "Export"),
        ("axis", "Level by three points"),
        ("mute", "Show only expert 1"),
        ("hide points", "Section box"),
        ("screenshot", "Save picture of the window"),
        ("screenshot", "Save picture of the 3D view"),
        ("ground truth", "Load truth"),
        ("blender mesh", "Export for Blender"),
        ("next col", "Next colour"),
    ],
)
def test_the_palette_knows_what_others_call_a_command(viewer, photos, qtbot, words, title):
    run_photos(viewer, photos, qtbot)
    listed = typed(viewer, words, qtbot)
    texts = [listed.item(row).text() for row in range(listed.count())]
    assert title in texts[:12], texts[:12]


def test_the_palette_says_where_a_command_stands_and_its_key(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    listed = typed(viewer, "parallel", qtbot)
    item = listed.item(0)
    assert item.text() == "Parallel projection"
    assert item.data(PLACE) == "View > Camera    Num+5"
    spoken = item.data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Parallel projection, View > Camera, Num+5"


def test_other_words_belong_to_commands_that_are_there(viewer):
    names = {entry.command.name for entry in viewer.window.commands.entries}
    assert set(OTHER_WORDS) <= names


def test_keys_are_grouped_and_flying_and_the_mouse_are_among_them(viewer, qtbot):
    Hands(viewer, qtbot).command("shortcuts")
    sheet = child(viewer.window, "shortcuts_dialog", QDialog)
    texts = [found.text() for found in sheet.findChildren(QLabel)]
    for heading in ("File", "Run", "Tools", "Camera", *(title for title, _ in GESTURES)):
        assert heading in texts
    for key in ("W, S", "A, D", "E, Q", "Left drag", "Wheel"):
        assert key in texts
    tools = texts[texts.index("Tools") :]
    assert tools.index("M") < tools.index("Experts")  # the menu after it


def test_one_place_is_called_3d_view(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    docks = [dock.windowTitle() for dock in viewer.window.findChildren(QDockWidget)]
    headings = [section.heading.text() for section in viewer.window.findChildren(Section)]
    named = [text for text in [*docks, *headings] if text.casefold() == "3d view"]
    assert named == ["3D view"]


@pytest.mark.parametrize("focus", ["confidence_slider", "photo_list", "layer"])
def test_esc_puts_a_tool_away_wherever_the_focus_is(viewer, photos, focus, qtbot):
    run_photos(viewer, photos, qtbot)
    hands, tools = Hands(viewer, qtbot), viewer.state.scene.tools
    tools.take(Tool.MEASURE)
    hands.key(hands.find(focus, QWidget), Qt.Key.Key_Escape)
    assert tools.tool is Tool.LOOK
    viewer.state.profile.arm(True)
    hands.key(hands.find(focus, QWidget), Qt.Key.Key_Escape)
    assert not viewer.state.profile.is_armed
    assert not child(viewer.window, "action_leave", QAction).isEnabled()


def test_esc_ends_the_tool_before_it_stops_the_run(viewer, photos, backend, qtbot):
    run_photos(viewer, photos, qtbot)
    backend.step_s, backend.steps = 0.05, 100_000
    hands, run = Hands(viewer, qtbot), viewer.state.reconstruction
    hands.hotkey(Qt.Key.Key_R, CONTROL)
    answer(viewer, qtbot, "discard")
    qtbot.waitUntil(lambda: run.can_cancel)
    viewer.state.scene.tools.take(Tool.LEVEL)
    hands.hotkey(Qt.Key.Key_Escape)
    assert viewer.state.scene.tools.tool is Tool.LOOK
    assert run.is_running
    hands.hotkey(Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not run.is_running)


def test_groups_that_are_used_together_stay_open(viewer, photos, qtbot):
    viewer.window.resize(1280, 720)
    run_photos(viewer, photos, qtbot)
    hands = Hands(viewer, qtbot)

    def section(name: str) -> Section:
        return child(viewer.window, f"{name}_section", Section)

    assert section("confidence").is_open
    for name in ("filters", "points", "experts"):
        heading = child(viewer.window, f"fold_{name}_section", QToolButton)
        hands.show(heading)
        if not section(name).is_open:
            qtbot.mouseClick(heading, LEFT)
        rest(qtbot, viewer.window, [viewer.runner])
    hands.key(hands.find("confidence_slider", QSlider), Qt.Key.Key_PageUp)
    rest(qtbot, viewer.window, [viewer.runner])
    names = ("confidence", "filters", "points", "experts")
    assert [name for name in names if not section(name).is_open] == []
    qtbot.mouseClick(hands.show(child(viewer.window, "fold_filters_section", QToolButton)), LEFT)
    rest(qtbot, viewer.window, [viewer.runner])
    assert [name for name in names if not section(name).is_open] == ["filters"]


def test_errors_are_counted_until_the_messages_were_seen(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    notices, button = viewer.state.notices, child(viewer.window, "messages_button", QPushButton)
    assert button.text() == "Messages"
    notices.raise_toast("first")
    notices.raise_error("second", "what went wrong")
    notices.raise_error("third", "what went wrong")
    assert button.text() == "2 errors"
    for box in viewer.window.findChildren(QDialog, "error_box"):
        box.close()
    qtbot.mouseClick(button, LEFT)
    text = child(viewer.window, "log_text", QPlainTextEdit)
    qtbot.waitUntil(lambda: not text.visibleRegion().isEmpty())  # not behind the maps
    qtbot.waitUntil(lambda: button.text() == "Messages")
    lines = text.toPlainText().splitlines()
    found = [
        next(i for i, line in enumerate(lines) if word in line)
        for word in ("third", "second", "first")
    ]
    assert found == sorted(found)  # newest first


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_a_message_lies_over_no_map_no_legend_and_no_tool(viewer, photos, size, qtbot):
    viewer.window.resize(*size)
    run_photos(viewer, photos, qtbot)
    viewer.state.scene.tools.take(Tool.MEASURE)
    rest(qtbot, viewer.window, [viewer.runner])
    viewer.state.notices.raise_toast("Wrote one file after the other. " * 6)
    toast = child(viewer.window, "toast", QFrame)
    qtbot.waitUntil(toast.isVisible)
    rest(qtbot, viewer.window)
    place = toast.geometry()
    for name in ("maps_dock", "inspector_dock", "photos_dock", "filter_chips", "tool_bar"):
        part = child(viewer.window, name, QWidget)
        if part.isVisible():
            covered = part.rect().translated(part.mapTo(viewer.window, QPoint()))
            assert not covered.intersects(place), name
    text = child(toast, "toast_text", QLabel)
    assert text.heightForWidth(text.width()) <= text.height()


def test_a_dropped_tool_and_no_result_leave_nothing_to_end(viewer, photos, qtbot):
    assert drop(viewer.window, [photos])
    qtbot.waitUntil(lambda: viewer.state.session.can_run)
    assert not child(viewer.window, "action_leave", QAction).isEnabled()


def test_messages_can_be_read_on_the_start_page(viewer, qtbot):
    qtbot.mouseClick(child(viewer.window, "messages_button", QPushButton), LEFT)
    text = child(viewer.window, "log_text", QPlainTextEdit)
    qtbot.waitUntil(lambda: not text.visibleRegion().isEmpty())


def test_a_dropped_result_hears_letters_at_once(viewer, tmp_path, qtbot):
    drop(viewer.window, [tmp_path / "kitchen.npz"])
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None)
    rest(qtbot, viewer.window, [viewer.runner])
    before, held = viewer.state.view.color_mode, viewer.window.focusWidget()
    assert held is not None
    qtbot.keyClick(held, Qt.Key.Key_C)
    assert viewer.state.view.color_mode != before, held.objectName()
