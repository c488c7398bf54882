import pytest

from app.state.view_options import Layout
from tests.app.signals import record
from tests.scenes import step_prediction


@pytest.fixture
def shown(state, runner, photos):
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    return state.display


def test_a_prediction_is_shown_once_it_is_prepared(state, runner, photos):
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_next()
    assert state.reconstruction.prediction is not None
    assert state.display.prediction is None
    assert state.display.is_preparing
    runner.run_next()
    assert state.display.prediction is state.reconstruction.prediction
    assert not state.display.is_preparing


def test_split_shows_the_chosen_layer_beside_vggt(shown, state):
    assert shown.layers_shown == ("fused", "vggt")
    state.view.set_layout(Layout.SINGLE)
    assert shown.layers_shown == ("fused",)


def test_without_a_baseline_there_is_one_view(state, runner, photos, backend):
    backend.make = lambda: step_prediction(with_baseline=False)
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    assert state.display.layers_shown == ("fused",)
    assert "difference" not in state.display.color_modes


def test_the_count_follows_the_percentile(shown, state):
    total = shown.total("fused")
    changes = record(shown.filter_changed)
    state.view.set_percentile(0)
    assert shown.kept("fused") == total
    state.view.set_percentile(50)
    assert shown.kept("fused") == pytest.approx(total / 2, abs=2 * 28)
    assert len(changes) == 2


def test_a_layer_is_built_when_it_is_asked_for(shown, state, runner):
    ready = record(shown.cloud_ready)
    state.view.select_layer("expert:2")
    assert shown.cloud("expert:2") is None
    runner.run_all()
    assert ready == [("expert:2",)]
    assert shown.cloud("expert:2") is not None
    state.view.select_layer("fused")
    state.view.select_layer("expert:2")
    runner.run_all()
    assert ready == [("expert:2",)]


@pytest.mark.parametrize("num_experts", [1, 2, 8])
def test_layers_come_from_the_result(state, runner, photos, backend, num_experts):
    backend.make = lambda: step_prediction(num_experts=num_experts)
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    assert len(state.display.layers) == num_experts + 2
    assert state.display.has_experts == (num_experts > 1)
    assert ("expert" in state.display.color_modes) == (num_experts > 1)


def test_a_layer_that_the_next_result_has_not_falls_back_to_fused(shown, state, runner, backend):
    state.view.select_layer("expert:4")
    runner.run_all()
    backend.make = lambda: step_prediction(num_experts=2)
    state.reconstruction.start()
    runner.run_all()
    assert state.view.layer == "fused"
