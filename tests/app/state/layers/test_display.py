import pytest

from moe3d_viewer.state.layers.view_options import Layout
from moe3d_viewer.state.scene.leaving import Answer
from tests.app.signals import record
from tests.scenes import refined_prediction, step_prediction


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
    assert state.display.prediction.depth is state.reconstruction.prediction.depth
    assert not state.display.is_preparing


def test_it_is_said_what_is_another_one(state, runner, photos):
    display = state.display
    heard = [
        record(signal)
        for signal in (display.depths_changed, display.result_changed, display.presence_changed)
    ]

    def news() -> list[list[tuple[object, ...]]]:
        told = [list(items) for items in heard]
        for items in heard:
            items.clear()
        return told

    state.open_paths([photos])
    runner.run_all()
    news()
    state.reconstruction.start()
    runner.run_all()
    assert news() == [[()], [()], [(True,)]]
    state.scale.set_metres_per_unit(2.0)
    runner.run_all()
    assert display.prediction.metadata.units == "metres"
    assert news() == [[()], [], []]  # the same result in other units
    state.reconstruction.start()
    runner.run_all()
    depths, result, presence = news()
    assert depths
    assert result == [()]
    assert presence == []  # there was one before
    state.open_paths([photos])
    state.leaving.answer(Answer.DISCARD)
    runner.run_all()
    assert display.prediction is None
    depths, result, presence = news()
    assert depths
    assert (result, presence) == ([()], [(False,)])


def test_depths_are_told_first_so_that_nothing_old_is_drawn(state, runner, photos):
    order = []
    for name in ("depths_changed", "result_changed", "presence_changed"):
        getattr(state.display, name).connect(lambda *_values, name=name: order.append(name))
    state.open_paths([photos])
    runner.run_all()
    order.clear()
    state.reconstruction.start()
    runner.run_all()
    assert order == ["depths_changed", "result_changed", "presence_changed"]


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
    assert (state.view.layer, shown.layer) == ("", "fused")


@pytest.fixture
def refined(state, backend, runner, photos):
    """A display whose result was refined by all photos."""
    backend.make = refined_prediction
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    return state.display


def test_a_refined_result_is_shown_refined_and_beside_vggt_refined(refined, state):
    assert refined.layers_shown == ("refined", "vggt-refined")
    assert state.view.layer == "", "nothing was chosen, so a session has nothing to keep"
    assert set(refined.scene.flying) == {"fused", "refined", "vggt", "vggt-refined"}


def test_one_switch_leads_to_the_networks_own_and_back(refined, state, runner):
    refined.show_refined(False)
    runner.run_all()
    assert refined.layers_shown == ("fused", "vggt")
    assert [refined.total(layer) for layer in refined.layers_shown] == [4 * 28 * 42] * 2
    refined.show_refined(True)
    assert refined.layers_shown == ("refined", "vggt-refined")
    state.view.select_layer("vggt-refined")
    refined.show_refined(False)
    assert refined.layers_shown == ("vggt", "vggt")


def test_an_expert_is_compared_raw_and_has_no_refined_form(refined, state):
    state.view.select_layer("expert:2")
    assert refined.layers_shown == ("expert:2", "vggt")
    assert not refined.choice.can_refine


def test_a_what_if_mixes_the_networks_own_depth_and_the_refined_one_comes_back(
    refined, state, runner
):
    state.remix.solo(1)
    assert refined.layers_shown == ("fused", "vggt")
    assert not refined.choice.can_refine
    runner.run_all()
    assert (state.remix.shown.depth == 2).all()  # expert 2 says the far plane
    state.remix.reset()
    runner.run_all()
    assert refined.layers_shown == ("refined", "vggt-refined")


def test_the_next_result_without_refined_depth_shows_the_network_s(refined, state, backend, runner):
    state.view.select_layer("refined")
    backend.make = step_prediction
    state.reconstruction.start()
    runner.run_all()
    assert refined.layers_shown == ("fused", "vggt")
    backend.make = refined_prediction
    state.reconstruction.start()
    runner.run_all()
    assert refined.layers_shown == ("refined", "vggt-refined")


def test_the_networks_own_stays_chosen_in_the_next_result(refined, state, runner):
    refined.show_refined(False)
    state.reconstruction.start()
    runner.run_all()
    assert refined.layers_shown == ("fused", "vggt")


def test_the_choice_is_part_of_a_session_and_older_ones_open(refined, state, runner):
    refined.show_refined(False)
    kept = state.remembered.snapshot()
    refined.show_refined(True)
    state.remembered.restore(kept)
    assert refined.layer == "fused"
    older = {"view": {"layer": "vggt"}}
    state.remembered.restore(older)
    assert refined.layer == "vggt"


def test_the_comparison_measures_what_is_shown(refined, state, runner, qtbot):
    state.comparison_report.want(True)
    runner.run_all()
    assert state.comparison_report.report.sides == ("refined", "vggt-refined")
    assert state.comparison_report.report.titles == ("MoE3D refined", "VGGT refined")
    refined.show_refined(False)
    assert state.comparison_report.report is None
    qtbot.waitUntil(lambda: bool(runner.waiting))
    qtbot.waitUntil(lambda: not runner.run_all() and state.comparison_report.report is not None)
    assert state.comparison_report.report.sides == ("fused", "vggt")
