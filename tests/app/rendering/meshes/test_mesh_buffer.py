"""Packed meshes against trimesh, and coarser levels that keep the shape."""

from itertools import pairwise

import numpy as np
import trimesh

from moe3d.scene.records import Mesh
from moe3d_viewer.rendering.meshes.mesh_buffer import (
    LEAST_FACES,
    build_mesh_buffer,
    coarser_levels,
    vertex_normals,
)


def ball(subdivisions: int) -> trimesh.Trimesh:
    return trimesh.creation.icosphere(subdivisions=subdivisions, radius=2.0)


def test_normals_are_those_of_trimesh():
    shape = ball(5)
    found = vertex_normals(shape.vertices.astype(np.float32), shape.faces)
    np.testing.assert_allclose(found, shape.vertices / 2, atol=0.01)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_a_vertex_of_no_triangle_has_no_normal():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [5, 5, 5]], np.float32)
    found = vertex_normals(vertices, np.array([[0, 1, 2]]))
    np.testing.assert_array_equal(found, [[0, 0, 1]] * 3 + [[0, 0, 0]])


def test_the_buffer_holds_every_vertex_triangle_and_colour():
    shape = ball(2)
    colors = np.random.default_rng(1).integers(0, 255, (len(shape.vertices), 3), np.uint8)
    mesh = Mesh(shape.vertices.astype(np.float32), shape.faces, vertex_colors=colors)
    buffer = build_mesh_buffer(mesh)
    np.testing.assert_array_equal(buffer.vertices["position"], mesh.vertices)
    np.testing.assert_array_equal(buffer.vertices["color"][:, :3], colors)
    np.testing.assert_array_equal(buffer.levels[0], shape.faces)
    assert buffer.num_faces == len(shape.faces)
    assert (buffer.has_colors, buffer.textures, len(buffer.levels)) == (True, (), 1)
    np.testing.assert_allclose(buffer.bounds.upper, shape.vertices.max(axis=0), atol=1e-6)


def test_each_level_has_a_third_of_the_last_or_less_and_the_same_shape():
    shape = ball(8)  # 1.3 million triangles
    levels = coarser_levels(shape.vertices.astype(np.float32), shape.faces.astype(np.uint32))
    sizes = [len(level) for level in levels]
    assert sizes[0] == len(shape.faces)
    assert sizes[-1] <= LEAST_FACES
    assert all(3 * after <= before for before, after in pairwise(sizes))
    coarsest = trimesh.Trimesh(shape.vertices, levels[-1], process=False)
    assert np.isclose(coarsest.area, shape.area, rtol=0.06)
    middles = np.linalg.norm(coarsest.triangles_center, axis=1)
    assert 1.97 < middles.min() <= middles.max() <= 2.0


def test_corners_of_two_photos_are_not_merged_though_they_share_a_place():
    side = np.linspace(0, 1, 160, dtype=np.float32)
    y, x = np.meshgrid(side, side, indexing="ij")
    sheet = np.stack([x.ravel(), y.ravel(), np.zeros(x.size, np.float32)], axis=1)
    index = np.arange(x.size).reshape(x.shape)
    corners = index[:-1, :-1], index[1:, :-1], index[:-1, 1:]
    faces = np.stack([corner.ravel() for corner in corners], axis=1)
    vertices = np.concatenate([sheet, sheet])
    places = np.concatenate([sheet[:, :2] * [0.4, 1], sheet[:, :2] * [0.4, 1] + [0.6, 0]])
    both = np.concatenate([faces, faces + len(sheet)]).astype(np.uint32)
    levels = coarser_levels(vertices, both, places.astype(np.float32))
    assert len(levels) > 1
    of_second = levels[-1] >= len(sheet)
    np.testing.assert_array_equal(of_second.any(axis=1), of_second.all(axis=1))
    assert 0.4 < of_second.any(axis=1).mean() < 0.6


def test_textures_come_with_smaller_ones():
    texture = np.zeros((64, 128, 3), np.uint8)
    texture[:, 64:] = 200
    corners = np.zeros((3, 3), np.float32)
    uvs = np.array([[0, 0], [1, 0], [0, 1]], np.float32)
    buffer = build_mesh_buffer(Mesh(corners, np.array([[0, 1, 2]]), None, uvs, texture))
    assert [image.shape[:2] for image in buffer.textures] == [
        (64, 128),
        (32, 64),
        (16, 32),
        (8, 16),
    ]
    assert buffer.textures[-1][0, -1].tolist() == [200] * 3
