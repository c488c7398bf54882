import numpy as np

from moe3d_viewer.rendering.points.draw_plan import PointBudget, block_slices, blocks_in_view
from moe3d_viewer.rendering.space.camera import Viewport
from moe3d_viewer.rendering.space.scene_frame import Bounds, camera_that_frames, upright_rotation
from moe3d_viewer.rendering.space.view_frame import view_frame

STARTS = np.array([0, 10, 19, 29])


def test_slices_of_all_blocks_cover_every_point_once():
    visible = np.ones(3, bool)
    drawn = np.zeros(29, int)
    for begin in range(0, 12, 4):
        ranges = block_slices(STARTS, visible, begin, begin + 4)
        for first, count in zip(ranges.firsts, ranges.counts, strict=True):
            drawn[first : first + count] += 1
    assert (drawn == 1).all()


def test_hidden_blocks_are_left_out():
    ranges = block_slices(STARTS, np.array([True, False, True]), 0, 3)
    assert ranges.firsts.tolist() == [0, 19]
    assert ranges.num_points == 6


def test_boxes_outside_the_view_are_culled_and_boxes_inside_are_not():
    bounds = Bounds(-np.ones(3), np.ones(3))
    rotation = upright_rotation(np.array([0.0, 0, 1]), np.array([0.0, -1, 0]))
    frame = view_frame(
        camera_that_frames(bounds, rotation, Viewport(400, 300)), Viewport(400, 300), bounds, 2.0
    )
    lower = np.array([[-0.5, -0.5, -0.5], [50, 0, 0], [0, 0, -60], [-90, -90, -90]], np.float32)
    upper = np.array([[0.5, 0.5, 0.5], [51, 1, 1], [1, 1, -50], [90, 90, 90]], np.float32)
    assert blocks_in_view(lower, upper, frame.clip_from_world).tolist() == [
        True,
        False,
        False,
        True,
    ]


def test_the_budget_settles_where_a_pass_takes_the_target_time():
    budget = PointBudget(target_ms=10.0)
    for _ in range(40):
        budget.observe(budget.points, budget.points * 1e-4)  # 0.1 us a point
    assert abs(budget.points - 100_000) < 5_000


def test_a_slow_pass_shrinks_the_budget_and_a_small_quick_one_does_not_grow_it():
    budget = PointBudget(target_ms=10.0, points=200_000)
    budget.observe(200_000, 40.0)
    assert budget.points == 120_000
    budget.observe(20_000, 1.0)
    assert budget.points == 120_000
