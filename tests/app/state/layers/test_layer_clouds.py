"""Which points are built, in which order, and what a failure costs."""

import pytest

from moe3d_viewer.state.layers.layer_clouds import BUILD_CLOUD
from moe3d_viewer.state.layers.view_options import Layout
from tests.scenes import refined_prediction, step_prediction


@pytest.fixture
def built(backend):
    """Names of the layers that jobs of their own were asked for, in order."""
    names: list[str] = []
    build = backend.functions[BUILD_CLOUD]

    def note(prediction, layer, progress, flying=None):
        names.append(layer)
        assert flying is None or flying.layer == layer
        return build(prediction, layer, progress, flying)

    backend.replace(BUILD_CLOUD, note)
    return names


@pytest.fixture
def single(state, runner, photos, built):
    """One view, just come to the screen; what else is built still waits."""
    state.view.set_layout(Layout.SINGLE)
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    while state.display.prediction is None:
        runner.run_next()
    return state.display


def test_one_view_is_there_before_the_other_side_which_follows(single, runner, built):
    assert single.cloud("fused") is not None
    assert single.cloud("vggt") is None
    assert (single.is_preparing, single.is_building) == (False, True)
    runner.run_all()
    assert single.cloud("vggt") is not None
    assert not single.is_building
    assert built == ["vggt"]


def test_both_sides_of_a_comparison_come_together(state, runner, photos, built):
    state.view.set_layout(Layout.SPLIT)
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    assert all(state.display.cloud(layer) is not None for layer in ("fused", "vggt"))
    assert built == []


def test_what_is_on_the_screen_goes_before_what_may_be_next(single, state, runner, built):
    state.view.select_layer("expert:2")
    runner.run_all()
    assert built[-2:] == ["expert:2", "vggt"]
    assert single.cloud("vggt") is not None


def test_an_expert_s_other_side_is_vggt_s_own(state, runner, photos, backend, built):
    backend.make = refined_prediction
    state.view.set_layout(Layout.SINGLE)
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    assert built == ["vggt-refined"]
    state.view.select_layer("expert:1")
    runner.run_all()
    assert built == ["vggt-refined", "expert:1", "vggt"]


def test_without_vggt_s_answer_nothing_more_is_built(state, runner, photos, backend, built):
    backend.make = lambda: step_prediction(with_baseline=False)
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    assert state.display.cloud("fused") is not None
    assert built == []


def test_what_nobody_sees_fails_in_silence_and_is_tried_again_when_it_is_shown(
    single, state, runner, backend
):
    tried: list[str] = []

    def fail(_prediction, layer, _progress, _flying=None):
        tried.append(layer)
        raise MemoryError(f"no room for {layer}")

    backend.replace(BUILD_CLOUD, fail)
    runner.run_all()
    state.view.select_layer("fused")
    runner.run_all()
    assert tried == ["vggt"]  # once, not again with every change
    assert not state.notices.errors
    state.view.set_layout(Layout.SPLIT)
    runner.run_all()
    assert set(tried) == {"vggt"}
    assert len(state.notices.errors) == 1
