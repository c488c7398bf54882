"""The commands of the window: one registry behind menus, keys and sheet."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QSlider

from tests.app.hands import Hands
from tests.app.window_fixtures import child, run_photos

pytestmark = pytest.mark.gui


def actions_in(menu: QMenu) -> list[QAction]:
    found = []
    for action in menu.actions():
        below = action.menu()
        found += actions_in(below) if isinstance(below, QMenu) else [action]
    return found


def test_every_command_is_in_the_menus_once_and_says_what_it_does(viewer):
    window = viewer.window
    in_menus = [a for top in window.menuBar().actions() for a in actions_in(top.menu())]
    for entry in window.commands.entries:
        assert in_menus.count(entry.action) == 1, entry.command.name
        assert entry.action.toolTip(), entry.command.name


def test_no_key_means_two_things(viewer):
    keys = [k.toString() for e in viewer.window.commands.entries for k in e.action.shortcuts()]
    assert len(keys) == len(set(keys))


def test_letters_act_only_in_the_views(viewer):
    for entry in viewer.window.commands.entries:
        for key in entry.action.shortcuts():
            if len(key.toString()) == 1 and key.toString().isalnum():
                context = entry.action.shortcutContext()
                assert context is Qt.ShortcutContext.WidgetWithChildrenShortcut


def test_the_key_sheet_lists_every_key(viewer, qtbot):
    Hands(viewer, qtbot).command("shortcuts")
    sheet = child(viewer.window, "shortcuts_dialog")
    shown = {label.text() for label in sheet.findChildren(QLabel)}
    for entry in viewer.window.commands.entries:
        if entry.action.shortcuts():
            assert entry.command.title in shown
    room = sheet.screen().availableSize()
    assert sheet.width() <= room.width()
    assert sheet.height() <= room.height()
    sheet.close()


def test_a_drag_of_the_slider_is_undone_and_redone_by_keys(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    window, view = viewer.window, viewer.state.view
    slider = child(window, "confidence_slider", QSlider)
    undo = child(window, "action_undo", QAction)
    assert not undo.isEnabled()
    slider.setFocus()
    for _ in range(4):
        qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    dragged = view.percentile
    assert dragged > 20
    assert undo.isEnabled()
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (view.percentile, undo.isEnabled()) == (20, False)
    assert slider.value() == view.percentile
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, Qt.Key.Key_Z, both)
    assert view.percentile == dragged
