"""Fused surfaces of a sphere seen from six sides: every vertex lies on it."""

from dataclasses import replace

import numpy as np
import pytest

from moe3d.errors import UsageError
from moe3d.geometry.projection import camera_points_from_depth
from moe3d.scene.cloud import point_cloud
from moe3d.scene.filters import CloudOptions, select_pixels
from moe3d.scene.fusion import poisson_mesh, tsdf_mesh
from moe3d.scene.records import ScenePrediction
from tests.scenes import step_prediction

SIDE, RADIUS, DISTANCE = 64, 1.0, 4.0


def sphere_scene(scale: float = 1.0) -> ScenePrediction:
    """A sphere at the origin, six cameras around it."""
    base = step_prediction(num_views=6, height=SIDE, width=SIDE, with_baseline=False)
    intrinsics = np.array([[110.0, 0, 31.5], [0, 110.0, 31.5], [0, 0, 1]])
    rays = camera_points_from_depth(np.ones((SIDE, SIDE)), intrinsics).astype(np.float64)
    squared, along = (rays**2).sum(-1), rays[..., 2] * DISTANCE
    hit = along**2 - squared * (DISTANCE**2 - RADIUS**2)
    depth = np.where(hit > 0, (along - np.sqrt(np.maximum(hit, 0))) / squared, 0) * scale
    turns = [(0, 2), (0, 2), (0, 2), (0, 2), (1, 2), (1, 2)]
    angles = [0, np.pi / 2, np.pi, -np.pi / 2, np.pi / 2, -np.pi / 2]
    cameras = np.tile(np.eye(4), (6, 1, 1))
    for camera, (first, second), angle in zip(cameras, turns, angles, strict=True):
        camera[first, first] = camera[second, second] = np.cos(angle)
        camera[first, second], camera[second, first] = -np.sin(angle), np.sin(angle)
        camera[2, 3] = DISTANCE * scale
    return replace(
        base,
        depth=np.tile(depth.astype(np.float32), (6, 1, 1)),
        valid_mask=np.tile(depth > 0, (6, 1, 1)),
        intrinsics=np.tile(intrinsics, (6, 1, 1)),
        camera_from_world=cameras,
    )


def selected(scene: ScenePrediction):
    return select_pixels(scene, CloudOptions(confidence_percentile=0))


@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_tsdf_finds_the_sphere_at_any_scale(scale):
    scene = sphere_scene(scale)
    mesh = tsdf_mesh(scene, selected(scene), voxel_size=0.05 * scale)
    radius = np.linalg.norm(mesh.vertices, axis=1) / scale
    assert np.abs(np.median(radius) - RADIUS) < 0.01
    assert np.percentile(np.abs(radius - RADIUS), 95) < 0.05
    assert mesh.vertex_colors is not None
    assert len(mesh.faces) > 3000


def test_tsdf_is_the_same_every_time():
    scene = sphere_scene()
    first, second = (tsdf_mesh(scene, selected(scene), 0.1) for _ in range(2))
    np.testing.assert_array_equal(first.vertices, second.vertices)
    np.testing.assert_array_equal(first.faces, second.faces)
    np.testing.assert_array_equal(first.vertex_colors, second.vertex_colors)


def test_poisson_wraps_the_sphere():
    cloud = point_cloud(sphere_scene(), confidence_percentile=0, normals=True)
    mesh = poisson_mesh(cloud, depth=5)
    radius = np.linalg.norm(mesh.vertices, axis=1)
    assert np.percentile(np.abs(radius - RADIUS), 90) < 0.03
    again = poisson_mesh(cloud, depth=5)
    np.testing.assert_array_equal(mesh.vertices, again.vertices)


def test_what_cannot_be_fused_is_refused():
    scene = sphere_scene()
    with pytest.raises(UsageError, match="voxel size"):
        tsdf_mesh(scene, selected(scene), voxel_size=-1.0)
    with pytest.raises(UsageError, match="normals"):
        poisson_mesh(point_cloud(scene))
