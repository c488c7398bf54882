import math

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from moe3d.model.pose_encoding import (
    Cameras,
    cameras_from_pose_encoding,
    pose_encoding_from_cameras,
    quaternion_from_rotation,
    rotation_from_quaternion,
)


def random_rotations(count: int) -> Rotation:
    return Rotation.random(count, rng=np.random.default_rng(0))


def test_rotations_are_scipys():
    rotations = random_rotations(50)
    quaternions = torch.from_numpy(rotations.as_quat())  # x y z w
    for length in (1.0, 0.3, -7.0):
        matrices = rotation_from_quaternion(length * quaternions)
        np.testing.assert_allclose(matrices.numpy(), rotations.as_matrix(), atol=1e-12)


def test_quaternions_are_scipys_with_positive_w():
    rotations = random_rotations(50)
    quaternions = quaternion_from_rotation(torch.from_numpy(rotations.as_matrix()))
    np.testing.assert_allclose(quaternions.numpy(), rotations.as_quat(canonical=True), atol=1e-12)


@given(st.floats(-np.pi, np.pi), st.sampled_from([(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0)]))
def test_quaternions_are_right_near_half_turns(angle: float, axis: tuple[int, int, int]):
    unit = np.asarray(axis) / np.linalg.norm(axis)
    matrix = Rotation.from_rotvec(angle * unit).as_matrix()
    quaternion = quaternion_from_rotation(torch.from_numpy(matrix))
    again = Rotation.from_quat(quaternion.numpy()).as_matrix()
    np.testing.assert_allclose(again, matrix, atol=1e-9)


def test_vertical_field_of_view_comes_first():
    encoding = torch.tensor([[0, 0, 0, 0, 0, 0, 1, math.radians(60), math.radians(90)]])
    intrinsics = cameras_from_pose_encoding(encoding, height=200, width=300).intrinsics[0]
    expected = torch.tensor(
        [[150.0, 0, 150], [0, 100 / math.tan(math.radians(30)), 100], [0, 0, 1]]
    )
    torch.testing.assert_close(intrinsics, expected)


def test_cameras_survive_the_round_trip():
    rotations = random_rotations(6)
    camera_from_world = np.tile(np.eye(4), (2, 3, 1, 1))
    camera_from_world[..., :3, :3] = rotations.as_matrix().reshape(2, 3, 3, 3)
    camera_from_world[..., :3, 3] = np.random.default_rng(1).normal(size=(2, 3, 3))
    intrinsics = np.tile(np.array([[410.0, 0, 259], [0, 390, 196], [0, 0, 1]]), (2, 3, 1, 1))
    cameras = Cameras(torch.from_numpy(camera_from_world), torch.from_numpy(intrinsics))
    again = cameras_from_pose_encoding(pose_encoding_from_cameras(cameras, 392, 518), 392, 518)
    torch.testing.assert_close(again.camera_from_world, cameras.camera_from_world)
    torch.testing.assert_close(again.intrinsics, cameras.intrinsics)


def test_a_field_of_view_of_zero_gives_a_finite_camera():
    encoding = torch.tensor([[0.0, 0, 0, 0, 0, 0, 1, 0, 0]])
    cameras = cameras_from_pose_encoding(encoding, 14, 14)
    assert cameras.intrinsics.isfinite().all()
