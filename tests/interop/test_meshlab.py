"""PLY clouds, OBJ and fused surfaces in MeshLab (pymeshlab)."""

import numpy as np
import pytest

from moe3d.io.exports.export import export
from moe3d.io.exports.export_job import ExportOptions, MeshSettings
from moe3d.scene.filters import CloudOptions
from tests.interop.checks import PLY_LIMIT, assert_same_cloud, cloud_of

pytestmark = pytest.mark.interop
pymeshlab = pytest.importorskip("pymeshlab")


def loaded(path):
    meshes = pymeshlab.MeshSet()
    meshes.load_new_mesh(str(path))
    return meshes  # its meshes end with it


def test_meshlab_sees_points_colours_normals_and_quality(room, work):
    options = ExportOptions(CloudOptions(max_points=PLY_LIMIT, normals=True))
    meshes = loaded(export(room, work / "meshlab", ["ply"], options)[0].path)
    mesh = meshes.current_mesh()
    cloud = cloud_of(room, PLY_LIMIT)
    assert_same_cloud(mesh.vertex_matrix(), mesh.vertex_color_matrix()[:, :3] * 255, cloud)
    np.testing.assert_allclose(mesh.vertex_scalar_array(), cloud.confidence, rtol=1e-6)
    normals = mesh.vertex_normal_matrix()
    centres = np.linalg.inv(room.camera_from_world)[cloud.view_index, :3, 3]
    towards = np.einsum("nc,nc->n", normals, centres - cloud.points)
    assert (towards > 0).mean() > 0.999  # as Poisson there needs them


def test_meshlab_sees_the_obj_with_a_texture_a_photo(room, work):
    options = ExportOptions(mesh=MeshSettings(grid_step=4))
    (done,) = export(room, work / "meshlab", ["obj"], options)
    meshes = loaded(done.path / "mesh.obj")
    mesh = meshes.current_mesh()
    assert mesh.face_number() > 10_000
    assert mesh.texture_number() == room.num_views
    box = mesh.bounding_box()
    np.testing.assert_allclose(box.min(), done.written["lowest"], atol=1e-4)
    np.testing.assert_allclose(box.max(), done.written["highest"], atol=1e-4)


def test_meshlab_sees_a_fused_surface_with_colours(room, work):
    options = ExportOptions(mesh=MeshSettings(tsdf_voxels=96))
    (done,) = export(room, work / "meshlab", ["mesh-tsdf"], options)
    meshes = loaded(done.path)
    mesh = meshes.current_mesh()
    assert mesh.vertex_number() == done.written["points"]
    assert np.ptp(mesh.vertex_color_matrix()[:, :3], axis=0).min() > 0.2
