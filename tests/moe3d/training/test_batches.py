import math

import pytest
import torch

from moe3d.model.differentiable_geometry import world_points_from_depth
from moe3d.training.batches import join_scenes, mirror_scenes, normalise_scenes, split_scenes
from moe3d.training.data.generator import SceneGenerator


@pytest.fixture(scope="module")
def batch():
    s = SceneGenerator().generate([11, 12], num_views=3, height=28, width=42)
    return normalise_scenes(s.images, s.depth, s.camera_from_world, s.intrinsics)


def test_the_first_camera_is_the_world(batch):
    first = batch.cameras.camera_from_world[:, 0]
    torch.testing.assert_close(first, torch.eye(4).expand(2, 4, 4), atol=1e-6, rtol=0)


def test_the_mean_point_distance_is_one(batch):
    points = world_points_from_depth(batch.depth, batch.cameras)
    for scene in points.norm(dim=-1):
        assert float(scene[torch.isfinite(scene)].mean()) == pytest.approx(1, abs=1e-4)


def test_units_of_the_scene_do_not_matter():
    s = SceneGenerator().generate([11], num_views=2, height=28, width=42)
    bigger = s.camera_from_world.clone()
    bigger[..., :3, 3] *= 7
    one = normalise_scenes(s.images, s.depth, s.camera_from_world, s.intrinsics)
    two = normalise_scenes(s.images, 7 * s.depth, bigger, s.intrinsics)
    torch.testing.assert_close(one.depth, two.depth, equal_nan=True)
    torch.testing.assert_close(one.pose_encoding, two.pose_encoding, atol=1e-5, rtol=1e-5)


def test_a_scene_without_depth_stays_finite():
    images = torch.zeros(1, 1, 14, 14, 3, dtype=torch.uint8)
    depth = torch.full((1, 1, 14, 14), math.nan)
    cameras = torch.eye(4)[None, None]
    lens = torch.tensor([[[[10.0, 0, 7], [0, 10, 7], [0, 0, 1]]]])
    batch = normalise_scenes(images, depth, cameras, lens)
    assert torch.isfinite(batch.cameras.camera_from_world).all()


def test_a_mirrored_scene_has_mirrored_points(batch):
    mirrored = mirror_scenes(batch)
    points = world_points_from_depth(batch.depth, batch.cameras)
    seen = world_points_from_depth(mirrored.depth, mirrored.cameras).flip(-2)
    torch.testing.assert_close(seen, points * torch.tensor([-1.0, 1, 1]), equal_nan=True)
    torch.testing.assert_close(mirrored.images[..., 0], batch.images[..., -1])


def test_a_mirrored_scene_keeps_its_cameras_proper(batch):
    turned = mirror_scenes(batch).cameras.camera_from_world[..., :3, :3]
    torch.testing.assert_close(torch.linalg.det(turned), torch.ones(2, 3))


def test_split_scenes_join_again(batch):
    again = join_scenes(split_scenes(batch))
    torch.testing.assert_close(again.depth, batch.depth, equal_nan=True)
    torch.testing.assert_close(again.cameras.intrinsics, batch.cameras.intrinsics)
    assert again.names == batch.names
