from pathlib import Path

from moe3d.errors import PredictionFileError
from moe3d_viewer.state.scene.leaving import Answer
from moe3d_viewer.state.scene.saved_results import READ_PREDICTION
from tests.app.signals import record


def test_a_result_is_saved_with_its_suffix(state, runner, photos, tmp_path):
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    toasts = record(state.notices.toast_raised)
    state.saved.save(tmp_path / "my scene")
    runner.run_all()
    assert (tmp_path / "my scene.npz").exists()
    assert "my scene.npz" in toasts[0][0].text


def test_nothing_is_saved_without_a_result(state, runner, tmp_path):
    state.saved.save(tmp_path / "x.npz")
    assert runner.waiting == []


def test_a_file_that_cannot_be_read_keeps_the_scene(state, runner, photos, backend):
    state.open_paths([photos])
    runner.run_all()

    def refuse(path, progress):
        raise PredictionFileError(f"{path} is no saved prediction")

    backend.replace(READ_PREDICTION, refuse)
    state.open_paths([Path("bad.npz")])
    runner.run_all()
    assert state.session.title == "garden wall"
    assert state.notices.errors[-1].text == "bad.npz is no saved prediction"


def test_opening_a_result_ends_a_run(state, runner, photos):
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    state.open_paths([Path("scene.npz")])
    runner.waiting.insert(0, runner.waiting.pop())  # looking at the file waits for no run
    runner.run_next()
    state.leaving.answer(Answer.DISCARD)
    runner.run_all()
    assert state.session.title == "scene.npz"
    assert not state.reconstruction.is_running
