import dataclasses

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QWidget

from moe3d.progress import ProgressReport
from moe3d_viewer.state.run.reconstruction import RECONSTRUCT, Phase
from moe3d_viewer.widgets.shell.run_card import RunCard
from moe3d_viewer.widgets.shell.run_watch import FloatingRunWatch
from tests.app.window_fixtures import child
from tests.scenes import step_prediction

REPORTS = [
    ProgressReport("load model", 0, 0),
    ProgressReport("network", 3, 24),
    ProgressReport("find keypoints", 1, 3),
    ProgressReport("match photos", 2, 3),
    ProgressReport("place cameras", 1, 3),
    ProgressReport("adjust cameras", 9, 50),
    ProgressReport("compare photos", 1, 3),
    ProgressReport("refine depth", 1, 6),
    ProgressReport("confirm depth", 1, 6),
]


@pytest.fixture
def photos_open(state, runner, photos):
    state.open_paths([photos])
    runner.run_all()
    return state


def test_the_card_keeps_its_size_through_every_step_and_is_never_cut_off(
    photos_open, runner, backend, theme, show, qtbot
):
    state = photos_open
    card = show(RunCard(state, theme))
    heights = [card.heightForWidth(card.width())]

    def run(request, progress, publish):
        for report in REPORTS:
            progress.report(report.stage, report.done, report.total)
            heights.append(card.heightForWidth(card.width()))
            line = child(card, "card_run_line", QLabel)
            assert line.isVisible()
            assert card.rect().contains(line.geometry())
        return step_prediction()

    backend.replace(RECONSTRUCT, run)
    qtbot.mouseClick(child(card, "run_button", QPushButton), Qt.MouseButton.LeftButton)
    runner.run_next()
    heights.append(card.heightForWidth(card.width()))
    assert state.reconstruction.phase is Phase.PREPARING
    assert child(card, "card_run_heading", QLabel).text() == "Preparing the view…"
    assert len(set(heights)) == 1


def test_the_bar_shows_the_share_of_the_whole_run(photos_open, runner, backend, theme, show):
    state = photos_open
    card = show(RunCard(state, theme))
    shown = []

    def run(request, progress, publish):
        for report in REPORTS:
            progress.report(report.stage, report.done, report.total)
            bar = child(card, "card_run_bar", QProgressBar)
            shown.append(bar.value() / bar.maximum())
            assert shown[-1] == pytest.approx(state.run_progress.share, abs=0.01)
        return step_prediction()

    backend.replace(RECONSTRUCT, run)
    state.reconstruction.start()
    runner.run_next()
    assert shown == sorted(shown)


def test_while_a_first_answer_is_looked_at_the_run_goes_on_in_a_corner(
    photos_open, runner, backend, theme, show, qtbot
):
    state = photos_open
    host = show(QWidget())
    host.resize(900, 600)
    watch = FloatingRunWatch(state, theme, host)
    raw = dataclasses.replace(step_prediction(), agreement=None)
    assert not watch.isVisible()

    def run(request, progress, publish):
        publish(raw)
        assert not watch.isVisible()
        runner.run_next()
        assert watch.isVisible()
        assert host.rect().contains(watch.geometry())
        assert "first answer" in child(watch, "watch_note", QLabel).text()
        qtbot.mouseClick(child(watch, "watch_cancel", QPushButton), Qt.MouseButton.LeftButton)
        progress.raise_if_cancelled()

    backend.replace(RECONSTRUCT, run)
    state.reconstruction.start()
    runner.run_all()
    assert not watch.isVisible()
    assert state.reconstruction.prediction is raw
