"""Lifting and projecting against planes that are known by hand."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from moe3d.errors import ShapeError
from moe3d.geometry.projection import (
    camera_points_from_depth,
    project,
    world_points_from_depth,
)

INTRINSICS = np.array([[50.0, 0, 10.0], [0, 40.0, 8.0], [0, 0, 1]])


def camera(rotation_vector, translation) -> np.ndarray:
    camera_from_world = np.eye(4)
    camera_from_world[:3, :3] = Rotation.from_rotvec(rotation_vector).as_matrix()
    camera_from_world[:3, 3] = translation
    return camera_from_world


def test_a_frontal_plane_is_lifted_by_similar_triangles():
    points = camera_points_from_depth(np.full((16, 20), 2.0), INTRINSICS)
    np.testing.assert_allclose(points[8, 10], [0, 0, 2], atol=1e-6)
    np.testing.assert_allclose(points[0, 0], [-10 / 50 * 2, -8 / 40 * 2, 2], atol=1e-6)
    np.testing.assert_allclose(points[15, 19], [9 / 50 * 2, 7 / 40 * 2, 2], atol=1e-6)


def test_unknown_depth_stays_unknown():
    depth = np.full((4, 5), 1.0)
    depth[2, 3] = np.nan
    points = camera_points_from_depth(depth, INTRINSICS)
    assert np.isnan(points[2, 3]).all()
    assert np.isfinite(np.delete(points.reshape(-1, 3), 2 * 5 + 3, axis=0)).all()


def test_lifting_and_projecting_return_to_the_pixel_in_every_view():
    generator = np.random.default_rng(0)
    depth = generator.uniform(0.5, 9, (3, 12, 17))
    cameras = np.stack([camera([0.3 * i, -0.5, 0.2], [i, 0.2, -0.1 * i]) for i in range(3)])
    points = world_points_from_depth(depth, np.stack([INTRINSICS] * 3), cameras)
    columns, rows = np.meshgrid(np.arange(17), np.arange(12))
    for view in range(3):
        projection = project(points[view], INTRINSICS, cameras[view])
        np.testing.assert_allclose(projection.pixels[..., 0], columns, atol=1e-4)
        np.testing.assert_allclose(projection.pixels[..., 1], rows, atol=1e-4)
        np.testing.assert_allclose(projection.depth, depth[view], rtol=1e-5)


def test_the_affine_form_equals_the_matrix_form():
    depth = np.random.default_rng(1).uniform(1, 5, (6, 7))
    world_camera = camera([0.1, 0.7, -0.3], [1.0, -2.0, 0.5])
    fast = world_points_from_depth(depth[None], INTRINSICS[None], world_camera[None])[0]
    for v in range(6):
        for u in range(7):
            in_camera = np.linalg.inv(INTRINSICS) @ [u, v, 1] * depth[v, u]
            in_world = np.linalg.inv(world_camera) @ [*in_camera, 1]
            np.testing.assert_allclose(fast[v, u], in_world[:3], atol=2e-6)


def test_points_behind_the_camera_have_no_pixel():
    projection = project(np.array([[0.0, 0, -1], [0, 0, 0], [0, 0, 1]]), INTRINSICS, np.eye(4))
    assert np.isnan(projection.pixels[:2]).all()
    np.testing.assert_allclose(projection.pixels[2], [10, 8])


def test_one_camera_for_two_maps_is_refused():
    with pytest.raises(ShapeError, match="one 3x3 matrix per depth map"):
        camera_points_from_depth(np.ones((2, 4, 5)), INTRINSICS)
