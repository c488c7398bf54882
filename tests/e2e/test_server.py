"""Run on a server: chosen by mouse and keys, run, killed, run again; the server is a real one."""

import contextlib
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QMessageBox, QPushButton, QRadioButton

from moe3d_viewer.state.run.reconstruction import RECONSTRUCT, Phase
from moe3d_viewer.state.run.run_plan import PLAN_RUN
from moe3d_viewer.state.run.server import ASK_SERVER
from moe3d_viewer.widgets.inspector.server_dialog import ServerDialog
from moe3d_viewer.widgets.shell.log_panel import LogPanel
from tests.app.hands import Hands
from tests.app.questions import answer
from tests.app.window_fixtures import build_viewer, child, drop, run_photos
from tests.scenes import step_prediction
from tests.servers import TOKEN, server_thread

pytestmark = pytest.mark.gui


@pytest.fixture
def backend(backend):
    """Runs are done by the program's own client."""
    return backend.use_real(RECONSTRUCT, PLAN_RUN, ASK_SERVER)


class Runs:
    """What the server does: answers at once, or when the test lets it."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.gives_first = False
        self.done: list[tuple[str, ...]] = []

    def __call__(self, asked, views, progress, on_network):
        made = replace(step_prediction(num_views=len(views)), names=views.names)
        progress.report("network", 1, 4)
        if self.gives_first:
            on_network(made)
        while not self.goes_on.wait(0.01):
            progress.raise_if_cancelled()
        self.done.append(views.names)
        return made


@pytest.fixture
def runs() -> Runs:
    return Runs()


def dialog_of(hands: Hands) -> ServerDialog:
    hands.command("run_on")
    hands.qtbot.waitUntil(lambda: bool(hands.window.findChildren(ServerDialog)))
    (dialog,) = hands.window.findChildren(ServerDialog)
    hands.qtbot.waitUntil(dialog.isVisible)
    return dialog


def click(dialog: ServerDialog, name: str, kind: type, qtbot) -> None:
    control = child(dialog, name, kind)
    qtbot.waitUntil(control.isEnabled)
    if kind is QRadioButton:
        dialog.activateWindow()
        control.setFocus()
        qtbot.waitUntil(control.hasFocus)
        qtbot.keyClick(control, Qt.Key.Key_Space)
    else:
        qtbot.mouseClick(control, Qt.MouseButton.LeftButton)


def fill(dialog: ServerDialog, address: str, token: str, qtbot) -> None:
    """Choose a server and press Use."""
    click(dialog, "computer_server", QRadioButton, qtbot)
    for name, text in (("server_address", address), ("server_token", token)):
        field = child(dialog, name, QLineEdit)
        qtbot.waitUntil(field.isEnabled)
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, text)
    click(dialog, "server_use", QPushButton, qtbot)


def choose(hands: Hands, address: str, token: str = TOKEN) -> None:
    fill(dialog_of(hands), address, token, hands.qtbot)
    hands.qtbot.waitUntil(lambda: not hands.window.findChildren(ServerDialog))


def run_again(hands: Hands) -> None:
    hands.hotkey(Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    answer(hands.viewer, hands.qtbot, "discard")


def computer(hands: Hands) -> str:
    return child(hands.window, "next_computer", QPushButton).text()


def test_a_server_is_chosen_runs_and_is_remembered(viewer, runs, photos, store, backend, qtbot):
    hands = Hands(viewer, qtbot)
    assert computer(hands) == "This computer"
    with server_thread(runs) as (url, _):
        choose(hands, url.removeprefix("http://"))
        assert computer(hands) == url.removeprefix("http://")
        assert child(viewer.window, "device").isHidden()
        run_photos(viewer, photos, qtbot)
        assert runs.done == [("1.jpg", "2.jpg", "3.png")]
        facts = viewer.state.display.prediction.metadata
        assert facts.device == f"cpu of {url.removeprefix('http://')}"
        report = child(viewer.window, "log_panel", LogPanel).report()
        assert "on a server" in report
        assert TOKEN not in report
        assert TOKEN not in repr(viewer.state.reconstruction.request)
        assert Path(store.fileName()).stat().st_mode & 0o077 == 0
        again = build_viewer(qtbot, store, backend)
        try:
            assert computer(Hands(again, qtbot)) == url.removeprefix("http://")
            assert again.state.run_options.token == TOKEN
        finally:
            again.window.close_at_once()
            assert again.close_down()
    hands.press("next_computer")
    qtbot.waitUntil(lambda: bool(viewer.window.findChildren(ServerDialog)))
    (dialog,) = viewer.window.findChildren(ServerDialog)
    click(dialog, "computer_here", QRadioButton, qtbot)
    click(dialog, "server_use", QPushButton, qtbot)
    qtbot.waitUntil(lambda: not viewer.window.findChildren(ServerDialog))
    assert computer(hands) == "This computer"
    assert not child(viewer.window, "device").isHidden()
    assert TOKEN not in Path(store.fileName()).read_text()


@pytest.mark.parametrize(
    ("address", "token", "words"),
    [
        ("", TOKEN, "no address of a server"),
        ("127.0.0.1:1", TOKEN, "no server can be reached"),
        (None, "wrong", "token is wrong or missing"),
    ],
)
def test_a_server_that_cannot_be_used_is_not_chosen(viewer, runs, qtbot, address, token, words):
    hands = Hands(viewer, qtbot)
    with server_thread(runs) as (url, _):
        dialog = dialog_of(hands)
        fill(dialog, url if address is None else address, token, qtbot)
        said = child(dialog, "server_said", QLabel)
        qtbot.waitUntil(lambda: words in said.text())
        assert dialog.isVisible()
        assert computer(hands) == "This computer"
        fill(dialog, url, TOKEN, qtbot)  # what was wrong is put right
        qtbot.waitUntil(lambda: not viewer.window.findChildren(ServerDialog))
    assert computer(hands) == url.removeprefix("http://")


def test_progress_and_the_first_answer_come_while_the_server_works(viewer, runs, photos, qtbot):
    hands = Hands(viewer, qtbot)
    runs.gives_first = True
    runs.goes_on.clear()
    with server_thread(runs) as (url, _):
        choose(hands, url)
        assert drop(viewer.window, [photos])
        qtbot.waitUntil(lambda: viewer.state.session.can_run)
        hands.hotkey(Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
        run = viewer.state.reconstruction
        qtbot.waitUntil(lambda: run.is_provisional)
        qtbot.waitUntil(lambda: viewer.state.display.answer is not None)
        assert run.phase is Phase.RUNNING
        stages = [report.stage for report in run.stages]
        assert stages[0] == "send photos"
        assert "network" in stages
        runs.goes_on.set()
        qtbot.waitUntil(lambda: run.phase is Phase.READY)
    assert not run.is_provisional


def test_a_cancelled_run_stops_on_the_server(viewer, runs, photos, qtbot):
    hands = Hands(viewer, qtbot)
    with server_thread(runs) as (url, there):
        choose(hands, url)
        run_photos(viewer, photos, qtbot)
        before = viewer.state.display.prediction
        runs.goes_on.clear()
        run_again(hands)
        run = viewer.state.reconstruction
        qtbot.waitUntil(lambda: bool(run.stages) and run.stages[-1].stage == "network")
        hands.hotkey(Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: run.phase is Phase.READY)
        qtbot.waitUntil(lambda: there.num_waiting == 0)
        assert viewer.state.display.prediction is before
        assert len(runs.done) == 1


def test_a_server_that_dies_leaves_the_scene_and_the_next_try_works(viewer, runs, photos, qtbot):
    hands = Hands(viewer, qtbot)
    with contextlib.ExitStack() as stack:
        url, _ = stack.enter_context(server_thread(runs))
        choose(hands, url)
        run_photos(viewer, photos, qtbot)
        before = viewer.state.display.prediction
        runs.goes_on.clear()
        run_again(hands)
        run = viewer.state.reconstruction
        qtbot.waitUntil(lambda: bool(run.stages) and run.stages[-1].stage == "network")
    qtbot.waitUntil(lambda: bool(viewer.window.findChildren(QMessageBox, "error_box")))
    (box,) = viewer.window.findChildren(QMessageBox, "error_box")
    assert "try again" in box.informativeText()
    assert url in box.informativeText()
    qtbot.waitUntil(box.isVisible)
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not viewer.window.findChildren(QMessageBox, "error_box"))
    assert viewer.state.display.prediction is before
    assert computer(hands) == url.removeprefix("http://")
    assert viewer.state.notices.errors[-1].exit_code == 8
    runs.goes_on.set()
    with server_thread(runs, port=int(url.rpartition(":")[2])):
        run_again(hands)
        qtbot.waitUntil(lambda: run.phase is Phase.READY)
    assert viewer.state.display.prediction is not before
