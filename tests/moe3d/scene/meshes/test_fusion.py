"""Fused surfaces of a sphere seen from six sides: every vertex lies on it."""

from dataclasses import replace

import numpy as np
import pytest

from moe3d.errors import EmptyExportError, UsageError
from moe3d.geometry.projection import camera_points_from_depth
from moe3d.scene.filters import CloudOptions, select_pixels
from moe3d.scene.meshes.fusion import tsdf_mesh
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


def test_what_cannot_be_fused_is_refused():
    scene = sphere_scene()
    with pytest.raises(UsageError, match="voxel size"):
        tsdf_mesh(scene, selected(scene), voxel_size=-1.0)


def test_parts_below_the_wanted_size_go():
    scene = sphere_scene()
    keep = selected(scene)
    keep.keep[1:] = False
    keep.keep[0, :, 30:34] = False  # one photo of the sphere in two halves, one of them smaller
    keep.keep[0, :, 34:42] = False
    whole = tsdf_mesh(scene, keep, voxel_size=0.05, min_part_faces=0)
    left = whole.vertices[:, 0] < 0
    assert 0 < left.sum() != (~left).sum() > 0
    smaller = min((left[whole.faces[:, 0]]).sum(), (~left[whole.faces[:, 0]]).sum())
    larger = tsdf_mesh(scene, keep, voxel_size=0.05, min_part_faces=int(smaller) + 1)
    assert len({*np.sign(larger.vertices[:, 0])}) == 1
    with pytest.raises(EmptyExportError, match="no connected part"):
        tsdf_mesh(scene, keep, voxel_size=0.05, min_part_faces=10**6)
