"""Exports opened by programs that no one here wrote. Run with `pytest -m interop tests/interop`."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from moe3d.io.export import export
from moe3d.scene.cloud import point_cloud
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import PredictionMetadata, ScenePrediction
from tests.scenes import step_prediction

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> ScenePrediction:
    """Three views whose original photos exist and are three times as large."""
    folder = tmp_path_factory.mktemp("photos")
    made = step_prediction(num_views=3, height=56, width=84)
    names = tuple(f"photo {view}.jpg" for view in range(3))
    for view, name in enumerate(names):
        Image.fromarray(made.images[view]).resize((252, 168)).save(folder / name, quality=95)
    return replace(
        made,
        names=names,
        pixel_transforms=(PixelTransform(252, 168, 84, 56, 1 / 3, 1 / 3),) * 3,
        metadata=PredictionMetadata("x", sources=tuple(str(folder / name) for name in names)),
    )


@pytest.fixture(scope="module")
def colmap_folder(scene, tmp_path_factory) -> Path:
    return export(scene, tmp_path_factory.mktemp("colmap"), ["colmap"])[0].path


@pytest.mark.parametrize("ending", ["bin", "txt"])
def test_pycolmap_reads_the_model_and_reprojects_below_half_a_pixel(
    scene, colmap_folder, tmp_path, ending
):
    pycolmap = pytest.importorskip("pycolmap")
    for file in (colmap_folder / "sparse/0").glob(f"*.{ending}"):
        shutil.copy(file, tmp_path)
    model = pycolmap.Reconstruction(tmp_path)
    cloud = point_cloud(scene)
    assert model.num_points3D() == len(cloud)
    assert model.num_images() == 3
    ids = sorted(model.points3D)
    points = np.array([model.points3D[number].xyz for number in ids])
    np.testing.assert_allclose(points, cloud.points, rtol=1e-6)
    colors = np.array([model.points3D[number].color for number in ids])
    np.testing.assert_array_equal(colors, cloud.colors)
    for view, number in enumerate(sorted(model.images)):
        image = model.images[number]
        centre = np.linalg.inv(scene.camera_from_world[view])[:3, 3]
        np.testing.assert_allclose(image.projection_center(), centre, atol=1e-9)
        assert (image.camera.width, image.camera.height) == (252, 168)
        seen = [point for point in image.points2D if point.has_point3D()]
        assert len(seen) > 1000
        world = np.array([model.points3D[point.point3D_id].xyz for point in seen])
        projected = np.array([image.project_point(point) for point in world])
        distance = np.linalg.norm(projected - [point.xy for point in seen], axis=1)
        assert np.median(distance) < 0.5
        photo = np.asarray(Image.open(colmap_folder / "images" / image.name)).astype(int)
        rows = np.clip(projected.astype(int), 0, [251, 167])
        there = photo[rows[:, 1], rows[:, 0]]
        told = [model.points3D[point.point3D_id].color for point in seen]
        assert np.median(np.abs(there - told)) < 12
    assert model.compute_mean_reprojection_error() < 0.5


def test_the_colmap_program_analyses_the_model(colmap_folder):
    if shutil.which("colmap") is None:
        pytest.skip("colmap is not installed")
    told = subprocess.run(
        ["colmap", "model_analyzer", "--path", str(colmap_folder / "sparse/0")],
        capture_output=True,
        text=True,
        check=True,
        env={"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/usr/local/bin"},
    )
    assert "Images: 3" in told.stdout + told.stderr


@pytest.mark.parametrize("name", ["ply", "obj"])
def test_meshlab_sees_points_and_colours(scene, tmp_path, name):
    pymeshlab = pytest.importorskip("pymeshlab")
    path = export(scene, tmp_path, [name])[0].path
    meshes = pymeshlab.MeshSet()
    meshes.load_new_mesh(str(path / "mesh.obj" if name == "obj" else path))
    mesh = meshes.current_mesh()
    if name == "ply":
        cloud = point_cloud(scene)
        np.testing.assert_allclose(mesh.vertex_matrix(), cloud.points, rtol=1e-6)
        colors = mesh.vertex_color_matrix()[:, :3] * 255
        np.testing.assert_allclose(colors, cloud.colors, atol=0.6)
        np.testing.assert_allclose(mesh.vertex_scalar_array(), cloud.confidence, rtol=1e-6)
    else:
        assert mesh.face_number() > 10000
        assert mesh.texture_number() == 3


@pytest.mark.parametrize("name", ["glb", "mesh-grid"])
def test_the_gltf_validator_finds_no_error(scene, tmp_path, name):
    if shutil.which("gltf_validator") is None:
        pytest.skip("gltf_validator is not installed")
    path = export(scene, tmp_path, [name])[0].path
    told = subprocess.run(
        ["gltf_validator", "-o", str(path)], capture_output=True, text=True, check=False
    )
    assert '"numErrors": 0' in told.stdout


def test_openexr_reads_depth(scene, tmp_path):
    openexr = pytest.importorskip("OpenEXR")
    path = export(scene, tmp_path, ["depth-exr"])[0].path
    with openexr.File(str(path / "photo_0.exr")) as file:
        found = file.channels()["Z"].pixels
    known = found > 0
    np.testing.assert_array_equal(found[known], scene.depth[0][known])
