"""Meshes of two planes with a step: the surface is known, and the cut too."""

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from moe3d.errors import UsageError
from moe3d.scene.filters import CloudOptions, select_pixels
from moe3d.scene.meshes.mesh import GridOptions, canonical, grid_mesh, in_large_parts
from moe3d.scene.records import Mesh
from tests.scenes import step_prediction

SCENE = step_prediction()
EVERYTHING = select_pixels(SCENE, CloudOptions(confidence_percentile=0))
HEIGHT, WIDTH = SCENE.depth.shape[1:]


def test_the_mesh_is_cut_at_the_step_and_nowhere_else():
    mesh = grid_mesh(SCENE, EVERYTHING, 0)
    assert len(mesh.faces) == 2 * (HEIGHT - 1) * (WIDTH - 2)
    depths = mesh.vertices[mesh.faces][..., 2]
    assert (depths.min(axis=1) == depths.max(axis=1)).all()
    assert trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).body_count == 2


def test_areas_are_those_of_the_planes():
    mesh = grid_mesh(SCENE, EVERYTHING, 0)
    square = (1 / WIDTH) ** 2  # a pixel at depth 1, focal length of WIDTH pixels
    expected = (HEIGHT - 1) * (WIDTH // 2 - 1) * (square + 4 * square)
    assert trimesh.Trimesh(mesh.vertices, mesh.faces).area == pytest.approx(expected, rel=1e-5)


def test_faces_turn_towards_the_camera():
    mesh = grid_mesh(SCENE, EVERYTHING, 1)
    normals = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).face_normals
    np.testing.assert_allclose(normals, np.broadcast_to([0, 0, -1], normals.shape), atol=1e-4)


def test_colours_and_texture_coordinates_are_those_of_the_pixel():
    mesh = grid_mesh(SCENE, EVERYTHING, 0)
    assert mesh.vertex_uvs is not None
    pixel = np.rint(mesh.vertex_uvs * [WIDTH, HEIGHT] - 0.5).astype(int)
    np.testing.assert_array_equal(mesh.vertex_colors, SCENE.images[0, pixel[:, 1], pixel[:, 0]])


def test_filtered_pixels_make_hole_and_border():
    keep = EVERYTHING.keep.copy()
    keep[0, 10, 10] = False
    mesh = grid_mesh(SCENE, replace(EVERYTHING, keep=keep), 0)
    assert len(mesh.faces) == 2 * (HEIGHT - 1) * (WIDTH - 2) - 6


def test_a_grazed_surface_is_left_out():
    # A floor seen at a slope so steep that a step in depth per pixel stays below the edge limit.
    steep = 1 / (1 - 0.0299 * np.arange(WIDTH) / 1.2) * np.ones((HEIGHT, 1))
    scene = replace(SCENE, depth=np.stack([steep, steep]).astype(np.float32))
    selection = select_pixels(scene, CloudOptions(confidence_percentile=0))
    loose = grid_mesh(scene, selection, 0, GridOptions(edge_rtol=1.0, max_slant_deg=90))
    strict = grid_mesh(scene, selection, 0, GridOptions(edge_rtol=1.0, max_slant_deg=45))
    assert len(strict.faces) < len(loose.faces)


def test_small_parts_go():
    faces = np.array([[0, 1, 2], [1, 2, 3], [4, 5, 6]])
    np.testing.assert_array_equal(in_large_parts(7, faces, 2), [True, True, False])
    assert in_large_parts(7, faces, 0).all()


def test_a_coarser_grid_has_a_quarter_of_the_faces():
    mesh = grid_mesh(SCENE, EVERYTHING, 0, GridOptions(step=2))
    assert len(mesh.faces) == pytest.approx(2 * (HEIGHT // 2 - 1) * (WIDTH // 2 - 2), abs=60)


def test_no_pixels_make_an_empty_mesh():
    nothing = replace(EVERYTHING, keep=np.zeros_like(EVERYTHING.keep))
    mesh = grid_mesh(SCENE, nothing, 0)
    assert len(mesh.faces) == len(mesh.vertices) == 0


def test_a_shuffled_mesh_has_the_same_canonical_form():
    mesh = grid_mesh(SCENE, EVERYTHING, 0)
    generator = np.random.default_rng(0)
    order = generator.permutation(len(mesh.vertices))
    number = np.argsort(order)
    assert mesh.vertex_colors is not None
    shuffled = Mesh(
        mesh.vertices[order],
        np.roll(number[mesh.faces], 1, axis=1)[generator.permutation(len(mesh.faces))],
        mesh.vertex_colors[order],
    )
    first, second = canonical(mesh), canonical(shuffled)
    np.testing.assert_array_equal(first.vertices, second.vertices)
    np.testing.assert_array_equal(first.faces, second.faces)
    np.testing.assert_array_equal(first.vertex_colors, second.vertex_colors)


def test_options_that_cannot_be_meant_are_refused():
    for bad in ({"edge_rtol": 0}, {"max_slant_deg": 91}, {"step": 0}):
        with pytest.raises(UsageError):
            GridOptions(**bad)
