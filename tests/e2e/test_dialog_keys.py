"""Enter in a field of a dialog does what the dialog is for."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog

from tests.app.window_fixtures import child, run_photos

pytestmark = pytest.mark.gui
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def open_by_key(viewer, qtbot, key, keys, name: str) -> QDialog:
    viewer.window.activateWindow()
    qtbot.waitUntil(viewer.window.isActiveWindow)
    qtbot.keyClick(viewer.window, key, keys)
    qtbot.waitUntil(lambda: viewer.window.findChild(QDialog, name) is not None)
    dialog = child(viewer.window, name, QDialog)
    qtbot.waitUntil(lambda: is_in_front(dialog))
    return dialog


def is_in_front(dialog: QDialog) -> bool:
    """Ask again until it is: a display without a window manager may give the focus back."""
    if not dialog.isActiveWindow():
        dialog.activateWindow()
    return dialog.isActiveWindow()


def enter_in(field: str, dialog: QDialog, qtbot) -> list[QFileDialog]:
    """File dialogs that Enter in a field opens."""
    box = child(dialog, field)
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    return [found for found in dialog.parent().findChildren(QFileDialog) if found.isVisible()]


@pytest.mark.gl
def test_enter_saves_the_picture(drawn, qtbot):
    opened = open_by_key(drawn, qtbot, Qt.Key.Key_F12, CONTROL, "picture_dialog")
    (asked,) = enter_in("picture_width", opened, qtbot)
    assert asked.acceptMode() is QFileDialog.AcceptMode.AcceptSave


@pytest.mark.gl
def test_enter_saves_the_video(drawn, qtbot):
    opened = open_by_key(drawn, qtbot, Qt.Key.Key_F12, CONTROL | SHIFT, "turntable_dialog")
    (asked,) = enter_in("turntable_seconds", opened, qtbot)
    assert asked.acceptMode() is QFileDialog.AcceptMode.AcceptSave


def test_enter_in_the_folder_exports(viewer, photos, backend, qtbot, tmp_path):
    run_photos(viewer, photos, qtbot)
    opened = open_by_key(viewer, qtbot, Qt.Key.Key_E, CONTROL, "export_dialog")
    field = child(opened, "export_folder")
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    field.selectAll()
    qtbot.keyClicks(field, str(tmp_path / "out"))
    qtbot.waitUntil(child(opened, "export_button").isEnabled)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil((tmp_path / "out" / "scene.ply").exists)
