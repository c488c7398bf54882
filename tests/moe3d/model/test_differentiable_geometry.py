import numpy as np
import torch
from scipy.spatial.transform import Rotation

from moe3d.model.differentiable_geometry import world_points_from_depth
from moe3d.model.pose_encoding import Cameras


def one_camera(rotation: np.ndarray, translation: np.ndarray) -> Cameras:
    camera_from_world = np.eye(4)
    camera_from_world[:3, :3], camera_from_world[:3, 3] = rotation, translation
    intrinsics = np.array([[20.0, 0, 6], [0, 25, 4], [0, 0, 1]])
    return Cameras(torch.from_numpy(camera_from_world)[None], torch.from_numpy(intrinsics)[None])


def test_lifted_pixels_project_back_to_themselves():
    rotation = Rotation.from_euler("xyz", [0.3, -0.5, 0.2]).as_matrix()
    translation = np.array([0.4, -0.1, 2.0])
    cameras = one_camera(rotation, translation)
    depth = torch.from_numpy(np.random.default_rng(0).uniform(1, 5, (1, 8, 12)))
    points = world_points_from_depth(depth, cameras)[0].numpy()
    for row in range(8):
        for column in range(12):
            x, y, z = rotation @ points[row, column] + translation
            assert np.isclose(z, depth[0, row, column])
            np.testing.assert_allclose([20 * x / z + 6, 25 * y / z + 4], [column, row], atol=1e-9)


def test_a_camera_before_a_wall_sees_a_plane():
    cameras = one_camera(np.eye(3), np.array([0.0, 0.0, 1.0]))  # one unit before the origin
    points = world_points_from_depth(torch.full((1, 8, 12), 3.0, dtype=torch.float64), cameras)
    assert torch.allclose(points[..., 2], torch.tensor(2.0, dtype=torch.float64))
    torch.testing.assert_close(points[0, 4, 6], torch.tensor([0.0, 0.0, 2.0]).double())


def test_the_gradient_is_right():
    cameras = one_camera(Rotation.from_euler("y", 0.4).as_matrix(), np.array([0.1, 0.2, 0.3]))
    depth = torch.rand(1, 2, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda d: world_points_from_depth(d, cameras), depth)
