import pytest

from moe3d_viewer.state.history import MERGE_S, History
from moe3d_viewer.state.layers.view_options import ViewOptionsState
from moe3d_viewer.state.remembered import RememberedRegistry
from tests.app.signals import record
from tests.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def view() -> ViewOptionsState:
    return ViewOptionsState()


@pytest.fixture
def history(view: ViewOptionsState, clock: Clock) -> History:
    registry = RememberedRegistry()
    registry.add("view", view)
    made = History(registry, clock)
    made.kept = registry  # type: ignore[attr-defined]  # registries live as long as AppState
    return made


def test_each_change_is_taken_back_and_done_again(history, view):
    view.set_percentile(40)
    view.set_color_map("grey")
    assert (history.undo_name, history.can_redo) == ("color_map", False)
    history.undo()
    assert (view.percentile, view.color_map) == (40, "turbo")
    history.undo()
    assert (view.percentile, history.can_undo) == (20, False)
    history.redo()
    history.redo()
    assert (view.percentile, view.color_map, history.can_redo) == (40, "grey", False)


def test_the_drag_of_a_slider_is_one_step(history, view, clock):
    for percentile in range(21, 60):
        view.set_percentile(percentile)
        clock.now_s += 0.1
    clock.now_s += MERGE_S
    view.set_percentile(80)
    history.undo()
    assert view.percentile == 59
    history.undo()
    assert (view.percentile, history.can_undo) == (20, False)


def test_two_sliders_are_two_steps_however_quick_the_hand(history, view):
    view.set_percentile(40)
    view.set_overlay_opacity(0.3)
    view.set_percentile(41)
    for expected in (40, 40, 20):
        history.undo()
        assert view.percentile == expected


def test_a_new_change_forgets_what_was_undone(history, view):
    view.set_percentile(40)
    history.undo()
    view.set_percentile(50)
    assert not history.can_redo
    history.undo()
    assert view.percentile == 20


def test_the_photo_looked_at_is_no_step_and_is_not_moved_by_undo(history, view):
    view.set_percentile(40)
    view.select_view(2)
    assert history.undo_name == "percentile"
    view.set_color_map("grey")
    history.undo()
    assert view.selected_view == 2
    history.undo()
    assert (view.percentile, view.selected_view) == (20, 2)


def test_several_values_set_by_one_act_are_one_step(history, view):
    view.show_expert(1, False)
    view.select_layer("vggt")
    view.reset_for_scene()
    history.undo()
    assert (view.layer, view.hidden_experts) == ("vggt", {1})


def test_clearing_leaves_the_values_and_no_way_back(history, view):
    view.set_percentile(40)
    heard = record(history.changed)
    history.clear()
    assert (view.percentile, history.can_undo, len(heard)) == (40, False, 1)


def test_another_scene_and_another_result_begin_a_new_history(state, runner, photos):
    state.view.set_percentile(40)
    assert state.history.can_undo
    state.open_paths([photos])
    runner.run_all()
    assert not state.history.can_undo
    state.view.set_percentile(50)
    state.reconstruction.start()
    runner.run_all()
    assert not state.history.can_undo


def test_what_is_held_is_one_step_however_slowly_it_moves(history, view, clock):
    view.set_percentile(21)
    history.hold()
    for percentile in range(30, 60, 10):
        view.set_percentile(percentile)
        clock.now_s += 10 * MERGE_S
    history.let_go()
    view.set_percentile(70)
    found = []
    while history.can_undo:
        history.undo()
        found.append(view.percentile)
    assert found == [50, 21, 20]
