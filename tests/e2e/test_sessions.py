"""Sessions in the real window: save, close, reopen, crash, moved photos."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QListWidget,
    QMessageBox,
    QPushButton,
    QSlider,
)

from moe3d.io.scenes.session_file import read_session
from moe3d.scene.records import View, ViewSet
from moe3d_viewer.arguments import Arguments
from moe3d_viewer.main import make_viewer
from moe3d_viewer.state.scene.session import READ_SCENE
from moe3d_viewer.viewer import Viewer
from tests.app.fakes import FakeBackend
from tests.app.hands import Hands
from tests.app.questions import answer
from tests.app.window_fixtures import build_viewer, child, drop, run_photos
from tests.patience import rest
from tests.supported_scenes import supported_prediction

pytestmark = pytest.mark.gui
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def read_files(paths, progress, frames_per_second=1.0) -> ViewSet:
    files = sorted(file for path in paths for file in path.iterdir())
    return ViewSet(tuple(View(file.name, 40, 30, file) for file in files))


def file_backend() -> FakeBackend:
    """Photos are real files here, so that their hashes mean something."""
    return FakeBackend().replace(READ_SCENE, read_files)


@pytest.fixture
def backend() -> FakeBackend:
    return file_backend()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "garden wall"
    folder.mkdir()
    for number in range(3):
        pixels = np.full((30, 40, 3), 40 + 50 * number, np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return folder


def choose_file(qtbot, viewer: Viewer, path: Path) -> None:
    """Answer the open file dialog."""
    Hands(viewer, qtbot).answer_file_dialog(path)
    window = viewer.window
    window.activateWindow()
    qtbot.waitUntil(lambda: window.isActiveWindow() or not window.isVisible())


def save_as(qtbot, viewer: Viewer, path: Path) -> None:
    qtbot.keyClick(viewer.window, Qt.Key.Key_S, CONTROL | SHIFT)
    choose_file(qtbot, viewer, path)
    qtbot.waitUntil(lambda: viewer.state.scene_file.path == path)


def test_save_change_save_and_open_again(viewer, photos, backend, store, tmp_path, qtbot):
    run_photos(viewer, photos, qtbot)
    window, state = viewer.window, viewer.state
    assert window.isWindowModified()  # the result is in no file yet
    path = tmp_path / "garden.moe3d"
    save_as(qtbot, viewer, path)
    assert window.windowTitle() == "garden[*] — MoE3D Viewer"
    assert not window.isWindowModified()

    slider = child(window, "confidence_slider", QSlider)
    qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    hands = Hands(viewer, qtbot)
    hands.choose("color_mode", "depth")
    assert window.isWindowModified()
    qtbot.keyClick(window, Qt.Key.Key_S, CONTROL)
    qtbot.waitUntil(lambda: not window.isWindowModified())
    chosen = state.remembered.snapshot()
    hands.key(child(window, "strip_scroll"), Qt.Key.Key_Right)
    assert not window.isWindowModified()  # looking at another photo is no change
    hands.key(slider, Qt.Key.Key_Home)
    assert window.isWindowModified()
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert not window.isWindowModified()  # undone to what is in the file

    second = build_viewer(qtbot, store, file_backend())
    assert drop(second.window, [path])
    qtbot.waitUntil(lambda: second.state.display.prediction is not None)
    assert second.state.remembered.snapshot() == chosen
    assert second.window.windowTitle() == "garden[*] — MoE3D Viewer"
    assert not second.window.isWindowModified()
    assert child(second.window, "photo_list", QListWidget).count() == 3
    assert child(second.window, "confidence_percent", QLabel).text() == "drop lowest 30 %"
    assert child(second.window, "color_mode", QComboBox).currentData() == "depth"
    assert second.state.session.can_run  # the photos are where they were
    assert second.state.settings.recents[0] == path
    second.window.close()
    assert not second.window.isVisible()


def test_closing_asks_about_an_unsaved_result(viewer, photos, tmp_path, qtbot):
    run_photos(viewer, photos, qtbot)
    window = viewer.window
    window.close()
    box = child(window, "unsaved_box", QMessageBox)
    qtbot.mouseClick(box.button(QMessageBox.StandardButton.Cancel), Qt.MouseButton.LeftButton)
    assert window.isVisible()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "unsaved_box") is None)
    window.close()
    box = child(window, "unsaved_box", QMessageBox)
    qtbot.mouseClick(box.button(QMessageBox.StandardButton.Save), Qt.MouseButton.LeftButton)
    choose_file(qtbot, viewer, tmp_path / "last.moe3d")
    qtbot.waitUntil(lambda: not window.isVisible())
    assert read_session(tmp_path / "last.moe3d").prediction is not None


def test_closing_without_saving_closes(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    viewer.window.close()
    box = child(viewer.window, "unsaved_box", QMessageBox)
    qtbot.mouseClick(box.button(QMessageBox.StandardButton.Discard), Qt.MouseButton.LeftButton)
    assert not viewer.window.isVisible()


def test_moved_photos_are_found_by_their_bytes(viewer, photos, store, tmp_path, qtbot):
    run_photos(viewer, photos, qtbot)
    path = tmp_path / "sessions" / "garden.moe3d"
    save_as(qtbot, viewer, path)
    new = tmp_path / "archive" / "2026"
    new.parent.mkdir()
    shutil.move(photos, new)
    (new / "1.png").rename(new / "renamed.png")

    second = build_viewer(qtbot, store, file_backend())
    drop(second.window, [path])
    qtbot.waitUntil(lambda: second.state.display.prediction is not None)
    assert second.state.scene_file.missing == ("0.png", "1.png", "2.png")
    assert not second.state.session.can_run
    find = child(second.window, "action_find_photos", QAction)
    assert find.isEnabled()
    Hands(second, qtbot).command("find_photos")
    choose_file(qtbot, second, tmp_path / "archive")
    qtbot.waitUntil(lambda: not second.state.scene_file.missing)
    assert second.state.session.can_run
    assert second.state.session.views.views[1].path == new / "renamed.png"
    assert not find.isEnabled()
    second.window.close_at_once()


def test_a_bad_session_is_refused_and_the_scene_stays(viewer, photos, tmp_path, qtbot):
    run_photos(viewer, photos, qtbot)
    bad = tmp_path / "bad.moe3d"
    bad.write_bytes(b"PK\x03\x04 not really")
    drop(viewer.window, [bad])
    answer(viewer, qtbot, "discard")
    qtbot.waitUntil(lambda: bool(viewer.state.notices.errors))
    box = child(viewer.window, "error_box", QMessageBox)
    assert "bad.moe3d" in box.informativeText()
    assert viewer.state.display.prediction is not None
    assert viewer.window.windowTitle().startswith("garden wall")


@pytest.fixture
def eager(monkeypatch):
    """Kept as soon as the hand rests."""
    monkeypatch.setattr("moe3d_viewer.state.scene.autosave.QUIET_MS", 10)


def crashing_viewer(qtbot, store, root: Path) -> Viewer:
    viewer = make_viewer(
        Arguments(), file_backend().functions, store, Path("sample"), recovery_root=root
    )
    qtbot.addWidget(viewer.window, before_close_func=lambda _w: viewer.close_down())
    viewer.show()
    return viewer


def test_after_a_crash_the_scene_is_offered_and_recovered(photos, store, tmp_path, qtbot, eager):
    root = tmp_path / "recovery"
    first = crashing_viewer(qtbot, store, root)
    run_photos(first, photos, qtbot)
    qtbot.waitUntil(lambda: bool(list(root.glob("*/scene.moe3d"))))
    qtbot.waitUntil(lambda: first.runner.num_running == 0)
    slider = child(first.window, "confidence_slider", QSlider)
    for _ in range(4):
        qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: bool(list(root.glob("*/choices.json"))))

    # While the first program lives, its scene is nobody's leftover.
    looking = crashing_viewer(qtbot, store, root)
    rest(qtbot, looking.window, [looking.runner])
    assert looking.window.findChild(QMessageBox, "recovery_box") is None
    looking.window.close_at_once()

    crashed = tmp_path / "recovery of a crash"  # a killed process leaves its files and no lock
    shutil.copytree(root, crashed, ignore=shutil.ignore_patterns("*.lock"))
    second = crashing_viewer(qtbot, store, crashed)
    qtbot.waitUntil(lambda: second.window.findChild(QMessageBox, "recovery_box") is not None)
    button = child(second.window, "recover_button", QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: second.state.display.prediction is not None)
    assert child(second.window, "confidence_percent", QLabel).text() == "drop lowest 60 %"
    assert second.window.windowTitle() == "garden wall[*] — MoE3D Viewer"
    assert second.window.isWindowModified()
    assert len(list(crashed.glob("*/scene.moe3d"))) == 1  # kept again, under its own name
    second.window.close_at_once()
    assert not list(crashed.glob("*/scene.moe3d"))  # a clean end leaves nothing
    first.window.close_at_once()


def test_a_saved_scene_leaves_nothing_to_recover(photos, store, tmp_path, qtbot, eager):
    root = tmp_path / "recovery"
    viewer = crashing_viewer(qtbot, store, root)
    run_photos(viewer, photos, qtbot)
    qtbot.waitUntil(lambda: bool(list(root.glob("*/scene.moe3d"))))
    save_as(qtbot, viewer, tmp_path / "garden.moe3d")
    qtbot.waitUntil(lambda: not list(root.glob("*/scene.moe3d")))
    viewer.window.close()


def test_support_that_was_chosen_comes_back_with_the_session(
    viewer, photos, backend, store, tmp_path, qtbot
):
    backend.make = lambda: supported_prediction(refined=False)
    run_photos(viewer, photos, qtbot)
    hands = Hands(viewer, qtbot)
    hands.choose("color_mode", "support")
    hands.tick("support_filter")  # it was on unasked
    path = tmp_path / "garden.moe3d"
    save_as(qtbot, viewer, path)
    second = build_viewer(qtbot, store, file_backend())
    assert drop(second.window, [path])
    qtbot.waitUntil(lambda: second.state.display.prediction is not None)
    assert not child(second.window, "support_filter", QCheckBox).isChecked()
    assert child(second.window, "color_mode", QComboBox).currentData() == "support"
    assert not second.window.isWindowModified()
    second.window.close()


@pytest.mark.parametrize(("percentile", "shown"), [(12.3, 12), (100.0, 99)])
def test_values_that_no_slider_can_show_come_back_with_the_session(
    viewer, photos, store, tmp_path, qtbot, percentile, shown
):
    """One slider has whole places only, another one ends before the value."""
    run_photos(viewer, photos, qtbot)
    view = viewer.state.view
    view.set_percentile(percentile)
    view.set_point_size_px(11.03)
    view.set_overlay_opacity(0.655)
    viewer.state.scene.look.set_frustum_scale(1.234567)
    chosen = viewer.state.remembered.snapshot()
    assert chosen["view"]["percentile"] == percentile
    assert chosen["view"]["point_size_px"] == 11.03
    path = tmp_path / "garden.moe3d"
    save_as(qtbot, viewer, path)
    second = build_viewer(qtbot, store, file_backend())
    assert drop(second.window, [path])
    qtbot.waitUntil(lambda: second.state.display.prediction is not None)
    assert second.state.remembered.snapshot() == chosen
    assert not second.window.isWindowModified()
    slider = child(second.window, "confidence_slider", QSlider)
    assert slider.value() == shown
    assert child(second.window, "point_size", QSlider).value() == 80
    Hands(second, qtbot).key(slider, Qt.Key.Key_PageDown)
    assert second.state.view.percentile == shown - 10
    second.window.close_at_once()
