"""Scenes that a crash left and that cannot be read, for once or for good: kept, told, offered."""

import json
import shutil
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QSlider

from moe3d.errors import SessionFileError
from moe3d.io.files import workplace
from moe3d.io.scenes.session_file import read_session
from moe3d.progress import Progress
from moe3d.scene.records import View, ViewSet
from moe3d_viewer.arguments import Arguments
from moe3d_viewer.main import make_viewer
from moe3d_viewer.state.scene.scene_saving import SceneToSave
from moe3d_viewer.viewer import Viewer
from moe3d_viewer.workers import recovery_folder
from moe3d_viewer.workers.recovery_folder import RecoveryFolder
from tests.app.fakes import FakeBackend
from tests.app.questions import answer
from tests.app.window_fixtures import child, run_photos
from tests.scenes import step_prediction

pytestmark = pytest.mark.gui


@pytest.fixture(autouse=True)
def _eager(monkeypatch):
    monkeypatch.setattr("moe3d_viewer.state.scene.autosave.QUIET_MS", 10)


@pytest.fixture
def open_viewer(qtbot, store: QSettings):
    """Windows that keep their scenes in a folder."""
    made = []

    def build(root: Path) -> Viewer:
        viewer = make_viewer(
            Arguments(), FakeBackend().functions, store, Path("sample"), recovery_root=root
        )
        qtbot.addWidget(viewer.window, before_close_func=lambda _w: viewer.close_down())
        viewer.show()
        made.append(viewer)
        return viewer

    yield build
    for viewer in made:
        viewer.window.close_at_once()


@pytest.fixture
def crashed(tmp_path) -> Path:
    """What a killed window left: a scene, and choices made after it."""
    prediction = step_prediction()
    names = prediction.names
    views = ViewSet(tuple(View(name, 4, 3, pixels=prediction.images[0, :3, :4]) for name in names))
    recovery = RecoveryFolder(tmp_path / "recovery")
    recovery.save_all(SceneToSave("garden wall", views, (), {}, prediction), Progress())
    recovery.save_choices({"view": {"percentile": 60.0}}, Progress())
    left = tmp_path / "left by a crash"
    shutil.copytree(tmp_path / "recovery", left, ignore=shutil.ignore_patterns("*.lock"))
    recovery.clear()
    return left


def until(qtbot, condition) -> None:
    """Wait for a state, however busy the machine is."""
    qtbot.waitUntil(condition)


def offered(qtbot, viewer: Viewer, words: str) -> QMessageBox:
    """Wait until a scene is offered with these words."""

    def found() -> list[QMessageBox]:
        boxes = viewer.window.findChildren(QMessageBox, "recovery_box")
        return [box for box in boxes if box.isVisible() and words in box.informativeText()]

    until(qtbot, lambda: bool(found()))
    return found()[0]


def press(qtbot, box: QMessageBox, name: str) -> None:
    qtbot.mouseClick(child(box, name, QPushButton), Qt.MouseButton.LeftButton)


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def make_newer(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {item.filename: archive.read(item) for item in archive.infolist()}
    text = members["session.json"].decode().replace('"version": [\n  1,', '"version": [\n  7,')
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (members | {"session.json": text.encode()}).items():
            archive.writestr(name, data)


@pytest.mark.parametrize(
    ("spoil", "words"), [(damage, "damaged"), (cut, "missing"), (make_newer, "newer program")]
)
def test_a_scene_that_cannot_be_read_is_kept_told_and_offered_again(
    open_viewer, crashed, qtbot, spoil, words
):
    (scene,) = crashed.glob("*/scene.moe3d")
    spoil(scene)
    kept = scene.read_bytes()
    for _ in range(2):  # also at the start after the next
        viewer = open_viewer(crashed)
        box = offered(qtbot, viewer, "")
        if words not in box.informativeText():  # the damage shows only when all of it is read
            press(qtbot, box, "recover_button")
            box = offered(qtbot, viewer, words)
        press(qtbot, box, "recover_button")
        box = offered(qtbot, viewer, words)
        assert child(box, "recover_button", QPushButton).text() == "Try again"
        box.reject()
        until(qtbot, lambda viewer=viewer: viewer.runner.num_running == 0)
        viewer.window.close_at_once()
        assert scene.read_bytes() == kept
        assert list(crashed.glob("*/choices.json"))
    viewer = open_viewer(crashed)
    press(qtbot, offered(qtbot, viewer, ""), "discard_button")
    until(qtbot, lambda: not list(crashed.iterdir()))


@pytest.mark.parametrize(
    ("where", "error"),
    [
        ("read_session", MemoryError()),
        ("read_session", OSError(5, "Input/output error")),
        ("read_session_title", MemoryError()),
    ],
)
def test_what_fails_once_is_recovered_by_trying_again(
    open_viewer, crashed, qtbot, monkeypatch, where, error
):
    real, failed = getattr(recovery_folder, where), []

    def fail_once(*words):
        if not failed:
            failed.append(1)
            raise error
        return real(*words)

    monkeypatch.setattr(recovery_folder, where, fail_once)
    viewer = open_viewer(crashed)
    if where == "read_session":
        press(qtbot, offered(qtbot, viewer, "garden wall"), "recover_button")
    press(qtbot, offered(qtbot, viewer, "cannot be read now"), "recover_button")
    until(qtbot, lambda: viewer.state.display.prediction is not None)
    assert child(viewer.window, "confidence_percent", QLabel).text() == "drop lowest 60 %"
    assert viewer.window.isWindowModified()
    viewer.window.close_at_once()
    assert not list(crashed.iterdir())


def test_choices_that_cannot_be_read_for_once_come_back_by_trying_again(
    open_viewer, crashed, qtbot, monkeypatch
):
    real, failed = Path.read_text, []

    def fail_once(self, *words, **named):
        if self.name == "choices.json" and not failed:
            failed.append(1)
            raise OSError(5, "Input/output error")
        return real(self, *words, **named)

    monkeypatch.setattr(Path, "read_text", fail_once)
    viewer = open_viewer(crashed)
    press(qtbot, offered(qtbot, viewer, "garden wall"), "recover_button")
    press(qtbot, offered(qtbot, viewer, "Input/output error"), "recover_button")
    until(qtbot, lambda: viewer.state.display.prediction is not None)
    assert child(viewer.window, "confidence_percent", QLabel).text() == "drop lowest 60 %"


def test_damaged_choices_are_set_aside_and_the_scene_comes(open_viewer, crashed, qtbot):
    (choices,) = crashed.glob("*/choices.json")
    choices.write_text("{")
    viewer = open_viewer(crashed)
    press(qtbot, offered(qtbot, viewer, "garden wall"), "recover_button")
    until(qtbot, lambda: viewer.state.display.prediction is not None)
    assert (choices.parent / "choices-unread.json").read_text() == "{"


def test_two_scenes_that_were_left_are_both_offered(open_viewer, crashed, qtbot):
    (folder,) = crashed.iterdir()
    shutil.copytree(folder, crashed / "another")
    viewer = open_viewer(crashed)
    first = offered(qtbot, viewer, "garden wall")
    press(qtbot, first, "discard_button")
    until(qtbot, lambda: offered(qtbot, viewer, "garden wall") is not first)
    press(qtbot, offered(qtbot, viewer, "garden wall"), "recover_button")
    until(qtbot, lambda: viewer.state.display.prediction is not None)
    assert len(list(crashed.glob("*/scene.moe3d"))) == 1


def test_the_scene_on_the_screen_never_goes_into_the_recovered_ones_folder(
    open_viewer, crashed, photos, qtbot, monkeypatch
):
    viewer = open_viewer(crashed)
    box = offered(qtbot, viewer, "garden wall")
    (scene,) = crashed.glob("*/scene.moe3d")
    kept, held = scene.read_bytes(), threading.Event()
    real = RecoveryFolder.recover

    def slow(self, leftover, progress):
        found = real(self, leftover, progress)
        held.wait(100)  # it is read, and the window does not know yet
        return found

    monkeypatch.setattr(RecoveryFolder, "recover", slow)
    viewer.state.open_paths([photos])
    until(qtbot, lambda: viewer.state.session.views is not None)
    viewer.state.reconstruction.show(step_prediction())  # unsaved, and about to be kept
    press(qtbot, box, "recover_button")
    answer(viewer, qtbot, "discard")
    until(qtbot, lambda: viewer.state.display.prediction is not None)
    assert viewer.state.scene_file.is_modified
    assert viewer.state.scene_file.scene_to_save() is not None
    viewer.state.autosave.save_now()
    held.set()
    until(qtbot, lambda: not viewer.state.autosave.is_recovering)
    until(qtbot, lambda: viewer.runner.num_running == 0)
    assert scene.read_bytes() == kept


def test_told_to_end_the_window_keeps_what_is_unsaved(open_viewer, photos, tmp_path, qtbot):
    root = tmp_path / "recovery"
    viewer = open_viewer(root)
    run_photos(viewer, photos, qtbot)
    until(qtbot, lambda: bool(list(root.glob("*/scene.moe3d"))))
    slider = child(viewer.window, "confidence_slider", QSlider)
    for _ in range(4):
        qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    with qtbot.waitSignal(viewer.finished) as told:
        viewer.end(143)
    assert told.args == [143]
    assert not viewer.window.isVisible()
    assert viewer.runner.num_running == 0
    next_one = open_viewer(root)
    press(qtbot, offered(qtbot, next_one, "garden wall"), "recover_button")
    until(qtbot, lambda: next_one.state.display.prediction is not None)
    assert child(next_one.window, "confidence_percent", QLabel).text() == "drop lowest 60 %"


def test_a_window_without_anything_unsaved_ends_and_leaves_nothing(open_viewer, tmp_path, qtbot):
    viewer = open_viewer(tmp_path / "recovery")
    with qtbot.waitSignal(viewer.finished):
        viewer.end(130)
    assert viewer.exit_code == 130
    assert not (tmp_path / "recovery").exists()


def test_an_export_that_a_kill_cut_between_two_files_is_ended_at_the_next_start(
    open_viewer, tmp_path, store, qtbot
):
    folder = tmp_path / "exported"
    folder.mkdir()
    (folder / "scene.ply").write_text("new")
    place = folder / f".scene.ply.{workplace._this_host()}-1-12345678.done"
    (place / "new-1").mkdir(parents=True)
    (place / "old-1").mkdir()
    (place / "new-1" / "scene.ply.json").write_text("new")
    (place / "old-1" / "scene.ply.json").write_text("old")
    inodes = ((folder / "scene.ply").stat().st_ino, (place / "new-1/scene.ply.json").stat().st_ino)
    names = ("scene.ply", "scene.ply.json")
    plan = [{"name": name, "inode": inode} for name, inode in zip(names, inodes, strict=True)]
    (place / "plan.json").write_text(json.dumps(plan))
    store.setValue("export_unfinished", str(folder))
    open_viewer(tmp_path / "recovery")
    until(qtbot, lambda: not place.exists() and not list(folder.glob(".*")))
    assert sorted(path.name for path in folder.iterdir()) == list(names)
    assert (folder / "scene.ply.json").read_text() == "new"


def test_choices_of_the_scene_before_are_not_those_of_the_next_one(crashed):
    (folder,) = crashed.iterdir()
    record = read_session(folder / "scene.moe3d")
    recovery = RecoveryFolder(crashed)
    (leftover,) = recovery.leftovers(Progress())
    # Killed between the new scene and the removal of the old one's choices.
    with zipfile.ZipFile(folder / "scene.moe3d", "a") as archive:
        archive.writestr("later.npy", b"another scene")
    scene = recovery.recover(leftover, Progress())
    assert scene.record.remembered == record.remembered


def test_a_scene_that_another_window_has_opened_is_not_taken_twice(crashed):
    first, second = RecoveryFolder(crashed), RecoveryFolder(crashed)
    (leftover,) = first.leftovers(Progress())
    assert second.leftovers(Progress()) == (leftover,)
    first.recover(leftover, Progress())
    assert second.leftovers(Progress()) == ()
    with pytest.raises(SessionFileError, match="another window"):
        second.recover(leftover, Progress())
    second.discard(leftover)
    assert (leftover.folder / "scene.moe3d").exists()
    first.clear()
    assert not list(crashed.iterdir())


def test_what_a_kill_left_without_any_scene_is_removed(tmp_path):
    lock_and_die = (
        "import os, sys; from PySide6.QtCore import QLockFile\n"
        "locks = [QLockFile(name) for name in sys.argv[1:]]\n"
        "os._exit(not all(lock.tryLock(0) for lock in locks))"
    )
    names = [str(tmp_path / f"{name}.lock") for name in ("empty", "half", "gone")]
    subprocess.run([sys.executable, "-c", lock_and_die, *names], check=True)
    (tmp_path / "empty").mkdir()
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "choices.json").write_text("{}")
    assert len(list(tmp_path.iterdir())) == 5
    assert RecoveryFolder(tmp_path).leftovers(Progress()) == ()
    assert not list(tmp_path.iterdir())
