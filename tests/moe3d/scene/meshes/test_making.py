"""Surfaces by recipe: what is shown is what is written."""

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from moe3d.errors import EmptyExportError, JobCancelledError, UsageError
from moe3d.io.exports.export import export
from moe3d.io.exports.export_job import ExportOptions
from moe3d.progress import Progress
from moe3d.scene.filters import CloudOptions
from moe3d.scene.meshes.joined import joined_mesh
from moe3d.scene.meshes.making import make_mesh
from moe3d.scene.meshes.recipe import MESH_KINDS, MeshSettings, mesh_recipe
from moe3d.scene.records import Mesh
from tests.scenes import step_prediction

SCENE = step_prediction()
CLOUD = CloudOptions("fused", confidence_percentile=0)
SETTINGS = MeshSettings(voxel_size=0.05, poisson_depth=5)
FORMATS = {"grid": "mesh-grid", "tsdf": "mesh-tsdf", "poisson": "mesh-poisson"}


class Stages(Progress):
    def __init__(self):
        super().__init__(lambda report: self.told.append(report.stage))
        self.told: list[str] = []


def in_file(path) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and triangles, as trimesh reads them, part by part."""
    parts = list(trimesh.load_scene(path, process=False).geometry.values())
    starts = np.cumsum([0, *(len(part.vertices) for part in parts)])
    faces = [part.faces + start for part, start in zip(parts, starts, strict=False)]
    return np.concatenate([part.vertices for part in parts]), np.concatenate(faces)


@pytest.mark.parametrize("kind", MESH_KINDS)
def test_the_file_holds_the_surface_that_was_made_and_none_is_made_again(tmp_path, kind):
    made = make_mesh(SCENE, mesh_recipe(kind, CLOUD, SETTINGS))
    options = ExportOptions(CLOUD, mesh=SETTINGS)
    told = Stages()
    (again,) = export(SCENE, tmp_path / "again", [FORMATS[kind]], options)
    (file,) = export(SCENE, tmp_path / "made", [FORMATS[kind]], options, told, made=[made])
    assert not {"mesh photos", "fuse depth", "Poisson surface"} & set(told.told)
    vertices, faces = in_file(file.path)
    shown = joined_mesh([part.mesh for part in made.parts])
    turn = [1, -1, -1] if kind == "grid" else [1, 1, 1]  # a GLB is y up
    np.testing.assert_allclose(vertices, shown.vertices * turn, atol=1e-6)
    np.testing.assert_array_equal(faces, shown.faces)
    assert (made.num_vertices, made.num_faces) == (len(vertices), len(faces))
    for one, other in zip(in_file(again.path), (vertices, faces), strict=True):
        np.testing.assert_array_equal(one, other)
    assert again.removed_by == file.removed_by


@pytest.mark.parametrize(
    "changed",
    [
        ExportOptions(replace(CLOUD, confidence_percentile=50), mesh=SETTINGS),
        ExportOptions(replace(CLOUD, layer="vggt"), mesh=SETTINGS),
        ExportOptions(CLOUD, mesh=replace(SETTINGS, grid_step=2)),
    ],
)
def test_another_surface_is_made_when_filters_layer_or_settings_are_others(tmp_path, changed):
    made = make_mesh(SCENE, mesh_recipe("grid", CLOUD, SETTINGS))
    told = Stages()
    (file,) = export(SCENE, tmp_path, ["mesh-grid"], changed, told, made=[made])
    assert "mesh photos" in told.told
    _, faces = in_file(file.path)
    expected = make_mesh(SCENE, mesh_recipe("grid", changed.cloud, changed.mesh))
    assert len(faces) == expected.num_faces


def test_a_recipe_is_the_same_whatever_its_kind_does_not_look_at():
    one = mesh_recipe("grid", CLOUD, MeshSettings(poisson_depth=8, voxel_size=0.1))
    other = mesh_recipe("grid", replace(CLOUD, normals=True), MeshSettings(poisson_depth=9))
    assert one == other
    assert one != mesh_recipe("grid", CLOUD, MeshSettings(grid_step=3))
    sized = [
        mesh_recipe("tsdf", CLOUD, MeshSettings(voxel_size=0.1, tsdf_voxels=n)) for n in (9, 8)
    ]
    assert sized[0] == sized[1]
    with pytest.raises(UsageError, match="grid, tsdf, poisson"):
        mesh_recipe("ball", CLOUD, SETTINGS)


def test_making_can_be_stopped_and_refuses_nothing_at_all():
    progress = Progress()
    progress.cancel()
    with pytest.raises(JobCancelledError):
        make_mesh(SCENE, mesh_recipe("grid", CLOUD, SETTINGS), progress)
    nothing = replace(CLOUD, confidence_min=1e9)
    with pytest.raises(EmptyExportError, match="confidence_min"):
        make_mesh(SCENE, mesh_recipe("tsdf", nothing, SETTINGS))
    with pytest.raises(EmptyExportError, match="cut every triangle"):
        make_mesh(
            SCENE, mesh_recipe("grid", CLOUD, MeshSettings(edge_rtol=1e-9, min_part_faces=10**6))
        )


def texel(mesh: Mesh, vertex: int) -> np.ndarray:
    assert mesh.texture is not None
    assert mesh.vertex_uvs is not None
    height, width = mesh.texture.shape[:2]
    u, v = mesh.vertex_uvs[vertex]
    return mesh.texture[int(v * height), int(u * width)]


def test_joined_meshes_keep_places_triangles_and_the_colour_of_every_corner():
    parts = [part.mesh for part in make_mesh(SCENE, mesh_recipe("grid", CLOUD, SETTINGS)).parts]
    whole = joined_mesh(parts)
    first = len(parts[0].vertices)
    np.testing.assert_array_equal(whole.vertices[first:], parts[1].vertices)
    np.testing.assert_array_equal(whole.faces[len(parts[0].faces) :] - first, parts[1].faces)
    for vertex in (0, 17, first - 1):
        np.testing.assert_array_equal(texel(whole, vertex), texel(parts[0], vertex))
        np.testing.assert_array_equal(texel(whole, first + vertex), texel(parts[1], vertex))


def test_too_many_textures_are_made_smaller():
    corner = np.zeros((3, 3), np.float32)
    uvs = np.array([[0.1, 0.1], [0.9, 0.1], [0.1, 0.9]], np.float32)
    texture = np.full((5000, 5000, 3), 90, np.uint8)
    texture[:, :2500] = 200
    part = Mesh(corner, np.array([[0, 1, 2]]), None, uvs, texture)
    whole = joined_mesh([part] * 4)
    assert whole.texture is not None
    assert max(whole.texture.shape) <= 8192
    assert [int(texel(whole, vertex)[0]) for vertex in range(6)] == [200, 90, 200] * 2
