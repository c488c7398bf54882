"""Moved points against lifting the new depth by the camera."""

from dataclasses import replace
from itertools import pairwise
from unittest.mock import patch

import numpy as np
import pytest

from moe3d.geometry.projection import world_points_from_depth
from moe3d.progress import Progress
from moe3d.scene.mixture import Remix, remix_depth
from moe3d_viewer.rendering.points.point_growth import moved_vertices
from moe3d_viewer.rendering.space.scene_frame import camera_centers
from moe3d_viewer.workers.point_buffers import point_buffer
from moe3d_viewer.workers.prepare_display import prepare_remix
from tests.scenes import step_prediction


def turned_prediction(height=28, width=42):
    """Tilted cameras, some pixels that are not valid."""
    plain = step_prediction(2, height, width)
    angle = 0.3
    poses = plain.camera_from_world.copy()
    poses[1, :3, :3] = [
        [np.cos(angle), 0, np.sin(angle)],
        [0, 1, 0],
        [-np.sin(angle), 0, np.cos(angle)],
    ]
    poses[1, :3, 3] = (0.2, -0.4, 0.1)
    valid = plain.valid_mask.copy()
    valid[0, :5], valid[1, ::3, 7] = False, False
    return replace(plain, camera_from_world=poses, valid_mask=valid)


def drawn_positions(prediction, buffer, moved):
    centers = camera_centers(prediction.camera_from_world).astype(np.float32)
    return moved_vertices(buffer.vertices, moved.growth, centers)["position"]


def assert_boxes_hold(buffer, moved, positions):
    """Every block's points lie in its box, and all of them in the bounds."""
    for block, (start, stop) in enumerate(pairwise(buffer.block_starts)):
        assert (positions[start:stop] >= moved.block_lower[block] - 2e-6).all()
        assert (positions[start:stop] <= moved.block_upper[block] + 2e-6).all()
    assert (moved.bounds.lower <= positions.min(axis=0) + 2e-6).all()
    assert (moved.bounds.upper >= positions.max(axis=0) - 2e-6).all()


@pytest.mark.parametrize("remix", [Remix(muted=(0,)), Remix(temperature=9.0), Remix(hard=True)])
def test_a_point_goes_where_the_new_depth_lifts_its_pixel(remix):
    prediction = turned_prediction()
    buffer = point_buffer(prediction, "fused")
    depth = remix_depth(prediction, remix)
    moved = prepare_remix(prediction, buffer.places, Progress()).points(depth)
    lifted = world_points_from_depth(depth, prediction.intrinsics, prediction.camera_from_world)
    expected = lifted.reshape(-1, 3)[buffer.places.sources()]
    np.testing.assert_allclose(drawn_positions(prediction, buffer, moved), expected, atol=2e-6)
    assert_boxes_hold(buffer, moved, expected)


def test_the_boxes_of_many_blocks_hold_their_points():
    prediction = turned_prediction(64, 96)
    generator = np.random.default_rng(0)
    depth = (prediction.depth * generator.uniform(0.3, 2.5, prediction.depth.shape)).astype("f4")
    with patch("moe3d_viewer.rendering.points.point_order.BLOCK_SIZE", 300):
        buffer = point_buffer(prediction, "fused")
        moved = prepare_remix(prediction, buffer.places, Progress()).points(depth)
    assert len(buffer.block_lower) > 30
    assert_boxes_hold(buffer, moved, drawn_positions(prediction, buffer, moved))
    sizes = (np.ptp(np.stack([moved.block_lower, moved.block_upper]), axis=0)).mean(axis=0)
    assert (sizes < 0.8 * (moved.bounds.upper - moved.bounds.lower)).all()


def test_the_model_s_own_places_come_back_to_the_bit():
    prediction = turned_prediction()
    buffer = point_buffer(prediction, "fused")
    same = prepare_remix(prediction, buffer.places, Progress()).points(prediction.depth)
    np.testing.assert_array_equal(
        drawn_positions(prediction, buffer, same), buffer.vertices["position"]
    )
    np.testing.assert_allclose(same.block_lower, buffer.block_lower)


def test_a_pixel_without_a_depth_goes_to_its_camera():
    prediction = turned_prediction()
    buffer = point_buffer(prediction, "fused")
    depth = np.full(prediction.depth.shape, np.nan, np.float32)
    moved = prepare_remix(prediction, buffer.places, Progress()).points(depth)
    positions = drawn_positions(prediction, buffer, moved)
    pose = prediction.camera_from_world
    centers = [-p[:3, :3].T @ p[:3, 3] for p in pose]
    away = [np.abs(positions - c).max(axis=1) < 1e-5 for c in centers]
    assert (away[0] | away[1]).all()
