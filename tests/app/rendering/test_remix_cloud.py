"""Moved points against lifting the new depth by the camera."""

from dataclasses import replace

import numpy as np
import pytest

from app.rendering.remix_cloud import remix_cloud
from app.workers.point_buffers import point_buffer
from moe3d.geometry.projection import world_points_from_depth
from moe3d.scene.mixture import Remix, remix_depth
from tests.scenes import step_prediction


def turned_prediction():
    """Tilted cameras, some pixels that are not valid."""
    plain = step_prediction()
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


@pytest.mark.parametrize("remix", [Remix(muted=(0,)), Remix(temperature=9.0), Remix(hard=True)])
def test_a_point_goes_where_the_new_depth_lifts_its_pixel(remix):
    prediction = turned_prediction()
    buffer = point_buffer(prediction, "fused")
    depth = remix_depth(prediction, remix)
    moved = remix_cloud(prediction, buffer).points(depth)
    lifted = world_points_from_depth(depth, prediction.intrinsics, prediction.camera_from_world)
    expected = lifted[prediction.valid_mask][buffer.order]
    np.testing.assert_allclose(moved.positions, expected, atol=2e-6)
    np.testing.assert_allclose(moved.bounds.lower, expected.min(axis=0), atol=2e-6)
    np.testing.assert_allclose(moved.block_upper.max(axis=0), expected.max(axis=0), atol=2e-6)


def test_the_model_s_own_places_come_back_to_the_bit():
    prediction = turned_prediction()
    buffer = point_buffer(prediction, "fused")
    cloud = remix_cloud(prediction, buffer)
    np.testing.assert_array_equal(cloud.points(None).positions, buffer.vertices["position"])
    same = cloud.points(prediction.depth)
    np.testing.assert_array_equal(same.positions, buffer.vertices["position"])


def test_a_pixel_without_a_depth_goes_to_its_camera():
    prediction = turned_prediction()
    buffer = point_buffer(prediction, "fused")
    depth = np.full(prediction.depth.shape, np.nan, np.float32)
    moved = remix_cloud(prediction, buffer).points(depth)
    pose = prediction.camera_from_world
    centers = [-p[:3, :3].T @ p[:3, 3] for p in pose]
    away = [np.abs(moved.positions - c).max(axis=1) < 1e-5 for c in centers]
    assert (away[0] | away[1]).all()
