import pytest

from moe3d.errors import DeviceMemoryError
from moe3d_viewer.state.run.reconstruction import Phase
from moe3d_viewer.state.scene.leaving import Answer
from tests.app.signals import record


@pytest.fixture
def run(state, runner, photos):
    state.open_paths([photos])
    runner.run_all()
    return state.reconstruction


def test_nothing_runs_without_photos(state, runner):
    state.reconstruction.start()
    assert not state.reconstruction.can_start
    assert runner.waiting == []


def test_a_run_asked_for_while_photos_are_read_waits_for_them(
    run, runner, state, backend, tmp_path
):
    newer = tmp_path / "newer"
    newer.mkdir()
    (newer / "4.jpg").write_bytes(b"")
    state.open_paths([newer])
    run.start()
    assert run.phase is Phase.IDLE
    assert backend.requests == []
    runner.run_all()
    assert [request.views for request in backend.requests] == [state.session.views]
    assert run.phase is Phase.READY


def test_a_run_does_not_wait_for_photos_that_cannot_be_read(run, runner, state, backend, photos):
    state.open_paths([photos.with_name("nowhere")])
    run.start()
    runner.run_all()
    assert len(state.notices.errors) == 1
    state.open_paths([photos])
    runner.run_all()
    assert backend.requests == []


def test_a_run_goes_through_its_phases_and_stages(run, runner):
    phases = record(run.phase_changed)
    run.start()
    runner.run_next()
    assert phases == [(Phase.RUNNING,), (Phase.PREPARING,)]
    assert [report.stage for report in run.stages] == ["load model", "network"]
    runner.run_all()
    assert phases == [(Phase.RUNNING,), (Phase.PREPARING,), (Phase.READY,)]
    assert run.prediction is not None


def test_the_request_carries_the_options(run, runner, state, backend):
    state.run_options.set_model("vggt-1b")
    state.run_options.set_resize_mode("pad")
    state.run_options.set_compare(False)
    runner.run_all()
    run.start()
    runner.run_next()
    request = backend.requests[0]
    assert (request.model, request.resize_mode, request.compare) == ("vggt-1b", "pad", False)
    assert len(request.views) == 3


def test_a_second_start_while_running_is_ignored(run, runner):
    run.start()
    run.start()
    assert len(runner.waiting) == 1


def test_cancel_goes_back_to_idle_without_an_error(run, runner, state):
    run.start()
    run.cancel()
    assert run.phase is Phase.CANCELLING
    assert not run.can_cancel
    runner.run_next()
    assert run.phase is Phase.IDLE
    assert run.can_start
    assert state.notices.errors == ()


def test_the_last_good_result_stays_when_a_run_fails(run, runner, backend, state):
    run.start()
    runner.run_all()
    good = run.prediction
    backend.run_error = DeviceMemoryError("4.1 GB were wanted, 2.0 GB are free; use fewer photos")
    run.start()
    runner.run_all()
    assert run.phase is Phase.FAILED
    assert run.error == "4.1 GB were wanted, 2.0 GB are free; use fewer photos"
    assert run.prediction is good
    assert state.notices.errors[-1].exit_code == 4
    assert run.can_start


def test_the_last_good_result_stays_when_a_run_is_cancelled(run, runner):
    run.start()
    runner.run_all()
    good = run.prediction
    run.start()
    run.cancel()
    runner.run_all()
    assert run.phase is Phase.READY
    assert run.prediction is good


def test_another_scene_drops_the_result_and_the_run(run, runner, state, photos):
    run.start()
    runner.run_all()
    run.start()
    state.open_paths([photos / "1.jpg"])
    state.leaving.answer(Answer.DISCARD)
    runner.run_all()
    assert run.prediction is None
    assert run.phase is Phase.IDLE
    assert state.display.prediction is None
