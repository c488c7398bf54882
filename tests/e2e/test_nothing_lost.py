"""Every way by which an unsaved result could go asks once: save, discard, cancel."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton, QToolButton

from moe3d.io.scenes.session_file import read_session
from moe3d.progress import Progress
from moe3d_viewer.state.run.reconstruction import Phase
from moe3d_viewer.state.scene.scene_file import OPEN_SCENE
from moe3d_viewer.state.scene.scene_saving import SceneToSave
from moe3d_viewer.workers.scene_files import save_scene
from tests.app.fakes import FakeBackend, views_of
from tests.app.hands import LEFT, Hands
from tests.app.questions import answer, asked, question, save_under
from tests.app.window_fixtures import child, drop, run_photos
from tests.patience import rest
from tests.scenes import step_prediction

pytestmark = pytest.mark.gui
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Way = Callable[[Hands, Path], None]


@pytest.fixture
def backend() -> FakeBackend:
    made = FakeBackend()
    made.follows_photos = True
    return made


@pytest.fixture
def photos(tmp_path) -> Path:
    """More than a preview takes."""
    folder = tmp_path / "garden wall"
    folder.mkdir()
    for number in range(10):
        (folder / f"{number}.jpg").write_bytes(b"")
    return folder


@pytest.fixture
def other(tmp_path) -> Path:
    """Everything else that can be opened, in one place."""
    folder = tmp_path / "other"
    (folder / "kitchen").mkdir(parents=True)
    for name in ("a.jpg", "b.jpg"):
        (folder / "kitchen" / name).write_bytes(b"")
    (folder / "hall.npz").write_bytes(b"the backend makes one up")
    return folder


@pytest.fixture
def session(other) -> Path:
    """A saved session of another scene."""
    prediction = step_prediction()
    scene = SceneToSave("attic", views_of(prediction.names), (), {}, prediction)
    return save_scene(scene, other / "attic.moe3d", Progress())


def open_folder(hands: Hands, other: Path) -> None:
    hands.hotkey(Qt.Key.Key_O, CONTROL)
    hands.answer_file_dialog(other / "kitchen")


def open_files(hands: Hands, other: Path) -> None:
    hands.command("open_files")
    hands.answer_file_dialog(other / "kitchen" / "a.jpg")


def drop_folder(hands: Hands, other: Path) -> None:
    assert drop(hands.window, [other / "kitchen"])


def drop_session(hands: Hands, other: Path) -> None:
    assert drop(hands.window, [other / "attic.moe3d"])


def open_recent(hands: Hands, other: Path) -> None:
    bar = hands.window.menuBar()
    menu = child(hands.window, "menu_recents")
    file = child(hands.window, "menu_file")
    (entry,) = [a for a in menu.actions() if a.text() == str(other / "attic.moe3d")]
    hands.qtbot.mouseClick(bar, LEFT, pos=bar.actionGeometry(file.menuAction()).center())
    hands.wait(lambda: file.isVisible() and file.windowHandle().isExposed())
    hands.qtbot.mouseClick(file, LEFT, pos=file.actionGeometry(menu.menuAction()).center())
    hands.wait(lambda: menu.isVisible() and menu.windowHandle().isExposed())
    hands.qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(entry).center())


def open_session(hands: Hands, other: Path) -> None:
    hands.hotkey(Qt.Key.Key_O, CONTROL | SHIFT)
    hands.answer_file_dialog(other / "attic.moe3d")


def open_result(hands: Hands, other: Path) -> None:
    hands.hotkey(Qt.Key.Key_O, CONTROL | SHIFT)
    hands.answer_file_dialog(other / "hall.npz")


def open_sample(hands: Hands, _other: Path) -> None:
    hands.command("open_sample")


OPENINGS: dict[str, Way] = {
    "Ctrl+O": open_folder,
    "photo files": open_files,
    "drop of photos": drop_folder,
    "drop of a session": drop_session,
    "recent": open_recent,
    "session": open_session,
    "saved result": open_result,
    "sample": open_sample,
}


def run_by_key(hands: Hands, _other: Path) -> None:
    hands.wait(lambda: hands.viewer.state.reconstruction.can_start)
    hands.hotkey(Qt.Key.Key_R, CONTROL)


def run_by_tool_bar(hands: Hands, _other: Path) -> None:
    hands.wait(lambda: hands.viewer.state.reconstruction.can_start)
    hands.qtbot.mouseClick(child(hands.window, "tool_run", QToolButton), LEFT)


def run_preview(hands: Hands, _other: Path) -> None:
    hands.wait(lambda: hands.viewer.state.reconstruction.can_start)
    hands.hotkey(Qt.Key.Key_R, CONTROL | SHIFT)


RUNS: dict[str, Way] = {
    "run key": run_by_key,
    "run button": run_by_tool_bar,
    "preview": run_preview,
}


def close_window(hands: Hands, _other: Path) -> None:
    hands.window.close()


def quit_by_key(hands: Hands, _other: Path) -> None:
    hands.hotkey(Qt.Key.Key_Q, CONTROL)


def quit_by_menu(hands: Hands, _other: Path) -> None:
    hands.command("quit")


CLOSINGS: dict[str, Way] = {
    "close": close_window,
    "quit by key": quit_by_key,
    "quit by menu": quit_by_menu,
}
EVERY_WAY = {**OPENINGS, **RUNS, **CLOSINGS}


@pytest.fixture
def hands(viewer, photos, session, tmp_path, qtbot) -> Hands:
    """A window with a result that is in no file."""
    viewer.state.sample_path = photos.with_name("sample photos")
    shutil.copytree(photos, viewer.state.sample_path)
    viewer.state.settings.add_recent(session)
    run_photos(viewer, photos, qtbot)
    qtbot.waitUntil(lambda: not viewer.state.reconstruction.is_running)
    return Hands(viewer, qtbot)


def begin_again(hands: Hands, photos: Path) -> object:
    """The same scene with a result that is in no file; the result."""
    state = hands.viewer.state
    drop(hands.window, [photos])
    if question(hands.viewer) is not None:
        answer(hands.viewer, hands.qtbot, "discard")
    hands.wait(lambda: state.session.paths == (photos,) and not state.session.is_loading)
    hands.hotkey(Qt.Key.Key_R, CONTROL)
    hands.wait(lambda: state.display.prediction is not None)
    hands.wait(lambda: not state.reconstruction.is_running)
    return state.display.prediction


def rests(hands: Hands) -> None:
    rest(hands.qtbot, hands.window, [hands.viewer.runner])


def test_cancel_leaves_everything_as_it_was_on_every_way(hands, other, qtbot):
    state = hands.viewer.state
    before, names = state.display.prediction, state.session.views.names
    for way, go in EVERY_WAY.items():
        go(hands, other)
        assert "in no file yet" in asked(hands.viewer, qtbot).informativeText(), way
        answer(hands.viewer, qtbot, "cancel")
        qtbot.waitUntil(lambda: hands.viewer.runner.num_running == 0)
        assert hands.window.isVisible(), way
        assert state.display.prediction is before, way
        assert state.session.views.names == names, way
        assert hands.window.isWindowModified(), way
        assert not state.reconstruction.is_running, way
        assert question(hands.viewer) is None, way


def test_save_saves_under_a_name_and_opens_on_every_way(hands, photos, other, tmp_path, qtbot):
    state, before = hands.viewer.state, hands.viewer.state.display.prediction
    for number, (way, go) in enumerate(OPENINGS.items()):
        path = tmp_path / f"kept {number}.moe3d"
        go(hands, other)
        save_under(hands, path)
        qtbot.waitUntil(lambda before=before: state.display.prediction is not before)
        kept = read_session(path).prediction
        assert kept is not None, way
        np.testing.assert_array_equal(kept.depth, before.depth)
        assert not state.notices.errors, way
        assert not hands.window.windowTitle().startswith("kept"), way
        before = begin_again(hands, photos)


def test_discard_opens_on_every_way(hands, photos, other, qtbot):
    state, before = hands.viewer.state, hands.viewer.state.display.prediction
    for way, go in OPENINGS.items():
        go(hands, other)
        answer(hands.viewer, qtbot, "discard")
        qtbot.waitUntil(lambda before=before: state.display.prediction is not before)
        assert question(hands.viewer) is None, way
        before = begin_again(hands, photos)


def test_a_run_over_an_unsaved_result_saves_it_first_or_not(hands, other, tmp_path, qtbot):
    state, path = hands.viewer.state, tmp_path / "kept.moe3d"
    for way, go in RUNS.items():
        before = state.reconstruction.prediction
        go(hands, other)
        if state.scene_file.path is None:
            save_under(hands, path)
        else:  # the session has a file by now
            answer(hands.viewer, qtbot, "save")
        qtbot.waitUntil(lambda before=before: state.reconstruction.prediction is not before)
        np.testing.assert_array_equal(read_session(path).prediction.depth, before.depth)
        newer = state.reconstruction.prediction
        go(hands, other)
        answer(hands.viewer, qtbot, "discard")
        qtbot.waitUntil(lambda newer=newer: state.reconstruction.prediction is not newer)
        assert hands.window.isWindowModified(), way


@pytest.mark.parametrize("way", CLOSINGS)
def test_closing_saves_first(hands, other, tmp_path, way, qtbot):
    path = tmp_path / "kept.moe3d"
    CLOSINGS[way](hands, other)
    save_under(hands, path)
    qtbot.waitUntil(lambda: not hands.window.isVisible())
    assert read_session(path).prediction is not None
    assert hands.viewer.runner.num_running == 0


def test_a_saved_scene_goes_without_a_question_on_every_way(hands, photos, other, tmp_path, qtbot):
    state, seen = hands.viewer.state, []
    for number, (way, go) in enumerate({**OPENINGS, **RUNS}.items()):
        path = tmp_path / f"kept {number}.moe3d"
        hands.hotkey(Qt.Key.Key_S, CONTROL)
        hands.answer_file_dialog(path)
        qtbot.waitUntil(lambda path=path: state.scene_file.path == path)
        before = state.reconstruction.prediction
        state.leaving.asked.connect(seen.append)
        go(hands, other)
        qtbot.waitUntil(lambda before=before: state.reconstruction.prediction is not before)
        assert not seen, way
        state.leaving.asked.disconnect(seen.append)
        begin_again(hands, photos)
    hands.hotkey(Qt.Key.Key_S, CONTROL)
    hands.answer_file_dialog(tmp_path / "last.moe3d")
    qtbot.waitUntil(lambda: not hands.window.isWindowModified())
    hands.window.close()
    assert not hands.window.isVisible()


def test_a_run_that_is_under_way_is_not_stopped_unasked_on_any_way(hands, backend, other, qtbot):
    """One question covers the run and the unsaved result; cancel leaves both."""
    state = hands.viewer.state
    backend.steps, backend.step_s = 100_000, 0.005
    run_by_key(hands, other)
    answer(hands.viewer, qtbot, "discard")
    qtbot.waitUntil(lambda: state.reconstruction.phase is Phase.RUNNING)
    before, views = state.reconstruction.prediction, state.session.views
    for way, go in OPENINGS.items():
        go(hands, other)
        text = asked(hands.viewer, qtbot).informativeText()
        assert "in no file yet" in text, way
        assert "run ends" in text, way
        answer(hands.viewer, qtbot, "cancel")
        assert state.reconstruction.is_running, way
        done = backend.steps_done
        qtbot.waitUntil(lambda done=done: backend.steps_done > done)
        assert state.session.views is views, way
    drop_folder(hands, other)
    answer(hands.viewer, qtbot, "discard")
    qtbot.waitUntil(lambda: state.session.views is not views)
    assert not state.reconstruction.is_running
    assert state.reconstruction.prediction is not before


@pytest.mark.parametrize(
    ("way", "has_result"), [("close", True), ("quit by key", False), ("quit by menu", True)]
)
def test_closing_in_the_middle_of_a_run_is_one_question(
    viewer, backend, photos, other, tmp_path, qtbot, way, has_result
):
    hands, state, path = Hands(viewer, qtbot), viewer.state, tmp_path / "kept.moe3d"
    if has_result:
        run_photos(viewer, photos, qtbot)
        qtbot.waitUntil(lambda: state.reconstruction.can_start)
    else:
        drop(viewer.window, [photos])
        qtbot.waitUntil(lambda: state.session.can_run)
    backend.steps, backend.step_s = 100_000, 0.005
    hands.hotkey(Qt.Key.Key_R, CONTROL)
    if has_result:
        answer(viewer, qtbot, "discard")
    qtbot.waitUntil(lambda: state.reconstruction.is_running)
    CLOSINGS[way](hands, other)
    box = asked(viewer, qtbot)
    assert "run" in box.informativeText()
    assert (box.findChild(QPushButton, "unsaved_save") is not None) == has_result
    answer(viewer, qtbot, "cancel")
    assert viewer.window.isVisible()
    assert state.reconstruction.is_running
    CLOSINGS[way](hands, other)
    if has_result:
        save_under(hands, path)
    else:
        answer(viewer, qtbot, "discard")
    qtbot.waitUntil(lambda: not viewer.window.isVisible())
    assert viewer.runner.num_running == 0
    assert backend.steps_done < backend.steps
    assert path.exists() == has_result


def test_a_name_that_is_not_given_keeps_everything(hands, other, qtbot):
    before = hands.viewer.state.display.prediction
    drop_folder(hands, other)
    answer(hands.viewer, qtbot, "save")
    qtbot.waitUntil(lambda: bool(hands._file_dialogs()))
    qtbot.keyClick(hands._file_dialogs()[0], Qt.Key.Key_Escape)
    rests(hands)
    assert hands.viewer.state.display.prediction is before
    assert hands.window.isWindowModified()
    drop_folder(hands, other)  # and the next time it is asked again
    answer(hands.viewer, qtbot, "cancel")


def test_a_save_that_fails_keeps_everything(hands, other, tmp_path, qtbot, monkeypatch):
    state = hands.viewer.state
    before, target = state.display.prediction, tmp_path / "kept.moe3d"
    target.mkdir()  # no file can have this name
    monkeypatch.setattr(
        "PySide6.QtWidgets.QFileDialog.selectFile", lambda *_words: None, raising=True
    )
    drop_folder(hands, other)
    answer(hands.viewer, qtbot, "save")
    qtbot.waitUntil(lambda: bool(hands._file_dialogs()))
    (dialog,) = hands._file_dialogs()
    dialog.fileSelected.emit(str(target))  # Qt's own dialog would walk into the folder
    dialog.done(1)
    qtbot.waitUntil(lambda: bool(state.notices.errors))
    rests(hands)
    assert "Could not save" in state.notices.errors[0].title
    assert state.display.prediction is before
    assert hands.window.isWindowModified()


def test_a_run_that_ends_while_it_is_asked_about_is_not_lost(viewer, backend, photos, other, qtbot):
    """The question was about the run alone; now there is a result that can be saved."""
    state = viewer.state
    drop(viewer.window, [photos])
    qtbot.waitUntil(lambda: state.session.can_run)
    backend.steps, backend.step_s = 40, 0.02
    Hands(viewer, qtbot).hotkey(Qt.Key.Key_R, CONTROL)
    qtbot.waitUntil(lambda: state.reconstruction.is_running)
    drop(viewer.window, [other / "kitchen"])
    first = asked(viewer, qtbot)
    assert first.findChild(QPushButton, "unsaved_save") is None
    qtbot.waitUntil(lambda: question(viewer) not in (None, first))
    box = asked(viewer, qtbot)
    assert box.findChild(QPushButton, "unsaved_save") is not None
    assert "under way" not in box.text()
    answer(viewer, qtbot, "cancel")
    assert state.reconstruction.prediction is not None
    assert state.session.num_views == 10


def test_what_a_session_has_not_kept_is_asked_about(hands, other, tmp_path, qtbot):
    """The result is in the file; what was chosen since is not."""
    state, path = hands.viewer.state, tmp_path / "kept.moe3d"
    hands.hotkey(Qt.Key.Key_S, CONTROL)
    hands.answer_file_dialog(path)
    qtbot.waitUntil(lambda: state.scene_file.path == path)
    hands.choose("color_mode", "depth")
    drop_folder(hands, other)
    assert "since it was saved" in asked(hands.viewer, qtbot).informativeText()
    answer(hands.viewer, qtbot, "save")  # it has a name
    qtbot.waitUntil(lambda: state.session.num_views == 2)
    assert read_session(path).remembered["view"]["color_mode"] == "depth"


def test_a_run_over_a_result_that_is_in_a_file_is_not_asked_about(hands, other, qtbot):
    drop(hands.window, [other / "hall.npz"])
    answer(hands.viewer, qtbot, "discard")
    qtbot.waitUntil(lambda: hands.window.windowTitle().startswith("hall"))
    hands.choose("color_mode", "depth")  # looking about in a result needs no question
    drop(hands.window, [other / "kitchen"])
    qtbot.waitUntil(lambda: hands.viewer.state.session.num_views == 2)
    assert hands.window.findChild(QMessageBox, "unsaved_box") is None


def test_nothing_runs_while_another_scene_is_being_opened(hands, backend, other, qtbot):
    """A run that began meanwhile would be stopped by what arrives."""
    state, held, real = hands.viewer.state, threading.Event(), backend.functions[OPEN_SCENE]

    def slowly(*words):
        held.wait(100)
        return real(*words)

    backend.replace(OPEN_SCENE, slowly)
    drop_session(hands, other)
    answer(hands.viewer, qtbot, "discard")
    qtbot.waitUntil(lambda: state.scene_file.is_opening)
    hands.hotkey(Qt.Key.Key_R, CONTROL)
    assert not state.reconstruction.is_running
    assert "being opened" in child(hands.window, "toast_text").text()
    held.set()
    qtbot.waitUntil(lambda: hands.window.windowTitle().startswith("attic"))


def test_a_drop_onto_a_question_asks_about_the_newest_wish(hands, other, qtbot):
    drop_folder(hands, other)
    first = asked(hands.viewer, qtbot)
    drop_session(hands, other)
    qtbot.waitUntil(lambda: question(hands.viewer) not in (None, first))
    assert "attic" in asked(hands.viewer, qtbot).text()
    answer(hands.viewer, qtbot, "discard")
    qtbot.waitUntil(lambda: hands.window.windowTitle().startswith("attic"))
