"""The truth of the open scene."""

import numpy as np
import pytest

from moe3d_viewer.state.scene.leaving import Answer
from tests.moe3d.evaluation.one_scene.test_scene_truth import truth_folder


def test_truth_comes_with_a_signal_and_goes_with_one(result, runner, tmp_path, qtbot):
    state = result
    assert state.truth.can_load
    with qtbot.waitSignal(state.truth.changed):
        state.truth.load(truth_folder(tmp_path / "t"))
        assert state.truth.is_loading
        runner.run_all()
    np.testing.assert_allclose(state.truth.depth, state.display.prediction.depth)
    assert state.truth.choice.path == str(tmp_path / "t")
    with qtbot.waitSignal(state.truth.changed):
        state.truth.clear()
    assert state.truth.depth is None


def test_another_result_of_the_same_photos_reads_the_truth_again(result, runner, tmp_path):
    result.truth.load(truth_folder(tmp_path / "t"))
    runner.run_all()
    first = result.truth.truth
    result.reconstruction.start()
    runner.run_all()
    assert result.truth.truth is not None
    assert result.truth.truth is not first
    result.open_paths([tmp_path])  # no photos: refused, all stays
    result.leaving.answer(Answer.DISCARD)
    runner.run_all()
    assert result.truth.truth is not None


def test_a_wrong_file_is_an_error_and_the_old_truth_stays(result, runner, tmp_path):
    result.truth.load(truth_folder(tmp_path / "t"))
    runner.run_all()
    known = result.truth.truth
    result.truth.load(tmp_path / "nowhere")
    runner.run_all()
    assert result.truth.truth is known
    assert result.notices.errors[-1].title == "Could not load the truth"
    assert result.notices.errors[-1].text.startswith(str(tmp_path / "nowhere"))


@pytest.mark.parametrize("path", ["t"])
def test_without_a_result_nothing_is_read(state, runner, tmp_path, path):
    assert not state.truth.can_load
    state.truth.load(truth_folder(tmp_path / path))
    assert not runner.waiting


def test_a_session_brings_its_truth_back(result, runner, tmp_path):
    result.truth.load(truth_folder(tmp_path / "t"))
    runner.run_all()
    saved = result.remembered.snapshot()
    result.truth.clear()
    assert result.truth.depth is None
    result.remembered.restore(saved)
    runner.run_all()
    np.testing.assert_allclose(result.truth.depth, result.display.prediction.depth)


def test_other_photos_have_no_truth(result, runner, tmp_path, photos):
    result.truth.load(truth_folder(tmp_path / "t"))
    runner.run_all()
    result.open_paths([photos])
    result.leaving.answer(Answer.DISCARD)
    runner.run_all()
    assert result.truth.choice.path == ""
    assert result.truth.depth is None


def test_a_truth_chosen_while_a_result_is_prepared_waits_for_it(result, runner, tmp_path):
    result.reconstruction.start()
    runner.run_next()  # the run ends, its display is not there yet
    assert result.display.is_preparing
    result.truth.choice.set_path(str(truth_folder(tmp_path / "t")))
    assert not result.truth.is_loading
    runner.run_all()
    assert result.truth.depth is not None
