"""The 3D cameras come back with a session, and after a crash."""

import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QMessageBox, QPushButton

from moe3d.scene.records import View, ViewSet
from moe3d_viewer.arguments import Arguments
from moe3d_viewer.main import make_viewer
from moe3d_viewer.state.scene.session import READ_SCENE
from tests.app.drawn_window import (
    backend_with_points,
    pixels,
    place_of,
    settle,
    trigger,
    views,
)
from tests.app.fakes import FakeBackend
from tests.app.window_fixtures import build_viewer, child, drop

pytestmark = [pytest.mark.gui, pytest.mark.gl]
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def read_files(paths, progress, frames_per_second=1.0) -> ViewSet:
    files = sorted(file for path in paths for file in path.iterdir())
    return ViewSet(tuple(View(file.name, 40, 30, file) for file in files))


def file_backend() -> FakeBackend:
    """Photos are real files here, so that their hashes mean something."""
    return backend_with_points().replace(READ_SCENE, read_files)


@pytest.fixture
def drawn_backend() -> FakeBackend:
    return file_backend()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "garden wall"
    folder.mkdir()
    for number in range(2):
        Image.fromarray(np.full((30, 40, 3), 50 * number, np.uint8)).save(folder / f"{number}.png")
    return folder


def drag(qtbot, view, button, end) -> None:
    qtbot.mousePress(view, button, pos=QPoint(120, 120))
    qtbot.mouseMove(view, QPoint(130, 125))
    qtbot.mouseMove(view, QPoint(*end))
    qtbot.mouseRelease(view, button, pos=QPoint(*end))


def move_about(qtbot, viewer) -> None:
    """Turn, shift, look in parallel, and take the fly mode."""
    view = views(viewer)[0]
    drag(qtbot, view, LEFT, (190, 150))
    drag(qtbot, view, RIGHT, (150, 100))
    qtbot.keyClick(view, Qt.Key.Key_5, Qt.KeyboardModifier.KeypadModifier)
    trigger(viewer, "drag_fly")
    drag(qtbot, view, LEFT, (128, 131))
    settle(qtbot, viewer)


def save_as(qtbot, viewer, path: Path) -> None:
    viewer.window.activateWindow()
    qtbot.waitUntil(viewer.window.isActiveWindow)
    qtbot.keyClick(viewer.window, Qt.Key.Key_S, CONTROL | SHIFT)
    dialog = child(viewer.window, "file_dialog", QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.hide()
    dialog.deleteLater()
    qtbot.waitUntil(lambda: viewer.state.scene_file.path == path)


def reopened(qtbot, store, path: Path):
    viewer = build_viewer(qtbot, store, file_backend(), "--size", "1280x720")
    assert drop(viewer.window, [path])
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None)
    settle(qtbot, viewer)
    return viewer


def same_camera(first, second) -> None:
    for name in ("eye", "pivot", "world_from_view", "fov_y_deg", "orthographic"):
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), atol=1e-9)


def test_a_session_opens_with_the_camera_where_it_was(single, store, tmp_path, qtbot):
    view, path = views(single)[0], tmp_path / "garden.moe3d"
    opening = view.camera
    move_about(qtbot, single)
    assert np.linalg.norm(view.camera.eye - opening.eye) > 0.1
    assert not np.allclose(view.camera.world_from_view, opening.world_from_view)
    seen, places = pixels(view), [place_of(view, p) for p in ((-0.3, 0, 1.0), (0.5, 0.1, 2.0))]
    save_as(qtbot, single, path)
    second = reopened(qtbot, store, path)
    again = views(second)[0]
    same_camera(again.camera, view.camera)
    assert again.size() == view.size()
    assert np.abs(pixels(again) - seen).mean() < 0.5
    assert [place_of(again, p) for p in ((-0.3, 0, 1.0), (0.5, 0.1, 2.0))] == places
    assert child(second.window, "navigation", QComboBox).currentData() == "fly"
    eye = again.camera.eye
    drag(qtbot, again, LEFT, (160, 120))
    np.testing.assert_allclose(again.camera.eye, eye)  # flying: the head turns, the feet stay
    assert not second.window.isWindowModified()  # looking elsewhere is no change
    second.window.close_at_once()


def test_in_metres_it_comes_back_in_metres(single, store, tmp_path, qtbot):
    view, path = views(single)[0], tmp_path / "garden.moe3d"
    single.state.scale.set_metres_per_unit(5.0)
    qtbot.waitUntil(lambda: single.state.export.units == "metres")
    settle(qtbot, single)
    drag(qtbot, view, LEFT, (190, 150))
    settle(qtbot, single)
    save_as(qtbot, single, path)
    second = reopened(qtbot, store, path)
    same_camera(views(second)[0].camera, view.camera)
    assert np.abs(pixels(views(second)[0]) - pixels(view)).mean() < 0.5
    second.window.close_at_once()


def test_cameras_that_move_apart_come_back_apart(drawn, store, tmp_path, qtbot):
    left, right = views(drawn)
    for view in (left, right):
        view.controller.flight_ms = 0
    drawn.state.view.link_cameras(False)
    settle(qtbot, drawn)
    drag(qtbot, left, LEFT, (180, 130))
    drag(qtbot, right, LEFT, (60, 150))
    assert not np.allclose(left.camera.eye, right.camera.eye)
    path = tmp_path / "garden.moe3d"
    save_as(qtbot, drawn, path)
    second = reopened(qtbot, store, path)
    for view, again in zip((left, right), views(second), strict=True):
        same_camera(again.camera, view.camera)
    second.window.close_at_once()


@pytest.mark.parametrize(
    "poses", ["nonsense", [{"eye": [0, 0, 0]}], [{"eye": [1, 2, 3], "pivot": [1, 2, 3]}]]
)
def test_a_pose_that_cannot_be_opens_with_the_first_view(single, store, tmp_path, qtbot, poses):
    path, bad = tmp_path / "garden.moe3d", tmp_path / "bad.moe3d"
    opening = views(single)[0].camera
    save_as(qtbot, single, path)
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bad, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "session.json":
                session = json.loads(data)
                assert session["remembered"]["camera"]["poses"]
                session["remembered"]["camera"]["poses"] = poses
                data = json.dumps(session).encode()
            target.writestr(name, data)
    second = reopened(qtbot, store, bad)
    same_camera(views(second)[0].camera, opening)
    second.window.close_at_once()


def crashing_viewer(qtbot, store, root: Path):
    words = Arguments(size=(1280, 720))
    viewer = make_viewer(words, file_backend().functions, store, Path("sample"), recovery_root=root)
    qtbot.addWidget(viewer.window, before_close_func=lambda _w: viewer.close_down())
    with qtbot.waitExposed(viewer.window):
        viewer.show()
    return viewer


def test_a_crash_does_not_lose_where_the_camera_was(photos, store, tmp_path, qtbot, monkeypatch):
    monkeypatch.setattr("moe3d_viewer.state.scene.autosave.QUIET_MS", 10)
    root, crashed = tmp_path / "recovery", tmp_path / "recovery of a crash"
    first = crashing_viewer(qtbot, store, root)
    drop(first.window, [photos])
    qtbot.waitUntil(lambda: first.state.session.can_run)
    first.state.reconstruction.start()
    qtbot.waitUntil(lambda: bool(list(root.glob("*/scene.moe3d"))))
    qtbot.waitUntil(lambda: first.runner.num_running == 0)
    settle(qtbot, first)
    view = views(first)[0]
    drag(qtbot, view, LEFT, (190, 150))
    settle(qtbot, first)

    def kept() -> bool:
        files = list(root.glob("*/choices.json"))
        poses = json.loads(files[0].read_text())["choices"]["camera"]["poses"] if files else []
        return bool(poses) and np.allclose(poses[0]["eye"], view.camera.eye)

    qtbot.waitUntil(kept)
    shutil.copytree(root, crashed, ignore=shutil.ignore_patterns("*.lock", ".*"))
    second = crashing_viewer(qtbot, store, crashed)
    qtbot.waitUntil(lambda: second.window.findChild(QMessageBox, "recovery_box") is not None)
    qtbot.mouseClick(child(second.window, "recover_button", QPushButton), LEFT)
    qtbot.waitUntil(lambda: second.state.display.prediction is not None)
    settle(qtbot, second)
    same_camera(views(second)[0].camera, view.camera)
    second.window.close_at_once()
    first.window.close_at_once()
