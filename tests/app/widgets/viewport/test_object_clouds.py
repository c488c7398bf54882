"""Further clouds in the 3D view: own colours and one, placed, hidden, let through, and picked."""

import numpy as np
import pytest

from moe3d_viewer.rendering.points.object_points import distance_colors, object_points
from moe3d_viewer.rendering.space.camera import Camera
from moe3d_viewer.widgets.viewport.drawing.object_cloud import CloudLook, ObjectCloudItem

pytestmark = pytest.mark.gl

RED, GREEN = (200, 20, 30), (20, 180, 40)
EYE = np.array([0.0, 0.0, -3.0])
FROM_FRONT = Camera(EYE, np.diag([1.0, -1.0, -1.0]), np.zeros(3), fov_y_deg=40.0)


def moved(x: float = 0.0, z: float = 0.0) -> tuple[float, ...]:
    matrix = np.eye(4)
    matrix[:3, 3] = x, 0.0, z
    return tuple(matrix.ravel().tolist())


def sheet(color: tuple[int, int, int], look: CloudLook) -> ObjectCloudItem:
    """A dense square of one colour, 1 wide, facing the camera."""
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, 200), np.linspace(-0.5, 0.5, 200))
    points = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1).astype(np.float32)
    made = ObjectCloudItem(object_points(points), points, look)
    made.set_colors(np.tile(np.array(color, np.uint8), (len(points), 1)))
    return made


def at(screen, point: tuple[float, float, float]) -> list[int]:
    column, row = screen.pixel_of(point)
    return screen.picture().astype(int)[row, column].tolist()


def show(screen, *clouds: ObjectCloudItem) -> None:
    screen.view.objects.show_clouds(clouds)
    screen.view.follow(FROM_FRONT)
    screen.settle()


def test_two_clouds_lie_where_they_are_put_the_nearer_one_before_the_other(screen):
    left = sheet(RED, CloudLook(moved(x=-0.3, z=-0.2), size_px=4))
    right = sheet(GREEN, CloudLook(moved(x=0.3), size_px=4))
    show(screen, left, right)
    assert at(screen, (-0.6, 0.1, -0.2)) == list(RED)
    assert at(screen, (0.6, 0.1, 0.0)) == list(GREEN)
    assert at(screen, (0.0, 0.1, -0.2)) == list(RED)  # there both are
    left.set_look(CloudLook(moved(x=-0.3, z=0.2), size_px=4))
    screen.view.update()
    screen.settle()
    assert at(screen, (0.0, 0.1, 0.0)) == list(GREEN)


def test_one_colour_and_distances_replace_the_own_colours(screen):
    cloud = sheet(RED, CloudLook(moved(), color=(10, 20, 240), size_px=4))
    show(screen, cloud)
    assert at(screen, (0.1, 0.1, 0.0)) == [10, 20, 240]
    distances = np.zeros(len(cloud.prepared), np.float32)
    cloud.set_look(CloudLook(moved(), size_px=4))
    cloud.set_colors(distance_colors(distances, (0.0, 1.0)))
    screen.view.update()
    screen.settle()
    assert at(screen, (0.1, 0.1, 0.0)) == distance_colors(distances[:1], (0.0, 1.0))[0].tolist()


def test_half_opacity_leaves_about_half_of_the_pixels(screen):
    show(screen, sheet(RED, CloudLook(moved(), opacity=0.5, size_px=4)))
    column, row = screen.pixel_of((0.0, 0.0, 0.0))
    part = screen.picture().astype(int)[row - 16 : row + 16, column - 16 : column + 16]
    share = np.mean(np.abs(part - RED).max(axis=2) < 4)
    assert share == pytest.approx(0.5, abs=0.02)


def test_a_click_on_a_cloud_gives_its_place(screen):
    show(screen, sheet(RED, CloudLook(moved(z=-0.4), size_px=4)))
    column, row = screen.pixel_of((0.2, -0.1, -0.4))
    ratio = screen.view.devicePixelRatioF()
    picked = screen.view.pick((column / ratio, row / ratio))
    assert picked is not None
    assert np.allclose(picked.position, (0.2, -0.1, -0.4), atol=0.02)
    assert picked.pixel_index == -1


def test_a_cloud_that_is_taken_away_leaves_the_background(screen):
    cloud = sheet(RED, CloudLook(moved(), size_px=4))
    show(screen, cloud)
    screen.view.objects.show_clouds([])
    screen.view.objects.free(cloud)
    screen.settle()
    assert max(at(screen, (0.1, 0.1, 0.0))) < 60


def test_what_is_not_known_is_grey_and_what_is_beyond_has_the_colour_of_the_end():
    colors = distance_colors(np.array([np.nan, 2.0, 9.0, np.inf]), (0.0, 2.0)).tolist()
    assert colors[0] == colors[3] == [128, 128, 128]
    assert colors[1] == colors[2]
