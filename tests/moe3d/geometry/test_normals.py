"""Normals of planes and a sphere, whose answers are known."""

import numpy as np
import pytest

from moe3d.geometry.normals import normals_from_depth
from moe3d.geometry.projection import camera_points_from_depth

INTRINSICS = np.array([[80.0, 0, 31.5], [0, 90.0, 23.5], [0, 0, 1]])
HEIGHT, WIDTH = 48, 64


def rays() -> np.ndarray:
    return camera_points_from_depth(np.ones((HEIGHT, WIDTH)), INTRINSICS).astype(np.float64)


def test_a_slanted_plane_is_exact_up_to_the_border():
    normal = np.array([0.3, -0.4, -0.9]) / np.linalg.norm([0.3, -0.4, -0.9])
    depth = -3.0 / (rays() @ normal)
    normals = normals_from_depth(depth, INTRINSICS)
    np.testing.assert_allclose(normals, np.broadcast_to(normal, normals.shape), atol=1e-4)


def test_normals_of_a_sphere_point_away_from_its_centre():
    directions = rays()
    centre, radius = np.array([0, 0, 5.0]), 3.0
    squared, along = (directions**2).sum(-1), directions @ centre
    hit = along**2 - squared * (centre @ centre - radius**2)
    depth = np.where(hit > 0, (along - np.sqrt(np.maximum(hit, 0))) / squared, np.nan)
    expected = (directions * depth[..., None] - centre) / radius
    cosine = (normals_from_depth(depth, INTRINSICS) * expected).sum(-1)
    facing = -(expected * directions).sum(-1) / np.sqrt(squared) > 0.3
    assert facing.sum() > 1000
    assert np.degrees(np.arccos(np.clip(cosine[facing], -1, 1))).max() < 2


def test_both_sides_of_a_step_keep_their_own_normal():
    depth = np.where(np.arange(WIDTH) < 32, 1.0, 2.0) * np.ones((HEIGHT, 1))
    normals = normals_from_depth(depth, INTRINSICS)
    np.testing.assert_allclose(normals, np.broadcast_to([0, 0, -1.0], normals.shape), atol=1e-4)


def test_unknown_depth_has_no_normal_and_spoils_no_neighbour():
    depth = np.full((HEIGHT, WIDTH), 2.0)
    depth[10, 10] = np.nan
    depth[20, 20] = 0
    normals = normals_from_depth(depth, INTRINSICS)
    assert np.isnan(normals[10, 10]).all()
    assert np.isnan(normals[20, 20]).all()
    assert np.isfinite(normals).all(axis=-1).sum() == HEIGHT * WIDTH - 2


def test_a_single_pixel_faces_the_camera():
    normals = normals_from_depth(np.array([[3.0]]), np.array([[5.0, 0, 0], [0, 5, 0], [0, 0, 1]]))
    np.testing.assert_allclose(normals[0, 0], [0, 0, -1])


@pytest.mark.parametrize("focal_px", [1e-30, 1e30])
def test_normals_of_an_extreme_focal_length_have_length_one(focal_px):
    depth = np.array([[1.0, 2.0], [1.0, 2.0]], np.float32)
    intrinsics = np.array([[focal_px, 0, 1], [0, focal_px, 1], [0, 0, 1]])
    normals = normals_from_depth(depth, intrinsics)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=-1), 1, rtol=1e-6)
    assert (np.abs(normals[..., 0 if focal_px > 1 else 2]) > 0.99).all()
