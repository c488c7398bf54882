"""Meshes in the 3D view: known colours at known pixels, edges, what is seen through, and cuts."""

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from moe3d.geometry.box import OrientedBox
from moe3d.scene.records import Mesh
from moe3d_viewer.rendering.meshes.mesh_buffer import build_mesh_buffer
from moe3d_viewer.rendering.points.point_buffer import build_point_buffer
from moe3d_viewer.rendering.space.camera import Camera
from moe3d_viewer.rendering.space.view_colors import DARK
from moe3d_viewer.widgets.viewport.drawing.mesh_layer import CLAY, DrawnMesh, MeshStyle
from moe3d_viewer.widgets.viewport.drawing.mesh_storage import MeshStorage
from tests.app.clouds import cloud_of
from tests.app.widgets.conftest import pixels_of

pytestmark = pytest.mark.gl

RED, GREEN, BLUE, GREY = (200, 20, 30), (20, 180, 40), (30, 40, 220), (90, 90, 90)
FRONT = -0.5  # of the cube, towards the camera, which looks along +z
EYE = np.array([0.0, 0.0, -3.0])
FROM_FRONT = Camera(EYE, np.diag([1.0, -1.0, -1.0]), np.zeros(3), fov_y_deg=40.0)


def cube(color=None) -> Mesh:
    """Twelve triangles; each side has corners and a colour of its own."""
    box = trimesh.creation.box()
    corners = box.vertices[box.faces].reshape(-1, 3)
    normals = np.repeat(box.face_normals, 3, axis=0)
    colors = np.full((len(corners), 3), GREY, np.uint8)
    colors[normals[:, 2] < -0.5] = RED
    colors[normals[:, 0] > 0.5] = GREEN
    colors[normals[:, 1] > 0.5] = BLUE
    if color is not None:
        colors[:] = color
    return Mesh(
        corners.astype(np.float32),
        np.arange(len(corners)).reshape(-1, 3),
        vertex_colors=colors,
        vertex_normals=normals.astype(np.float32),
    )


def stored(mesh: Mesh) -> MeshStorage:
    return MeshStorage(build_mesh_buffer(mesh))


def show(screen, *meshes: DrawnMesh, camera: Camera = FROM_FRONT) -> np.ndarray:
    screen.view.objects.show_meshes(meshes)
    screen.view.follow(camera)
    screen.settle()
    return screen.picture().astype(int)


def at(screen, picture, point) -> list[int]:
    column, row = screen.pixel_of(point)
    return picture[row, column].tolist()


def moved(x=0.0, y=0.0, z=0.0) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, 3] = x, y, z
    return matrix


MIDDLE = (0.05, 0.02, FRONT)


def test_a_cube_has_its_colours_at_its_pixels_and_ends_at_its_edges(screen):
    picture = show(screen, DrawnMesh(stored(cube()), style=MeshStyle("textured")))
    assert at(screen, picture, MIDDLE) == list(RED)
    for x, y in ((0.48, 0.48), (-0.48, 0.48), (0.48, -0.48), (-0.48, -0.48)):
        assert at(screen, picture, (x, y, FRONT)) == list(RED)
        assert max(at(screen, picture, (1.1 * x, 1.1 * y, FRONT))) < 60  # the background
    aside = Camera(np.array([3.0, 0.0, 0.0]), _looking_back(), np.zeros(3), fov_y_deg=40.0)
    picture = show(screen, DrawnMesh(stored(cube()), style=MeshStyle("textured")), camera=aside)
    assert at(screen, picture, (0.5, 0.02, 0.05)) == list(GREEN)


def _looking_back() -> np.ndarray:
    """From +x towards the middle, y down stays down."""
    return np.stack([[0.0, 0.0, 1.0], [0.0, -1.0, 0.0], [1.0, 0.0, 0.0]], axis=1)


def test_clay_is_lit_from_the_camera_on_both_sides(screen):
    cubes = cube()
    inside_out = replace(cubes, faces=cubes.faces[:, ::-1], vertex_normals=-_normals(cubes))
    for mesh in (cubes, inside_out):
        picture = show(screen, DrawnMesh(stored(mesh)))
        middle = np.array(at(screen, picture, (0.0, 0.0, FRONT)))
        np.testing.assert_allclose(middle, CLAY, atol=3)  # straight on: full light
    corner = at(screen, picture, (0.45, 0.45, FRONT))
    slant = np.array([0.45, 0.45, 2.5])
    shade = 0.25 + 0.75 * slant[2] / np.linalg.norm(slant)
    np.testing.assert_allclose(corner, np.array(CLAY) * shade, atol=4)
    picture = show(screen, DrawnMesh(stored(cube()), style=MeshStyle(color=(0, 200, 0))))
    np.testing.assert_allclose(at(screen, picture, MIDDLE), (0, 200, 0), atol=3)


def _normals(mesh: Mesh) -> np.ndarray:
    assert mesh.vertex_normals is not None
    return mesh.vertex_normals


def test_a_texture_lies_where_its_places_say(screen):
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32) * 0.5
    uvs = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    texture = np.zeros((64, 64, 3), np.uint8)
    texture[:32, :32], texture[:32, 32:], texture[32:, :32], texture[32:, 32:] = (
        RED, GREEN, BLUE, GREY,
    )  # fmt: skip
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    mesh = Mesh(corners, faces, vertex_uvs=uvs, texture=texture)
    picture = show(screen, DrawnMesh(stored(mesh), style=MeshStyle("textured")))
    places = ((-0.25, -0.25), RED), ((0.25, -0.25), GREEN), ((-0.25, 0.25), BLUE)
    for (x, y), color in (*places, ((0.25, 0.25), GREY)):
        np.testing.assert_allclose(at(screen, picture, (x, y, 0.0)), color, atol=2)


def test_opacity_blends_with_what_lies_behind_and_shows_the_foremost_surface_only(screen):
    behind = DrawnMesh(stored(cube(BLUE)), moved(z=3.0), MeshStyle("textured"))
    before = DrawnMesh(stored(cube()), style=MeshStyle("textured", opacity=0.25))
    picture = show(screen, before, behind)
    blended = 0.25 * np.array(RED) + 0.75 * np.array(BLUE)
    np.testing.assert_allclose(at(screen, picture, MIDDLE), blended, atol=3)
    picture = show(screen, before)  # its own back, grey, is not seen through its front
    column, row = screen.pixel_of(MIDDLE)
    screen.view.objects.show_meshes(())
    behind_it = screen.picture()[row, column].astype(int)
    blended = 0.25 * np.array(RED) + 0.75 * behind_it
    np.testing.assert_allclose(picture[row, column], blended, atol=3)


def test_points_hide_in_and_before_meshes_and_shine_through_what_can_be_looked_through(screen):
    screen.restyle(size_px=9)
    points = np.array([[0.0, 0.0, -1.0], [0.2, 0.2, 0.2]])  # before the cube, and inside it
    screen.view.set_buffer(build_point_buffer(cloud_of(points, [[255, 255, 0]] * 2)))
    picture = show(screen, DrawnMesh(stored(cube()), style=MeshStyle("textured")))
    assert at(screen, picture, points[0]) == [255, 255, 0]
    assert at(screen, picture, points[1]) == list(RED)
    seen = MeshStyle("textured", opacity=0.5)
    picture = show(screen, DrawnMesh(stored(cube()), style=seen))
    blended = np.mean([RED, (255, 255, 0)], axis=0)
    np.testing.assert_allclose(at(screen, picture, points[1]), blended, atol=3)
    screen.view.objects.show_points(False)
    picture = screen.picture().astype(int)
    assert at(screen, picture, points[0])[1] < 60
    screen.view.objects.show_points(True)
    assert at(screen, screen.picture().astype(int), points[0]) == [255, 255, 0]


def quads(count: int) -> Mesh:
    """A square of `count` x `count` squares of two triangles each, -0.5..0.5."""
    side = np.linspace(-0.5, 0.5, count + 1, dtype=np.float32)
    y, x = np.meshgrid(side, side, indexing="ij")
    index = np.arange((count + 1) ** 2).reshape(count + 1, -1)
    a, b, c, d = (
        part.ravel() for part in (index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:])
    )
    faces = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)])
    return Mesh(np.stack([x.ravel(), y.ravel(), np.zeros(x.size, np.float32)], 1), faces)


def lines_across(picture: np.ndarray, row: int) -> int:
    """Stretches of bright pixels along a row."""
    bright = picture[row].max(axis=1) > 120
    return int((np.diff(bright.astype(int)) == 1).sum() + bright[0])


@pytest.mark.parametrize("count", [2, 5])
def test_a_wireframe_has_a_line_an_edge_and_nothing_between(screen, count):
    picture = show(screen, DrawnMesh(stored(quads(count)), style=MeshStyle("wireframe")))
    _, row = screen.pixel_of((0.0, 0.5 / count * 0.5, 0.0))  # amid a row of squares
    assert lines_across(picture, row) == 2 * count + 1  # uprights, and a diagonal a square
    column, row = screen.pixel_of((-0.5 + 0.2 / count, -0.5 + 0.2 / count, 0.0))
    assert picture[row, column].max() < 60
    style = MeshStyle("edges", color=(250, 250, 250))
    picture = show(screen, DrawnMesh(stored(quads(count)), style=style))
    assert picture[row, column].min() > 200
    _, row = screen.pixel_of((0.0, 0.5 / count * 0.5, 0.0))
    dark = picture[row].max(axis=1) < 60
    inner = slice(screen.pixel_of((-0.49, 0, 0))[0], screen.pixel_of((0.49, 0, 0))[0])
    assert (np.diff(dark[inner].astype(int)) == 1).sum() == 2 * count - 1


def test_lines_without_a_colour_have_that_of_the_letters(screen):
    picture = show(screen, DrawnMesh(stored(quads(1)), style=MeshStyle("wireframe")))
    assert (picture == DARK.text).all(axis=2).sum() > 100


def test_the_section_box_cuts_triangles_where_it_ends(screen):
    screen.view.objects.cut(OrientedBox((0.0, 0.0, 0.0), (0.25, 9.0, 9.0)))
    picture = show(screen, DrawnMesh(stored(cube()), style=MeshStyle("textured")))
    assert at(screen, picture, (0.23, 0.1, FRONT)) == list(RED)
    assert at(screen, picture, (0.28, 0.1, FRONT)) != list(RED)
    screen.view.objects.cut(None)
    assert at(screen, screen.picture().astype(int), (0.28, 0.1, FRONT)) == list(RED)


def test_saved_pictures_and_a_moved_mesh_show_the_same(screen):
    placed = DrawnMesh(stored(cube()), moved(x=0.3), MeshStyle("textured"))
    picture = show(screen, placed)
    assert at(screen, picture, (0.75, 0.0, FRONT)) == list(RED)
    saved = pixels_of(screen.view.image(overlays=False)).astype(int)
    assert np.abs(saved - picture).max() <= 1 or (np.abs(saved - picture).max(2) > 1).mean() < 0.01
    column, row = screen.pixel_of((0.75, 0.0, FRONT))
    large = pixels_of(screen.view.picture(800, 600, overlays=False))
    assert large[2 * row, 2 * column].tolist() == list(RED)


def test_the_surface_under_the_cursor_is_that_of_the_mesh(screen):
    show(screen, DrawnMesh(stored(cube())))
    x, y = screen.pixel_of((0.1, -0.2, FRONT))
    found = screen.view.surface_at((x + 0.5, y + 0.5))
    np.testing.assert_allclose(found, (0.1, -0.2, FRONT), atol=0.01)


def test_a_large_mesh_is_coarse_while_it_moves_and_whole_when_it_rests(screen):
    mesh = quads(400)
    storage = stored(mesh)
    assert storage.num_faces == len(mesh.faces) == 320_000
    assert len(storage.level_sizes) >= 2
    picture = show(screen, DrawnMesh(storage, style=MeshStyle("textured", color=(0, 160, 0))))
    assert at(screen, picture, (0.3, 0.3, 0.0))[1] > 140
    whole = pixels_of(screen.view.image(overlays=False)).astype(int)
    np.testing.assert_allclose(screen.picture().astype(int), whole, atol=1)


def test_memory_is_given_back(screen):
    storage = stored(cube())
    show(screen, DrawnMesh(storage))
    assert storage.is_complete
    screen.view.objects.show_meshes(())
    screen.view.objects.free(storage)
    assert storage.level_sizes == ()
    screen.settle()
