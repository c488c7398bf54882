"""Meshes as trimesh and Open3D load them."""

from dataclasses import replace

import numpy as np
import open3d
import pytest
import trimesh
from PIL import Image

from moe3d.io.exports.export import export
from moe3d.io.exports.export_job import ExportOptions, MeshSettings
from moe3d.scene.filters import CloudOptions, select_pixels
from moe3d.scene.meshes.mesh import grid_mesh
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import PredictionMetadata
from tests.scenes import step_prediction
from tests.supported_scenes import supported_prediction

SCENE = step_prediction()
ALL = ExportOptions(CloudOptions(confidence_percentile=0), mesh=MeshSettings(voxel_size=0.05))
EXPECTED = [grid_mesh(SCENE, select_pixels(SCENE, ALL.cloud), view) for view in range(2)]


def test_glb_meshes_carry_texture_and_place(tmp_path):
    scene = trimesh.load(export(SCENE, tmp_path, ["mesh-grid"], ALL)[0].path, process=False)
    assert set(scene.geometry) == set(SCENE.names)
    for name, expected in zip(SCENE.names, EXPECTED, strict=True):
        mesh = scene.geometry[name]
        np.testing.assert_allclose(mesh.vertices, expected.vertices * [1, -1, -1], atol=1e-6)
        np.testing.assert_array_equal(mesh.faces, expected.faces)
        colors = mesh.visual.to_color().vertex_colors[:, :3].astype(int)
        assert np.abs(colors - expected.vertex_colors).mean() < 6


def test_obj_meshes_carry_texture_and_place(tmp_path):
    folder = export(SCENE, tmp_path, ["obj"], ALL)[0].path
    scene = trimesh.load(folder / "mesh.obj", process=False, split_objects=True)
    meshes = list(scene.geometry.values()) if isinstance(scene, trimesh.Scene) else [scene]
    assert sum(len(mesh.faces) for mesh in meshes) == sum(len(mesh.faces) for mesh in EXPECTED)
    corners = np.concatenate([mesh.triangles.reshape(-1, 3) for mesh in meshes])
    expected = np.concatenate([(mesh.vertices * [1, -1, -1])[mesh.faces] for mesh in EXPECTED])
    np.testing.assert_allclose(
        corners.mean(axis=0), expected.reshape(-1, 3).mean(axis=0), atol=1e-5
    )
    colors = meshes[0].visual.to_color().vertex_colors[:, :3].astype(int)
    assert np.ptp(colors, axis=0)[:2].min() > 150  # the ramps of the picture, not one colour


def test_the_original_photo_is_the_texture_and_fits(tmp_path):
    picture = np.zeros((84, 84, 3), np.uint8)
    picture[:42], picture[42:] = (250, 0, 0), (0, 0, 250)
    Image.fromarray(picture).save(tmp_path / "photo.png")
    square = PixelTransform(84, 84, 42, 28, 0.5, 0.5, 0.0, -7.0)  # the middle 28 rows of 42
    scene = replace(
        step_prediction(num_views=1, with_baseline=False),
        pixel_transforms=(square,),
        metadata=PredictionMetadata("x", sources=(str(tmp_path / "photo.png"),)),
    )
    loaded = trimesh.load(export(scene, tmp_path, ["mesh-grid"], ALL)[0].path, process=False)
    (mesh,) = loaded.geometry.values()
    colors = mesh.visual.to_color().vertex_colors.astype(int)
    upper = mesh.vertices[:, 1] > 0.05  # y up after export; the picture's centre is at y = 0
    lower = mesh.vertices[:, 1] < -0.05
    assert colors[upper, 0].min() > 200
    assert colors[lower, 2].min() > 200


@pytest.mark.parametrize("name", ["mesh-tsdf", "mesh-poisson"])
def test_fused_meshes_load_elsewhere_with_colours(tmp_path, name):
    options = replace(ALL, mesh=MeshSettings(voxel_size=0.05, poisson_depth=5))
    (done,) = export(SCENE, tmp_path, [name], options)
    mesh = open3d.io.read_triangle_mesh(str(done.path))
    assert len(mesh.vertices) == done.written["points"]
    assert len(mesh.triangles) > 500
    depth = np.asarray(mesh.vertices)[:, 2]
    assert np.mean(np.minimum(np.abs(depth - 1), np.abs(depth - 2)) < 0.12) > 0.9
    assert np.ptp(np.asarray(mesh.vertex_colors), axis=0)[:2].min() > 0.5


@pytest.mark.parametrize("name", ["mesh-tsdf", "mesh-grid"])
def test_surfaces_end_where_no_photo_confirms_them_and_say_so(tmp_path, name):
    cloud = CloudOptions(confidence_percentile=0, min_support=1)
    options = ExportOptions(cloud, mesh=MeshSettings(voxel_size=0.05))
    (done,) = export(supported_prediction(), tmp_path, [name], options)
    assert done.removed_by["min_support"] == 11 * 56
    near = trimesh.load(done.path, force="mesh").vertices
    near = near[np.abs(np.abs(near[:, 2]) - 1) < 0.1]
    assert near[:, 0].min() > (10 - 21) / 42 - 0.05  # column 11 of the first photo, less a voxel
