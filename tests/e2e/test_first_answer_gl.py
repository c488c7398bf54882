"""The network's first answer in the 3D view, and the refined one in its place."""

import dataclasses
import threading
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt

from moe3d.scene.records import ScenePrediction
from moe3d_viewer.state.run.reconstruction import RECONSTRUCT, Phase
from tests.app.drawn_window import backend_with_points, settle, views
from tests.app.window_fixtures import build_viewer, drop

pytestmark = [pytest.mark.gui, pytest.mark.gl]


class TwoAnswers:
    """A run that says its first answer, and its last one when it may."""

    def __init__(self, make: Callable[[], ScenePrediction]) -> None:
        self.first = make()
        moved = self.first.camera_from_world.copy()
        moved[1:, :3, 3] *= 1.01
        self.last = dataclasses.replace(self.first, camera_from_world=moved)
        self.may_end = threading.Event()

    def __call__(self, request, progress, publish) -> ScenePrediction:
        publish(self.first)
        self.may_end.wait()
        return self.last


@pytest.fixture
def answers() -> TwoAnswers:
    return TwoAnswers(backend_with_points().make)


@pytest.fixture
def running(qtbot, store, photos, answers):
    backend = backend_with_points().replace(RECONSTRUCT, answers)
    made = build_viewer(qtbot, store, backend, "--size", "1280x720")
    drop(made.window, [photos])
    qtbot.waitUntil(lambda: made.state.session.can_run)
    made.state.reconstruction.start()
    qtbot.waitUntil(lambda: made.state.display.answer is answers.first)
    settle(qtbot, made)
    yield made
    answers.may_end.set()
    made.window.close_at_once()
    assert made.close_down()


def end(running, answers, qtbot) -> None:
    answers.may_end.set()
    qtbot.waitUntil(lambda: running.state.reconstruction.phase is Phase.READY)
    assert running.state.display.answer is answers.last
    settle(qtbot, running)


def test_who_has_moved_stays_there_when_the_refined_answer_comes(running, answers, qtbot):
    assert running.state.reconstruction.phase is Phase.RUNNING
    view = views(running)[0]
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(120, 120))
    for step in range(1, 6):
        qtbot.mouseMove(view, QPoint(120 + 12 * step, 120 + 5 * step))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(180, 145))
    settle(qtbot, running)
    eye = view.camera.eye.copy()
    end(running, answers, qtbot)
    np.testing.assert_allclose(view.camera.eye, eye)


def test_who_has_not_moved_gets_the_opening_view_of_the_refined_answer(running, answers, qtbot):
    end(running, answers, qtbot)
    view = views(running)[0]
    assert not view.was_moved
    eye = view.camera.eye.copy()
    view.reset_camera()
    np.testing.assert_allclose(view.camera.eye, eye)


class Comings(QObject):
    """Notes when a window is made anew, hidden or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[QEvent.Type] = []

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Hide, QEvent.Type.Show, QEvent.Type.WinIdChange):
            self.seen.append(event.type())
        return False


def test_the_window_stays_the_same_when_its_3d_view_comes(qtbot, store, photos):
    made = build_viewer(qtbot, store, backend_with_points(), "--size", "1280x720")
    comings, place = Comings(), made.window.winId()
    made.window.installEventFilter(comings)
    drop(made.window, [photos])
    qtbot.waitUntil(lambda: made.state.session.can_run)
    made.state.reconstruction.start()
    qtbot.waitUntil(lambda: made.window.scene_view is not None)
    settle(qtbot, made)
    assert comings.seen == []
    assert made.window.winId() == place
    made.window.close_at_once()
    assert made.close_down()
