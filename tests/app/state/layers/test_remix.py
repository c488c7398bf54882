"""The what-if: what is muted and soloed, what is shown, and that the result stays untouched."""

import numpy as np
import pytest

from moe3d.scene.mixture import Remix
from moe3d_viewer.state.scene.leaving import Answer
from tests.app.signals import record
from tests.scenes import refined_prediction


@pytest.fixture
def remix(result):
    return result.remix


def test_a_solo_mutes_all_others_and_a_second_one_lets_them_in(remix):
    remix.solo(1)
    assert remix.muted == {0, 2, 3}
    assert remix.soloed == {1}
    remix.solo(1)
    assert remix.muted == frozenset()
    assert remix.soloed == frozenset()


def test_shift_adds_and_takes_away(remix):
    remix.solo(0, add=True)
    remix.solo(2, add=True)
    assert remix.soloed == {0, 2}
    remix.solo(0, add=True)
    assert remix.soloed == {2}
    remix.solo(2, add=True)
    assert remix.muted == frozenset()
    for index in range(4):
        remix.solo(index, add=True)
    assert remix.remix.is_models_own
    remix.solo(7)
    assert remix.remix.is_models_own


def test_who_mutes_one_has_not_asked_for_the_others_alone(remix):
    remix.mute(0, True)
    assert remix.soloed == frozenset()
    remix.solo(1)
    remix.solo(2, add=True)
    assert remix.soloed == {1, 2}
    remix.mute(0, False)
    assert remix.soloed == frozenset()
    remix.mute(0, True)
    assert remix.soloed == frozenset()
    remix.mute(1, True)
    assert remix.soloed == {2}  # the last one is alone, however that came


def test_the_last_one_heard_cannot_be_muted(remix):
    for index in range(4):
        remix.mute(index, True)
    assert remix.muted == {0, 1, 2}
    assert not remix.can_mute(3)
    remix.mute(0, False)
    assert remix.can_mute(3)


def test_the_depth_of_a_solo_is_the_expert_s_and_the_prediction_is_not_touched(
    result, remix, runner
):
    before = result.display.prediction.depth.copy()
    remix.solo(2)
    assert not remix.shown.is_active
    runner.run_all()
    np.testing.assert_array_equal(remix.shown.depth, result.display.prediction.expert_depths[:, 2])
    np.testing.assert_array_equal(result.display.prediction.depth, before)
    remix.reset()
    runner.run_all()
    assert not remix.shown.is_active
    assert remix.shown.fused(result.display.prediction) is result.display.prediction.depth


def test_while_one_mixture_is_made_only_the_newest_wish_waits(result, remix, runner):
    remix.set_hard(True)
    runner.run_all()  # makes the cloud ready, too
    remix.set_hard(False)
    runner.run_all()
    remix.set_temperature(1.0)
    for step in range(2, 20):
        remix.set_temperature(float(step))
    assert len(runner.waiting) == 1
    shown = record(remix.shown_changed)
    runner.run_all()
    assert remix.shown.remix == Remix(temperature=19.0)
    assert len(shown) <= 4  # the first and the newest, each with and without its points


def test_another_scene_begins_with_the_model_s_own(result, remix, runner, photos):
    remix.set_hard(True)
    runner.run_all()
    result.open_paths([photos])
    result.leaving.answer(Answer.DISCARD)
    runner.run_all()
    assert remix.remix.is_models_own
    assert not remix.shown.is_active


def test_an_export_while_a_what_if_is_shown_gets_the_model_s_own(
    result, remix, runner, backend, tmp_path
):
    own = result.display.prediction
    remix.solo(3)
    runner.run_all()
    result.export.export(tmp_path)
    runner.run_all()
    assert backend.exports[-1].prediction is own


def test_undo_takes_a_solo_back(result, remix):
    remix.solo(1)
    result.history.undo()
    assert remix.muted == frozenset()
    result.history.redo()
    assert remix.soloed == {1}


def test_a_temperature_stays_in_its_range(remix):
    remix.set_temperature(1e9)
    assert remix.temperature == 20
    remix.restore({"temperature": 0.5, "muted": [1], "hard": True})
    assert remix.remix == Remix((1,), True, 0.5)
    assert remix.to_json() == {"temperature": 0.5, "muted": [1], "hard": True}


def test_a_wish_before_its_points_are_there_moves_them_once_they_are(
    state, runner, backend, photos
):
    backend.make = refined_prediction
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    assert state.display.cloud("fused") is None  # the refined layer is shown
    state.remix.expect()
    assert runner.waiting == []
    state.remix.solo(2)
    runner.run_all()
    assert state.display.cloud("fused") is not None
    assert state.remix.shown.points is not None
