"""Rigid transforms against scipy's rotations."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from moe3d.errors import ShapeError
from moe3d.geometry.transforms import (
    camera_centres,
    compose,
    invert_rigid,
    transform_points,
)


def rigid(seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    b_from_a = np.eye(4)
    b_from_a[:3, :3] = Rotation.random(rng=generator).as_matrix()
    b_from_a[:3, 3] = generator.normal(size=3)
    return b_from_a


def test_the_inverse_undoes_the_transform():
    many = np.stack([rigid(seed) for seed in range(5)])
    np.testing.assert_allclose(invert_rigid(many), np.linalg.inv(many), atol=1e-12)


def test_a_chain_takes_points_through_every_frame():
    c_from_b, b_from_a = rigid(1), rigid(2)
    points = np.random.default_rng(3).normal(size=(9, 3))
    np.testing.assert_allclose(
        transform_points(compose(c_from_b, b_from_a), points),
        transform_points(c_from_b, transform_points(b_from_a, points)),
        atol=1e-12,
    )


def test_the_camera_centre_is_at_the_origin_of_its_own_frame():
    camera_from_world = rigid(4)
    centre = camera_centres(camera_from_world)
    np.testing.assert_allclose(transform_points(camera_from_world, centre), 0, atol=1e-12)


def test_a_matrix_that_is_no_transform_is_refused():
    with pytest.raises(ShapeError, match="4, 4"):
        compose(np.eye(4), np.eye(3))
