"""The window is closed while work is under way: nothing is said, and nothing goes on."""

import gc
import logging
import threading
import time

import pytest
import shiboken6
from PySide6.QtCore import QObject, Qt, QThread, QTimer

from moe3d_viewer.state.job import Jobs, LatestJob
from moe3d_viewer.state.scene.saved_results import READ_PREDICTION
from moe3d_viewer.widgets.maps.map_tile import MapTile
from tests.app.fakes import FakeBackend
from tests.app.hands import Hands
from tests.app.questions import answer
from tests.app.window_fixtures import build_viewer, child, drop, run_photos
from tests.patience import turns
from tests.scenes import step_prediction

pytestmark = pytest.mark.gui
CONTROL = Qt.KeyboardModifier.ControlModifier


class Deaf:
    """Reads a saved result without looking up."""

    def __init__(self) -> None:
        self.has_begun = threading.Event()

    def __call__(self, _path, _progress):
        self.has_begun.set()
        time.sleep(0.3)  # the work
        return step_prediction()


@pytest.fixture
def quiet(caplog):
    """Fails when anything is logged that a user should not see."""
    yield caplog
    said = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert not said, [record.getMessage() for record in said]


def quit_by_key(viewer, qtbot) -> None:
    Hands(viewer, qtbot).hotkey(Qt.Key.Key_Q, CONTROL)
    assert not viewer.window.isVisible()
    assert viewer.runner.num_running == 0


@pytest.mark.parametrize("after_steps", [0, 3, 40])
def test_quitting_in_the_middle_of_a_run_ends_it_in_silence(
    qtbot, store, backend, photos, quiet, after_steps
):
    backend.steps, backend.step_s = 100_000, 0.005
    viewer = build_viewer(qtbot, store, backend)
    assert drop(viewer.window, [photos])
    qtbot.waitUntil(lambda: viewer.state.session.can_run)
    Hands(viewer, qtbot).hotkey(Qt.Key.Key_R, CONTROL)
    qtbot.waitUntil(lambda: backend.steps_done >= after_steps)
    assert viewer.state.reconstruction.is_running
    Hands(viewer, qtbot).hotkey(Qt.Key.Key_Q, CONTROL)
    answer(viewer, qtbot, "discard")
    assert not viewer.window.isVisible()
    assert viewer.runner.num_running == 0
    assert backend.steps_done < backend.steps
    turns(qtbot)
    assert viewer.runner.num_running == 0


def test_what_ends_while_the_window_closes_starts_nothing_new(qtbot, store, tmp_path, quiet):
    deaf = Deaf()
    viewer = build_viewer(qtbot, store, FakeBackend().replace(READ_PREDICTION, deaf))
    (tmp_path / "kitchen.npz").write_bytes(b"")
    drop(viewer.window, [tmp_path / "kitchen.npz"])
    qtbot.waitUntil(deaf.has_begun.is_set)
    assert viewer.runner.num_running == 1
    quit_by_key(viewer, qtbot)
    turns(qtbot)
    assert viewer.state.display.prediction is None
    assert viewer.runner.num_running == 0


def test_a_closed_window_wants_no_more_work(qtbot, store, backend, photos, quiet):
    viewer = build_viewer(qtbot, store, backend)
    run_photos(viewer, photos, qtbot)
    tile = child(viewer.window, "tile_fused", MapTile)
    backend.steps, backend.step_s = 50, 0.02
    viewer.window.close_at_once()
    qtbot.keyClick(tile, Qt.Key.Key_2)
    viewer.state.reconstruction.start()
    turns(qtbot)
    assert viewer.runner.num_running == 0
    assert not viewer.state.reconstruction.is_running


class Restless(QObject):
    """A state that nobody knows of: it works until it is told to stop, and looks at a clock."""

    def __init__(self, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self.began = threading.Event()
        self.job = LatestJob(jobs, self)
        self.timer = QTimer(self)
        self.timer.start(1)

    def work(self, progress, _publish) -> None:
        self.began.set()
        while True:
            progress.raise_if_cancelled()
            time.sleep(0.001)


def root_of(item: QObject) -> QObject:
    while item.parent() is not None:
        item = item.parent()
    return item


def living(kind: type) -> list:
    """Every Qt object of a kind that Python knows of."""
    found = [item for item in gc.get_objects() if issubclass(type(item), kind)]
    return [item for item in found if shiboken6.isValid(item)]


def own_threads() -> set[threading.Thread]:
    """Without the shadows of Qt's threads: they stay when their thread has ended."""
    return {one for one in threading.enumerate() if not isinstance(one, threading._DummyThread)}


def test_closing_ends_what_nobody_lists(qtbot, store, backend, photos, quiet):
    threads = own_threads()
    others = {id(timer) for timer in living(QTimer)}
    viewer = build_viewer(qtbot, store, backend)
    run_photos(viewer, photos, qtbot)
    restless = Restless(viewer.jobs, viewer.state)
    restless.job.start(restless.work)
    qtbot.waitUntil(restless.began.is_set)
    timers = [timer for timer in living(QTimer) if id(timer) not in others]
    assert restless.timer in timers
    roots = {viewer, viewer.state, viewer.window}
    lost = [timer for timer in timers if root_of(timer) not in roots]
    assert not lost, [(timer, root_of(timer)) for timer in lost]

    viewer.window.close_at_once()
    assert not restless.job.is_running
    assert not [timer for timer in timers if shiboken6.isValid(timer) and timer.isActive()]
    assert not [thread for thread in living(QThread) if thread.isRunning()]
    assert own_threads() <= threads


def test_a_state_that_is_made_after_the_end_gets_no_work_done(qtbot, store, backend, quiet):
    viewer = build_viewer(qtbot, store, backend)
    viewer.window.close_at_once()
    late = Restless(viewer.jobs, viewer.state)
    late.job.start(late.work)
    assert not late.job.is_running
    assert not late.began.is_set()
    assert viewer.runner.num_running == 0
    late.timer.stop()
