"""Filters, section box, up, scale and distances: what is decided, without a window."""

import math
from pathlib import Path

import numpy as np
import pytest

from moe3d.geometry.box import OrientedBox
from moe3d_viewer.state.exports.command_line import export_command
from moe3d_viewer.state.points.section_box import WHOLE, SectionBoxState
from moe3d_viewer.state.scene.leaving import Answer
from moe3d_viewer.state.viewport.tools import Tool
from tests.scenes import open_prediction, step_prediction
from tests.supported_scenes import supported_prediction

UNIT = OrientedBox((0.0, 0.0, 5.0), (1.0, 2.0, 4.0))


@pytest.fixture
def scene(result, runner):
    runner.run_all()
    return result.scene


def removed(scene, runner):
    runner.run_all()
    return {entry.name: entry.removed for entry in scene.filter_list.entries if entry.is_active}


def test_every_active_filter_says_what_it_took(scene, result, runner):
    result.view.set_percentile(0)
    prediction = result.display.prediction
    per_photo = prediction.depth[0].size
    assert removed(scene, runner) == {"other_side": 0}  # both sides have every pixel
    result.comparison.set_same_mask(False)
    assert removed(scene, runner) == {}
    scene.filters.show_photo(0, False)
    scene.filters.set_edge_on(True)
    height = prediction.depth.shape[1]
    edge = 2 * height * prediction.num_views  # the step takes a column on either side
    assert removed(scene, runner) == {"edges": edge, "photos": per_photo - 2 * height}
    counts = scene.filter_list.counts("fused")
    others = prediction.num_views - 1
    assert counts.kept == others * (per_photo - 2 * height)
    assert counts.total == prediction.depth.size


def test_a_filter_is_cleared_by_its_entry(scene, result, runner):
    scene.filters.set_edge_on(True)
    scene.filters.set_white_hidden(True)
    scene.section.set_on(True)
    result.view.show_expert(0, False)
    for entry in scene.filter_list.entries:
        entry.clear()
    assert removed(scene, runner) == {}
    assert scene.filter_list.counts("fused").kept == result.display.prediction.depth.size


def test_sky_is_hidden_where_there_is_some_until_a_choice_is_made(state, runner, photos, backend):
    backend.make = open_prediction
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    state.view.set_percentile(0)
    filters, now = state.scene.filters, state.scene.filter_list
    assert filters.sky_hidden is None
    assert removed(state.scene, runner)["sky"] == 2 * 7 * 42
    assert "--hide-sky on" in export_command(Path("a.npz"), "fused", now.now)
    kept = state.remembered.snapshot()
    filters.set_sky_hidden(False)
    assert "sky" not in removed(state.scene, runner)
    assert "--hide-sky off" in export_command(Path("a.npz"), "fused", now.now)
    shown = state.remembered.snapshot()
    state.history.undo()
    assert filters.sky_hidden is None
    state.remembered.restore(shown)
    assert filters.sky_hidden is False
    state.remembered.restore(kept)
    assert now.now.hide_sky


def test_a_room_hides_no_sky_even_when_it_is_asked_to(scene):
    assert not scene.filter_list.now.hide_sky
    scene.filters.set_sky_hidden(True)
    assert not scene.filter_list.now.hide_sky


def test_counts_are_unknown_until_they_are_counted(scene, runner):
    scene.filters.set_edge_on(True)
    assert scene.filter_list.counts("fused") is None
    runner.run_all()
    assert scene.filter_list.counts("fused") is not None


def test_changes_are_undone_and_kept(scene, result):
    before = result.remembered.snapshot()
    scene.filters.set_edge_rtol(0.1)
    scene.look.set_navigation("fly")
    after = result.remembered.snapshot()
    result.history.undo()
    assert scene.look.navigation == "orbit"
    result.remembered.restore(before)
    assert result.remembered.snapshot() == before
    result.remembered.restore(after)
    assert (scene.filters.edge_rtol, scene.look.navigation) == (0.1, "fly")


def test_another_scene_shows_all_photos_and_knows_no_scale(scene, result, runner, photos):
    scene.filters.show_photo(1, False)
    scene.section.set_on(True)
    scene.scale.set_metres_per_unit(2.0)
    result.open_paths([photos])
    result.leaving.answer(Answer.DISCARD)
    runner.run_all()
    assert not scene.filters.hidden_photos
    assert not scene.section.is_on
    assert not scene.scale.is_known


def test_sides_at_their_ends_cut_nothing_and_others_cut_where_they_stand():
    section = SectionBoxState()
    assert section.box(UNIT) is None
    section.set_on(True)
    section.move_side(0, True, 0.75)
    box = section.box(UNIT)
    points = [[0.4, 0, 5], [0.6, 0, 5], [-300, 0, 5], [0.4, 900, 5], [0.4, 0, -900]]
    assert box.contains(np.array(points, np.float32)).tolist() == [True, False, True, True, True]
    np.testing.assert_allclose(section.drawn_box(UNIT).corners.max(axis=0), [0.5, 2, 9])


def test_a_side_stops_before_its_opposite():
    section = SectionBoxState()
    section.move_side(1, False, 0.6)
    section.move_side(1, True, 0.2)
    low, high = section.sides[1]
    assert low == 0.6
    assert low < high
    section.reset()
    assert section.sides == WHOLE


def test_a_known_length_makes_everything_metric(scene, result, runner):
    raw = result.reconstruction.prediction
    scene.tools.take(Tool.MEASURE)
    scene.tools.add_point((0.0, 0.0, 1.0))
    scene.tools.add_point((0.0, 3.0, 5.0))
    assert scene.measurement.distances[0].length == 5.0
    scene.measurement.use_as_scale(0, 2.5)
    assert scene.scale.is_on_its_way
    assert scene.measurement.distances[0].length == 5.0  # until the points are in metres, too
    assert result.export.units == "relative"
    runner.run_all()
    assert not scene.scale.is_on_its_way
    shown = result.display.prediction
    assert shown.metadata.units == result.export.units == "metres"
    np.testing.assert_allclose(shown.depth, raw.depth / 2)
    np.testing.assert_allclose(
        shown.camera_from_world[:, :3, 3], raw.camera_from_world[:, :3, 3] / 2
    )
    assert scene.measurement.distances[0].length == pytest.approx(2.5)
    scene.measurement.use_as_scale(0, 10.0)
    assert scene.measurement.distances[0].length == pytest.approx(2.5)
    runner.run_all()
    assert scene.measurement.distances[0].length == pytest.approx(10.0)
    result.history.undo()
    result.history.undo()
    runner.run_all()
    assert result.display.prediction.depth is raw.depth
    assert result.export.units == "relative"


def test_three_points_of_the_floor_make_it_level(scene):
    tilt = math.radians(20)
    across, along = np.array([1.0, 0, 0]), np.array([0, math.sin(tilt), math.cos(tilt)])
    scene.tools.take(Tool.LEVEL)
    for point in (0 * across, 2 * across, 3 * along):
        scene.tools.add_point(tuple(point.tolist()))
    np.testing.assert_allclose(scene.upright.up, [0, -math.cos(tilt), math.sin(tilt)], atol=1e-12)
    assert scene.tools.tool is Tool.LOOK
    np.testing.assert_allclose(
        scene.extent.frame.axes @ scene.extent.frame.axes.T, np.eye(3), atol=1e-9
    )
    scene.upright.set_up(None)
    np.testing.assert_allclose(scene.extent.frame.up, [0, -1, 0])


def test_three_points_on_a_line_level_nothing(scene):
    cameras = scene.extent.cameras
    assert not scene.upright.level_by(((0, 0, 0), (1, 1, 1), (2, 2, 2)), cameras)
    assert scene.upright.up is None


@pytest.fixture
def confirmed(state, backend, runner, photos):
    """A result of which 31 of 42 columns are confirmed, on both sides; every filter else is off."""
    backend.make = lambda: supported_prediction(refined=False)
    state.open_paths([photos])
    runner.run_all()
    state.view.set_percentile(0)
    state.comparison.set_same_mask(False)
    state.reconstruction.start()
    runner.run_all()
    return state


def columns_left(state, runner) -> int:
    runner.run_all()
    return state.scene.filter_list.counts(state.display.layers_shown[0]).kept // 56


def test_unconfirmed_points_are_hidden_unasked_where_a_third_is_confirmed(
    confirmed, backend, runner
):
    filters = confirmed.scene.filters
    assert filters.min_support == 1
    assert removed(confirmed.scene, runner) == {"support": 11 * 56}
    assert not confirmed.history.can_undo  # nobody chose it
    filters.set_min_support(3)
    assert columns_left(confirmed, runner) == 10
    confirmed.history.undo()
    assert columns_left(confirmed, runner) == 31
    few = supported_prediction(refined=False)
    few.support[..., :29] = 0  # 13 of 42 columns are less than a third
    backend.make = lambda: few
    confirmed.reconstruction.start()
    assert columns_left(confirmed, runner) == 42
    assert filters.min_support == 0


def test_a_result_without_support_is_whole_and_keeps_the_choice(confirmed, backend, runner):
    backend.make = step_prediction
    confirmed.reconstruction.start()
    runner.run_all()
    confirmed.scene.filters.set_min_support(2)  # from a session, say
    assert removed(confirmed.scene, runner) == {}
    assert confirmed.scene.filter_list.now.min_support == 0
    assert columns_left(confirmed, runner) == 42


def test_both_sides_lose_the_same_unconfirmed_pixels(confirmed, runner):
    confirmed.comparison.set_same_mask(True)
    runner.run_all()
    lists = confirmed.scene.filter_list
    assert removed(confirmed.scene, runner) == {"other_side": 11 * 56, "support": 11 * 56}
    assert [lists.counts(layer).kept for layer in ("fused", "vggt")] == [20 * 56] * 2


def test_a_choice_that_comes_before_the_picture_stays(state, backend, runner, photos):
    backend.make = lambda: supported_prediction(refined=False)
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_next()
    assert state.display.prediction is None
    state.remembered.restore({"filters": {"min_support": 0}})  # as a session does
    runner.run_all()
    assert state.display.prediction is not None
    assert state.scene.filters.min_support == 0


def test_the_usual_support_is_no_change_to_be_saved(state, backend, runner):
    backend.make = lambda: supported_prediction(refined=False)
    state.open_paths([Path("scene.npz")])
    runner.run_all()
    assert state.scene.filters.min_support == 1
    assert not state.scene_file.is_modified
    state.scene.filters.set_min_support(2)
    assert state.scene_file.is_modified


def test_support_is_a_colour_only_where_it_is_known(confirmed, backend, runner):
    assert "support" in confirmed.display.color_modes
    confirmed.view.set_color_mode("support")
    backend.make = step_prediction
    confirmed.reconstruction.start()
    runner.run_all()
    assert "support" not in confirmed.display.color_modes
    assert confirmed.view.color_mode == "photo"
