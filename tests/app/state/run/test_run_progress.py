import dataclasses

import pytest

from moe3d.progress import Progress, ProgressReport
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.notices import Toast
from moe3d_viewer.state.run.reconstruction import RECONSTRUCT, Phase
from moe3d_viewer.state.run.run_progress import PACES, RunProgressState, clock_text, span_text
from tests.app.signals import record
from tests.clock import Clock
from tests.scenes import step_prediction


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def watched(state: AppState, clock, runner, photos):
    state.open_paths([photos])
    runner.run_all()
    return RunProgressState(
        state.reconstruction, state.display, state.settings, state.notices, clock
    )


def texts(signal) -> list[str]:
    """Every text that a signal carries from now on."""
    found: list[str] = []
    signal.connect(found.append)
    return found


class Steps:
    """A run that says what it is told to, some seconds apart."""

    def __init__(self, clock: Clock, reports: list[tuple[float, ProgressReport]]) -> None:
        self.clock, self.reports = clock, reports
        self.looks: list[object] = []

    def __call__(self, request, progress: Progress, publish) -> object:
        for seconds, report in self.reports:
            self.clock.now_s += seconds
            progress.report(report.stage, report.done, report.total)
        self.clock.now_s += 1
        return step_prediction()


USUAL = [
    (1.0, ProgressReport("load model", 0, 0)),
    (1.0, ProgressReport("network", 0, 24)),
    (2.0, ProgressReport("network", 12, 24)),
    (2.0, ProgressReport("find keypoints", 0, 3)),
    (2.0, ProgressReport("match photos", 2, 3)),
    (2.0, ProgressReport("place cameras", 1, 3)),
    (2.0, ProgressReport("refine depth", 3, 6)),
]


def watch(watched, state, runner, seen):
    """What is shown after every report of a run."""
    found = []
    watched.changed.connect(lambda: found.append(seen()))
    state.reconstruction.start()
    runner.run_all()
    return found


def test_every_step_is_said_in_plain_words(watched, state, runner, backend, clock):
    backend.replace(RECONSTRUCT, Steps(clock, USUAL))
    lines = watch(watched, state, runner, lambda: watched.line)
    assert list(dict.fromkeys(lines)) == [
        "Loading the model",
        "Estimating depth and cameras",
        "Finding distinct spots in every photo: photo 1 of 3",
        "Finding the same spots in other photos: photo 3 of 3",
        "Working out where the photos were taken: photo 2 of 3",
        "Refining the depth: 50 %",
        "Preparing the view",
    ]


def test_photos_in_chunks_are_told_chunk_by_chunk(watched, state, runner, backend, clock):
    chunks = [(1.0, ProgressReport(f"network, chunk {n} of 2", 12 * n - 6, 24)) for n in (1, 2)]
    backend.replace(RECONSTRUCT, Steps(clock, [USUAL[0], *chunks, USUAL[3]]))
    lines = watch(watched, state, runner, lambda: watched.line)
    assert list(dict.fromkeys(lines))[1:3] == [
        "Estimating depth and cameras: chunk 1 of 2",
        "Estimating depth and cameras: chunk 2 of 2",
    ]


def test_the_bar_is_one_for_the_whole_run_and_never_goes_back(
    watched, state, runner, backend, clock
):
    backend.replace(RECONSTRUCT, Steps(clock, USUAL))
    shares = watch(watched, state, runner, lambda: watched.share)
    assert shares == sorted(shares)
    assert 0 < shares[len(shares) // 2] < 1


def test_time_that_passes_is_shown_and_what_remains_too(watched, state, runner, clock):
    state.reconstruction.start()
    assert watched.time_text.startswith("0:00 · about ")
    clock.now_s += 65
    watched.look_at_clock()
    assert watched.time_text.startswith("1:05 · about ")
    assert watched.elapsed_s == 65


def test_preparing_the_view_belongs_to_the_run(watched, state, runner):
    state.reconstruction.start()
    runner.run_next()
    assert state.reconstruction.phase is Phase.PREPARING
    assert watched.is_shown
    assert watched.line == "Preparing the view"
    assert not state.reconstruction.can_start
    runner.run_all()
    assert not watched.is_shown
    assert state.reconstruction.can_start


def test_cancel_works_while_the_view_is_prepared(watched, state, runner):
    run = state.reconstruction
    run.start()
    runner.run_next()
    assert run.can_cancel
    run.cancel()
    assert run.phase is Phase.IDLE
    assert run.prediction is None
    runner.run_all()
    assert state.display.prediction is None


def test_a_result_that_is_cancelled_at_the_last_moment_gives_the_last_one_back(
    watched, state, runner, backend
):
    backend.follows_photos = True
    run = state.reconstruction
    run.start()
    runner.run_all()
    good, shown = run.prediction, state.display.prediction
    run.start()
    runner.run_next()
    assert run.prediction is not good
    run.cancel()
    runner.run_all()
    assert run.phase is Phase.READY
    assert run.prediction is good
    assert state.display.prediction is shown
    assert not run.is_stale


def test_a_finished_run_says_what_came_out(watched, state, runner, backend, clock):
    backend.replace(RECONSTRUCT, Steps(clock, USUAL))
    said, long_runs = texts(watched.ended), record(watched.long_run_ended)
    state.reconstruction.start()
    runner.run_all()
    points = f"{state.display.total(state.display.layer):,} points"
    assert len(said) == 1
    assert points in said[0]
    assert said[0].endswith("in 13 s")
    assert long_runs == []


def test_a_long_run_is_told_to_the_desktop_too(watched, state, runner, backend, clock):
    backend.replace(RECONSTRUCT, Steps(clock, [(100.0, ProgressReport("network", 1, 2))]))
    long_runs = texts(watched.long_run_ended)
    state.reconstruction.start()
    runner.run_all()
    assert [text.endswith("in 1 min 41 s") for text in long_runs] == [True]


def test_a_result_from_a_file_is_no_run_that_ended(watched, state, runner, tmp_path):
    said = record(watched.ended)
    state.saved.open(tmp_path / "kept.npz")
    runner.run_all()
    assert state.display.prediction is not None
    assert said == []


def test_the_next_run_is_forecast_by_the_last_one(watched, state, runner, backend, clock):
    backend.replace(RECONSTRUCT, Steps(clock, USUAL))
    state.reconstruction.start()
    before = watched.time_text
    runner.run_all()
    assert '"network"' in state.settings.value(PACES, "")
    again = RunProgressState(
        state.reconstruction, state.display, state.settings, state.notices, clock
    )
    state.reconstruction.start()
    assert again.time_text != before


def test_kept_paces_that_cannot_be_read_are_forgotten(watched, state, runner):
    state.settings.set_value(PACES, "[1, {")
    state.reconstruction.start()
    assert watched.time_text.startswith("0:00")
    runner.run_all()
    assert state.reconstruction.phase is Phase.READY


def refined_and_raw():
    refined = step_prediction()
    return refined, dataclasses.replace(refined, agreement=None, support=None)


def test_the_networks_answer_is_shown_at_once_and_replaced(watched, state, runner, backend):
    refined, raw = refined_and_raw()
    backend.make_first, backend.make = lambda: raw, lambda: refined
    run = state.reconstruction
    notes = []
    watched.changed.connect(lambda: notes.append(watched.note))

    def look_in_between(request, progress, publish):
        publish(raw)
        runner.run_next()  # the display of it
        assert state.display.answer is raw
        assert run.prediction is None
        assert run.phase is Phase.RUNNING
        return refined

    backend.replace(RECONSTRUCT, look_in_between)
    run.start()
    runner.run_all()
    assert any("first answer" in note for note in notes)
    assert state.display.answer is refined
    assert run.prediction is refined
    assert watched.note == ""


def test_an_older_result_stays_until_the_new_one_is_whole(watched, state, runner, backend):
    refined, raw = refined_and_raw()
    run = state.reconstruction
    run.start()
    runner.run_all()
    old = run.prediction

    def look_in_between(request, progress, publish):
        publish(raw)
        assert run.answer is old
        return refined

    backend.replace(RECONSTRUCT, look_in_between)
    run.start()
    runner.run_all()
    assert run.prediction is refined


def test_a_run_that_is_cancelled_while_it_refines_keeps_what_the_network_said(
    watched, state, runner, backend
):
    _, raw = refined_and_raw()
    run = state.reconstruction

    def cancelled(request, progress, publish):
        publish(raw)
        runner.run_next()
        run.cancel()
        progress.raise_if_cancelled()

    backend.replace(RECONSTRUCT, cancelled)
    said: list[Toast] = []
    state.notices.toast_raised.connect(said.append)
    run.start()
    runner.run_all()
    assert run.phase is Phase.READY
    assert run.prediction is raw
    assert state.display.answer is raw
    assert "not refined" in said[-1].text
    assert run.is_stale


@pytest.mark.parametrize(
    ("seconds", "clock_said", "span_said"),
    [(0.2, "0:00", "1 s"), (9.6, "0:09", "10 s"), (185, "3:05", "3 min 5 s")],
)
def test_times_are_written_as_people_read_them(seconds, clock_said, span_said):
    assert clock_text(seconds) == clock_said
    assert span_text(seconds) == span_said
