"""The window is closed while work is under way: nothing is said, and nothing goes on."""

import logging
import time

import pytest
from PySide6.QtCore import Qt

from app.widgets.map_tile import MapTile
from tests.app.fakes import FakeBackend
from tests.app.hands import Hands
from tests.app.window_fixtures import build_viewer, child, drop, run_photos

pytestmark = pytest.mark.gui
CONTROL = Qt.KeyboardModifier.ControlModifier


class Deaf(FakeBackend):
    """Reads a saved result without looking up."""

    def read_prediction(self, path, progress):
        time.sleep(0.3)
        return self.make()


@pytest.fixture
def quiet(caplog):
    """Fails when anything is logged that a user should not see."""
    yield caplog
    said = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert not said, [record.getMessage() for record in said]


def quit_by_key(viewer, qtbot) -> None:
    began = time.monotonic()
    Hands(viewer, qtbot).hotkey(Qt.Key.Key_Q, CONTROL)
    assert not viewer.window.isVisible()
    assert viewer.runner.num_running == 0
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("wait_ms", [0, 30, 200])
def test_quitting_in_the_middle_of_a_run_ends_it_in_silence(
    qtbot, store, backend, photos, quiet, wait_ms
):
    backend.steps, backend.step_s = 2000, 0.005
    viewer = build_viewer(qtbot, store, backend)
    assert drop(viewer.window, [photos])
    qtbot.waitUntil(lambda: viewer.state.session.can_run)
    Hands(viewer, qtbot).hotkey(Qt.Key.Key_R, CONTROL)
    qtbot.wait(wait_ms)
    assert viewer.state.reconstruction.is_running
    quit_by_key(viewer, qtbot)
    qtbot.wait(100)
    assert viewer.runner.num_running == 0


def test_what_ends_while_the_window_closes_starts_nothing_new(qtbot, store, tmp_path, quiet):
    viewer = build_viewer(qtbot, store, Deaf())
    (tmp_path / "kitchen.npz").write_bytes(b"")
    drop(viewer.window, [tmp_path / "kitchen.npz"])
    qtbot.wait(30)
    assert viewer.runner.num_running == 1
    quit_by_key(viewer, qtbot)
    qtbot.wait(150)
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
    qtbot.wait(50)
    assert viewer.runner.num_running == 0
    assert not viewer.state.reconstruction.is_running
