"""A video that goes once round the pivot, from the real window, read back by OpenCV."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QLabel,
    QMessageBox,
    QPushButton,
    QSpinBox,
)

from moe3d_viewer.widgets.controls.pictures import rgb_from_image
from tests.app.drawn_window import settle, views
from tests.app.window_fixtures import child

pytestmark = [pytest.mark.gui, pytest.mark.gl]
LEFT = Qt.MouseButton.LeftButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
WIDTH, HEIGHT = 240, 160


def type_number(qtbot, box, text: str) -> None:
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)
    qtbot.keyClick(box, Qt.Key.Key_Tab)


def ask(qtbot, viewer, path, seconds="2", rate="6", to_left=False, about_middle=False) -> QDialog:
    """Fill the dialog in by keys, press Save, and choose the file."""
    qtbot.keyClick(viewer.window.focusWidget(), Qt.Key.Key_F12, CONTROL | SHIFT)
    dialog = child(viewer.window, "turntable_dialog", QDialog)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    fields = (("width", str(WIDTH + 1)), ("height", str(HEIGHT)), ("rate", rate))
    for name, text in fields:
        type_number(qtbot, child(dialog, f"turntable_{name}", QSpinBox), text)
    type_number(qtbot, child(dialog, "turntable_seconds", QDoubleSpinBox), seconds)
    assert child(dialog, "turntable_width", QSpinBox).value() == WIDTH  # even
    if to_left:
        qtbot.keyClick(child(dialog, "turntable_direction", QComboBox), Qt.Key.Key_Down)
    if about_middle:
        qtbot.keyClick(child(dialog, "turntable_about", QComboBox), Qt.Key.Key_Down)
    save(qtbot, dialog, path)
    return dialog


def save(qtbot, dialog: QDialog, path) -> None:
    qtbot.mouseClick(child(dialog, "turntable_save", QPushButton), LEFT)
    chooser = child(dialog, "turntable_file", QFileDialog)
    chooser.selectFile(str(path))
    buttons = child(chooser, "buttonBox", QDialogButtonBox)
    qtbot.mouseClick(buttons.button(QDialogButtonBox.StandardButton.Save), LEFT)


def frames_told(label: QLabel) -> int:
    words = label.text().split()
    return int(words[1]) if words[0] == "Frame" else 0


def read_back(path):
    capture = cv2.VideoCapture(str(path))
    rate, found = capture.get(cv2.CAP_PROP_FPS), []
    while True:
        is_there, frame = capture.read()
        if not is_there:
            return rate, np.array(found).astype(int)[..., ::-1]
        found.append(frame)


def shown(view, camera=None):
    return rgb_from_image(view.picture(WIDTH, HEIGHT, camera=camera)).astype(int)


def apart(first, second) -> float:
    return float(np.abs(first - second).mean())


def beyond_the_pivot(camera, up):
    """The same camera from the other side, by the formula of half a turn."""
    turn = 2 * np.outer(up, up) - np.eye(3)
    eye = camera.pivot + turn @ (camera.eye - camera.pivot)
    return replace(camera, eye=eye, world_from_view=turn @ camera.world_from_view)


@pytest.mark.parametrize(("to_left", "ending"), [(False, "avi"), (True, "mp4")])
def test_the_video_goes_once_round_and_shows_what_pictures_show(
    single, qtbot, tmp_path, to_left, ending
):
    view, path = views(single)[0], tmp_path / f"turn.{ending}"
    single.state.view.set_color_mode("depth")  # lit by depth
    single.state.view.set_point_size_px(4)
    settle(qtbot, single)
    camera, up = view.camera, view.controller.frame.up
    told, turns = [], []
    dialog = ask(qtbot, single, path, to_left=to_left)
    label = child(dialog, "turntable_told", QLabel)
    ticks = QTimer(dialog)
    ticks.timeout.connect(lambda: turns.append(label.text()))
    ticks.start(0)
    single.state.scene.turntable.progressed.connect(lambda report: told.append(report.done))
    qtbot.waitUntil(path.exists)
    qtbot.waitUntil(lambda: single.window.findChild(QDialog, "turntable_dialog") is None)
    assert told[-1] == 12
    assert len({text for text in turns if text.startswith("Frame")}) > 6  # the window kept working
    assert view.camera is camera
    rate, frames = read_back(path)
    assert rate == pytest.approx(6)
    assert frames.shape == (12, HEIGHT, WIDTH, 3)
    limit = 5
    assert apart(frames[0], shown(view)) < limit
    assert apart(frames[6], shown(view, beyond_the_pivot(camera, up))) < limit
    sideways = apart(frames[0], frames[3])
    assert sideways > 2 * limit
    assert apart(frames[0], frames[-1]) < sideways
    drag_px = 30 / 0.4  # a twelfth of a turn, at 0.4 degrees a pixel
    view.controller.orbit_by(-drag_px if to_left else drag_px, 0.0)
    assert apart(frames[1], shown(view)) < limit
    assert [file.name for file in tmp_path.glob("*turn*")] == [path.name]


def test_the_video_may_turn_about_the_middle_of_the_scene(single, qtbot, tmp_path):
    view, path = views(single)[0], tmp_path / "turn.avi"
    view.controller.pan_to(view.camera.pivot, (40.0, 40.0))
    settle(qtbot, single)
    ask(qtbot, single, path, seconds="1", rate="4", about_middle=True)
    qtbot.waitUntil(path.exists)
    _, frames = read_back(path)
    middle = replace(view.camera, pivot=view.controller.bounds.center)
    opposite = beyond_the_pivot(middle, view.controller.frame.up)
    assert apart(frames[2], shown(view, opposite)) < 5
    assert apart(frames[2], frames[0]) > 10


def test_cancel_leaves_nothing_and_the_dialog_for_another_try(single, qtbot, tmp_path):
    path = tmp_path / "new" / "turn.mp4"
    path.parent.mkdir()
    dialog = ask(qtbot, single, path, seconds="60", rate="30")
    label = child(dialog, "turntable_told", QLabel)
    qtbot.waitUntil(lambda: frames_told(label) >= 3)
    assert not child(dialog, "turntable_save", QPushButton).isEnabled()
    qtbot.mouseClick(child(dialog, "turntable_cancel", QPushButton), LEFT)
    assert not list(path.parent.iterdir())
    assert dialog.isVisible()
    assert label.text() == "1800 frames"
    assert child(dialog, "turntable_save", QPushButton).isEnabled()
    qtbot.mouseClick(child(dialog, "turntable_cancel", QPushButton), LEFT)
    assert not dialog.isVisible()


def test_closing_the_program_in_the_middle_leaves_nothing(single, qtbot, tmp_path):
    path = tmp_path / "new" / "turn.mp4"
    path.parent.mkdir()
    dialog = ask(qtbot, single, path, seconds="60", rate="30")
    label = child(dialog, "turntable_told", QLabel)
    qtbot.waitUntil(lambda: frames_told(label) >= 2)
    single.window.close_at_once()
    assert not list(path.parent.iterdir())


@pytest.mark.parametrize(
    ("name", "said"),
    [("turn.gif", "wanted .mp4 or .avi"), ("notes.txt/turn.mp4", "nothing was changed")],
)
def test_a_target_that_cannot_be_written_is_told(single, qtbot, tmp_path, name, said):
    (tmp_path / "notes.txt").write_text("a file, not a folder")
    dialog = ask(qtbot, single, tmp_path / "turn.mp4", seconds="60")
    turntable = single.state.scene.turntable
    turntable.cancel()
    child(dialog, "turntable_file", QFileDialog).fileSelected.emit(str(tmp_path / name))
    qtbot.waitUntil(lambda: bool(single.state.notices.errors))
    box = child(single.window, "error_box", QMessageBox)
    assert box.text() == "Could not save the video"
    assert said in box.informativeText()
    assert not turntable.is_running
    box.close()


def test_the_side_that_had_the_focus_is_drawn(drawn, qtbot, tmp_path):
    left, right = views(drawn)
    drawn.state.view.set_color_mode("depth")
    settle(qtbot, drawn)
    drawn.window.activateWindow()
    right.setFocus()
    qtbot.waitUntil(right.hasFocus)
    ask(qtbot, drawn, tmp_path / "turn.avi", seconds="0.5", rate="4")
    qtbot.waitUntil((tmp_path / "turn.avi").exists)
    _, frames = read_back(tmp_path / "turn.avi")
    assert apart(shown(left), shown(right)) > 0.3  # VGGT has points between the planes
    assert apart(frames[0], shown(right)) < apart(frames[0], shown(left))


@pytest.mark.parametrize("mode", ["photo", "depth", "expert"])
def test_saved_pictures_say_in_every_colour_that_experts_are_untrained(
    single, drawn_backend, qtbot, mode
):
    view = views(single)[0]
    single.state.view.set_color_mode(mode)
    settle(qtbot, single)
    trained = corner(view)
    prediction = single.state.reconstruction.prediction
    metadata = replace(prediction.metadata, experts_trained=False)
    single.state.reconstruction.show(replace(prediction, metadata=metadata))
    qtbot.waitUntil(lambda: not single.state.display.prediction.metadata.experts_trained)
    single.state.view.set_color_mode(mode)
    settle(qtbot, single)
    assert (corner(view) != trained).sum() > 100
    single.state.view.select_layer("vggt")
    settle(qtbot, single)
    noted = corner(view)
    view.overlays.note = ""
    assert (corner(view) != noted).any() == (mode == "expert")  # VGGT has no experts


def corner(view) -> np.ndarray:
    """What is written in the upper left of a saved picture."""
    image: QImage = view.picture(view.width(), view.height(), overlays=False)
    return rgb_from_image(image)[10:44, 10:130].astype(int)
