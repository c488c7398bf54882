"""Unsaved results that others took the place of are kept, listed and brought back."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QLabel, QListWidget, QMessageBox, QPushButton

from moe3d_viewer.arguments import Arguments
from moe3d_viewer.main import make_viewer
from moe3d_viewer.viewer import Viewer
from moe3d_viewer.workers.recovery_folder import RecoveryFolder
from tests.app.cut_off import cut_off
from tests.app.fakes import FakeBackend
from tests.app.hands import Hands
from tests.app.questions import answer, asked, question
from tests.app.window_fixtures import child, drop, run_photos
from tests.e2e.test_every_control import nameless, pale
from tests.patience import rest

pytestmark = pytest.mark.gui
LEFT, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def backend() -> FakeBackend:
    made = FakeBackend()
    made.follows_photos = True
    return made


@pytest.fixture
def open_viewer(qtbot, store, backend, tmp_path, monkeypatch):
    """Windows that keep unsaved results in one folder."""
    monkeypatch.setattr("moe3d_viewer.state.scene.autosave.QUIET_MS", 10)
    made = []

    def build() -> Viewer:
        viewer = make_viewer(
            Arguments(),
            backend.functions,
            store,
            Path("sample"),
            recovery_root=tmp_path / "recovery",
        )
        qtbot.addWidget(viewer.window, before_close_func=lambda _w: viewer.close_down())
        viewer.show()
        made.append(viewer)
        return viewer

    yield build
    for viewer in made:
        viewer.window.close_at_once()


@pytest.fixture
def hands(open_viewer, photos, qtbot) -> Hands:
    """A window with a result that is in no file."""
    viewer = open_viewer()
    run_photos(viewer, photos, qtbot)
    qtbot.waitUntil(lambda: viewer.state.reconstruction.can_start)
    return Hands(viewer, qtbot)


def settled(hands: Hands) -> None:
    hands.wait(lambda: not hands.viewer.state.earlier.is_moving)
    hands.wait(lambda: not hands.viewer.state.reconstruction.is_running)
    hands.wait(lambda: hands.viewer.runner.num_running == 0)


def run_again(hands: Hands) -> None:
    """Over the result on the screen, without saving it."""
    state = hands.viewer.state
    before = state.reconstruction.prediction
    hands.hotkey(Qt.Key.Key_R, CONTROL)
    answer(hands.viewer, hands.qtbot, "discard")
    hands.wait(lambda: state.reconstruction.prediction is not before)
    settled(hands)


def test_a_result_that_a_run_replaced_is_one_click_away(hands, qtbot, tmp_path):
    state = hands.viewer.state
    hands.key(child(hands.window, "confidence_slider"), Qt.Key.Key_PageUp)
    run_again(hands)
    assert "kept under File > Earlier results" in child(hands.window, "toast_text", QLabel).text()
    newer = state.reconstruction.prediction
    qtbot.mouseClick(child(hands.window, "toast_act", QPushButton), LEFT)
    assert "earlier result" in asked(hands.viewer, qtbot).text()  # the newer one is unsaved, too
    answer(hands.viewer, qtbot, "discard")
    hands.wait(lambda: state.reconstruction.prediction is not newer)
    settled(hands)
    assert hands.window.isWindowModified()
    assert state.view.percentile == 30  # as it was left
    (entry,) = state.earlier.entries  # they have changed places
    assert entry.num_photos == 3
    assert len(list((tmp_path / "recovery").glob("*/scene.moe3d"))) == 1


def test_a_scene_that_was_discarded_is_in_the_list_with_its_picture(hands, photos, qtbot):
    state, other = hands.viewer.state, photos.with_name("kitchen")
    other.mkdir()
    (other / "a.jpg").write_bytes(b"")
    drop(hands.window, [other])
    assert "Earlier results" in asked(hands.viewer, qtbot).informativeText()
    answer(hands.viewer, qtbot, "discard")
    hands.wait(lambda: state.session.num_views == 1)
    settled(hands)
    hands.command("earlier_results")
    listed = child(hands.window, "earlier_list", QListWidget)
    hands.wait(lambda: listed.count() == 1)
    text = listed.item(0).text()
    assert text.startswith("garden wall\n")
    assert "3 photos" in text
    assert not listed.item(0).icon().isNull()
    qtbot.mouseClick(child(hands.window, "earlier_open", QPushButton), LEFT)
    hands.wait(lambda: state.display.prediction is not None)
    assert question(hands.viewer) is None  # photos without a result are no loss
    assert hands.window.windowTitle().startswith("garden wall")
    settled(hands)
    assert state.earlier.entries == ()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_control_of_the_list(hands, theme, qtbot):
    run_again(hands)
    hands.viewer.state.settings.set_theme(theme)
    hands.command("earlier_results")
    dialog = child(hands.window, "earlier_dialog", QDialog)
    hands.wait(lambda: child(dialog, "earlier_list", QListWidget).count() == 1)
    rest(qtbot, dialog, [hands.viewer.runner])
    assert nameless(dialog) == []
    assert pale(dialog) == []
    assert cut_off(dialog) == []
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_discarding_at_the_end_by_mistake_is_mended_at_the_next_start(
    hands, open_viewer, qtbot, tmp_path
):
    hands.window.close()
    answer(hands.viewer, qtbot, "discard")
    assert not hands.window.isVisible()
    hands.wait(lambda: hands.viewer.runner.num_running == 0)
    assert not list((tmp_path / "recovery").glob("*/scene.moe3d"))
    second = Hands(open_viewer(), qtbot)
    assert second.window.findChild(QMessageBox, "recovery_box") is None  # it was no crash
    second.command("earlier_results")
    listed = child(second.window, "earlier_list", QListWidget)
    second.wait(lambda: listed.count() == 1)
    second.qtbot.keyClick(listed, Qt.Key.Key_Return)
    second.wait(lambda: second.viewer.state.display.prediction is not None)
    assert second.window.windowTitle().startswith("garden wall")
    assert second.window.isWindowModified()


def test_runs_are_no_longer_asked_about_when_the_user_says_so(hands, qtbot):
    state = hands.viewer.state
    before = state.reconstruction.prediction
    hands.hotkey(Qt.Key.Key_R, CONTROL)
    box = asked(hands.viewer, qtbot)
    check = child(box, "do_not_ask_again", QCheckBox)
    qtbot.keyClick(check, Qt.Key.Key_Space)
    assert check.isChecked()
    answer(hands.viewer, qtbot, "discard")
    qtbot.waitUntil(lambda: state.reconstruction.prediction is not before)
    settled(hands)
    second = state.reconstruction.prediction
    hands.hotkey(Qt.Key.Key_R, CONTROL)
    qtbot.waitUntil(lambda: state.reconstruction.prediction is not second)
    settled(hands)
    assert len(state.earlier.entries) == 2  # nothing is lost without the question
    hands.window.close()  # of this it is still asked
    answer(hands.viewer, qtbot, "cancel")
    hands.command("earlier_results")
    asks = child(hands.window, "asks_before_run", QCheckBox)
    assert not asks.isChecked()
    qtbot.keyClick(asks, Qt.Key.Key_Space)
    child(hands.window, "earlier_dialog", QDialog).close()
    hands.hotkey(Qt.Key.Key_R, CONTROL)
    answer(hands.viewer, qtbot, "cancel")


def test_when_the_disk_is_full_runs_are_asked_about_and_the_result_waits(hands, qtbot, monkeypatch):
    state = hands.viewer.state
    state.leaving.set_asks_before_run(False)
    real, is_full = RecoveryFolder.move_out, [True]

    def fail(*words):
        if is_full:
            raise OSError(28, "No space left on device")
        return real(*words)

    monkeypatch.setattr(RecoveryFolder, "move_out", fail)
    before = state.reconstruction.prediction
    hands.hotkey(Qt.Key.Key_R, CONTROL)
    qtbot.waitUntil(lambda: state.reconstruction.prediction is not before)
    qtbot.waitUntil(lambda: bool(state.notices.errors))
    settled(hands)
    assert "could not be kept" in state.notices.errors[0].title
    child(hands.window, "error_box", QMessageBox).close()
    hands.hotkey(Qt.Key.Key_R, CONTROL)
    box = asked(hands.viewer, qtbot)
    assert box.checkBox() is None  # it would be no use
    assert "Earlier results" not in box.informativeText()
    answer(hands.viewer, qtbot, "cancel")
    is_full.clear()
    hands.command("earlier_results")
    hands.wait(lambda: child(hands.window, "earlier_list", QListWidget).count() == 1)
    child(hands.window, "earlier_dialog", QDialog).close()
    hands.hotkey(Qt.Key.Key_R, CONTROL)
    hands.wait(lambda: state.reconstruction.is_running or len(state.earlier.entries) == 2)


def test_the_end_of_the_desktop_keeps_what_is_unsaved_for_the_next_start(hands, open_viewer, qtbot):
    hands.viewer.expect_session_end()
    hands.window.close()  # as the desktop does
    qtbot.waitUntil(lambda: not hands.window.isVisible())
    assert question(hands.viewer) is None
    second = open_viewer()
    qtbot.waitUntil(lambda: second.window.findChild(QMessageBox, "recovery_box") is not None)
    assert "garden wall" in child(second.window, "recovery_box", QMessageBox).informativeText()


def test_one_is_thrown_away_for_good(hands, qtbot, tmp_path):
    run_again(hands)
    hands.command("earlier_results")
    listed = child(hands.window, "earlier_list", QListWidget)
    hands.wait(lambda: listed.count() == 1)
    qtbot.mouseClick(child(hands.window, "earlier_discard", QPushButton), LEFT)
    assert listed.count() == 0
    assert child(hands.window, "earlier_empty", QLabel).isVisible()
    assert not child(hands.window, "earlier_open", QPushButton).isEnabled()
    assert not list((tmp_path / "earlier").iterdir())
