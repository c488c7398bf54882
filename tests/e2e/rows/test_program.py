"""What every program should have: recents, undo, settings, keys, sample, messages (rows P)."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDockWidget,
    QLabel,
    QListWidget,
    QMenu,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QSlider,
)

from moe3d_viewer.arguments import Arguments
from moe3d_viewer.main import find_sample, make_viewer
from moe3d_viewer.widgets.maps.map_tile import MapTile
from tests.app.hands import LEFT, Hands, color_at
from tests.app.questions import answer
from tests.app.window_fixtures import build_viewer, child, drop, has_panels, run_photos
from tests.e2e.rows.test_maps import VIRIDIS_HIGH
from tests.patience import rest

pytestmark = pytest.mark.gui
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_recent_scenes_are_in_the_menu_and_on_the_start_page(
    viewer, photos, tmp_path, qtbot, store, backend
):
    run_photos(viewer, photos, qtbot)
    other = tmp_path / "other"
    other.mkdir()
    (other / "9.jpg").write_bytes(b"")
    drop(viewer.window, [other])
    answer(viewer, qtbot, "discard")
    qtbot.waitUntil(lambda: viewer.window.windowTitle().startswith("other"))
    files = child(viewer.window, "menu_file", QMenu)
    bar, recents = viewer.window.menuBar(), child(viewer.window, "menu_recents", QMenu)
    place = bar.actionGeometry(files.menuAction()).center()
    qtbot.mouseClick(bar, LEFT, pos=place)
    qtbot.mouseClick(files, LEFT, pos=files.actionGeometry(recents.menuAction()).center())
    qtbot.waitUntil(recents.isVisible)
    texts = [action.text() for action in recents.actions()]
    assert texts[:2] == [str(other), str(photos)]
    qtbot.mouseClick(recents, LEFT, pos=recents.actionGeometry(recents.actions()[1]).center())
    qtbot.waitUntil(lambda: viewer.window.windowTitle().startswith("garden wall"))
    viewer.window.close_at_once()

    second = build_viewer(qtbot, store, backend)
    rest(qtbot, second.window, [second.runner])
    button = child(second.window, "recent_1", QPushButton)
    assert child(second.window, "recent_name_1", QLabel).text() == "other"
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: second.window.windowTitle().startswith("other"))
    assert child(second.window, "photo_list", QListWidget).count() == 1
    second.window.close_at_once()


def test_keys_take_changes_back_one_by_one_and_make_them_again(hands):
    def key(key, keys=CONTROL):
        hands.hotkey(key, keys)

    fused, gating, photo = (
        hands.find(f"tile_{name}", MapTile) for name in ("fused", "gating", "photo")
    )
    box, percent = (
        hands.find("legend_expert_1", QCheckBox),
        hands.find("confidence_percent", QLabel),
    )
    overlay, turbo = color_at(gating, 3, 9), color_at(fused, 3, 9)
    hands.tick("legend_expert_1")
    hands.choose("color_map", "viridis")
    slider = hands.show(hands.find("confidence_slider", QSlider))
    slider.setFocus()
    hands.qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    assert percent.text() == "drop lowest 30 %"

    key(Qt.Key.Key_Z)
    assert percent.text() == "drop lowest 20 %"
    assert color_at(fused, 3, 9) == VIRIDIS_HIGH
    key(Qt.Key.Key_Z)
    assert color_at(fused, 3, 9) == turbo
    assert color_at(gating, 3, 9) == color_at(photo, 3, 9)
    key(Qt.Key.Key_Z)
    assert color_at(gating, 3, 9) == overlay
    assert box.isChecked()
    key(Qt.Key.Key_Z)  # nothing is left to take back
    assert color_at(fused, 3, 9) == turbo

    key(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert not box.isChecked()
    assert color_at(gating, 3, 9) == color_at(photo, 3, 9)
    for _ in range(2):
        key(Qt.Key.Key_Y)
    assert color_at(fused, 3, 9) == VIRIDIS_HIGH
    assert percent.text() == "drop lowest 30 %"


def test_settings_are_there_at_the_next_start(qtbot, store, backend, photos):
    first = build_viewer(qtbot, store, backend)
    run_photos(first, photos, qtbot)
    hands = Hands(first, qtbot)
    dark = first.window.grab().toImage().pixelColor(2, 2).lightness()
    hands.command("theme_light" if dark < 128 else "theme_dark")
    hands.choose("resize_mode", "pad")
    hands.press("inspector_dock_close")
    hands.command("panel_log")
    first.window.resize(1200, 660)
    hands.hotkey(Qt.Key.Key_Q, CONTROL)
    leave = child(first.window, "unsaved_box", QMessageBox)
    qtbot.mouseClick(leave.button(QMessageBox.StandardButton.Discard), LEFT)
    assert not first.window.isVisible()

    second = build_viewer(qtbot, store, backend)
    now = second.window.grab().toImage().pixelColor(2, 2).lightness()
    assert (now < 128) != (dark < 128)
    assert second.window.height() == 660
    run_photos(second, photos, qtbot)
    assert not child(second.window, "inspector_dock", QDockWidget).isVisible()
    assert child(second.window, "log_dock", QDockWidget).isVisible()
    Hands(second, qtbot).command("panel_inspector")
    assert child(second.window, "resize_mode", QComboBox).currentData() == "pad"
    second.window.close_at_once()


def test_the_question_mark_lists_every_key(viewer, qtbot):
    Hands(viewer, qtbot).hotkey(Qt.Key.Key_Question)
    sheet = child(viewer.window, "shortcuts_dialog", QDialog)
    assert sheet.isVisible()
    shown = sheet.findChildren(QLabel)
    keys = [label.text() for label in shown if label.property("role") == "value"]
    told = dict(
        zip(
            keys,
            [label.text() for label in shown if label.property("role") == "muted"],
            strict=True,
        )
    )
    assert told["Ctrl+R, F5"] == "Run"
    for entry in viewer.window.commands.entries:
        if entry.action.shortcuts():
            assert entry.command.title in told.values()
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_the_sample_comes_by_a_click_and_without_a_network(qtbot, store, monkeypatch):
    def refuse(*_args, **_more):
        raise AssertionError("the sample must not need the network")

    monkeypatch.setattr("socket.socket.connect", refuse)
    viewer = make_viewer(Arguments(), store=store, sample_path=find_sample())
    qtbot.addWidget(viewer.window, before_close_func=lambda _window: viewer.close_down())
    with qtbot.waitExposed(viewer.window):
        viewer.show()
    button = child(viewer.window, "sample_button", QPushButton)
    assert button.isVisible()
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: has_panels(viewer.window))
    listed = child(viewer.window, "photo_list", QListWidget)
    qtbot.waitUntil(lambda: listed.count() == 8)

    def is_drawn() -> bool:
        picture = listed.item(0).icon().pixmap(listed.iconSize()).toImage()
        across = range(10, picture.width() - 10, 5)
        middle = {picture.pixelColor(x, picture.height() // 2).rgb() for x in across}
        return len(middle) > 5

    qtbot.waitUntil(is_drawn)  # a photo, no grey card
    qtbot.waitUntil(child(viewer.window, "run_button").isEnabled)
    viewer.window.close_at_once()


def test_errors_stay_in_the_messages_and_are_copied_as_a_report(viewer, photos, backend, qtbot):
    hands = Hands(viewer, qtbot)
    backend.run_error = MemoryError()
    assert drop(viewer.window, [photos])
    hands.press("run_button")
    hands.wait(lambda: viewer.window.findChild(QMessageBox, "error_box") is not None)
    box = child(viewer.window, "error_box", QMessageBox)
    assert "out of memory" in box.informativeText()
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    hands.command("panel_log")
    text = hands.show(hands.find("log_text", QPlainTextEdit))
    assert "out of memory" in text.toPlainText()
    hands.press("copy_report")
    report = QGuiApplication.clipboard().text()
    assert "out of memory" in report
    assert report.startswith("MoE3D Viewer ")
    assert "model mini" in report
