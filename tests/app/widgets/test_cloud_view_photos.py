"""Frusta, looking through photos, and what is under the cursor."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from moe3d_viewer.rendering.points.point_buffer import build_point_buffer
from moe3d_viewer.rendering.space.camera import pixels_from_world
from moe3d_viewer.rendering.space.camera_frusta import PhotoCameras
from tests.app.clouds import Room
from tests.app.widgets.conftest import pixels_of

pytestmark = pytest.mark.gl
LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture(scope="module")
def room():
    return Room(num_views=3, width=84, height=63, noise=0.0)


@pytest.fixture
def inside(screen, room):
    screen.view.set_buffer(build_point_buffer(room.cloud))
    screen.view.set_cameras(PhotoCameras(room.camera_from_world, room.intrinsics, room.images))
    screen.settle()
    return screen


def center_of(room, index):
    pose = room.camera_from_world[index]
    return -pose[:3, :3].T @ pose[:3, 3]


def frustum_pixel(inside, room, index):
    """Middle of a photo's rectangle on the screen."""
    view = inside.view
    size = 0.03 * view.controller.bounds.diagonal
    place = center_of(room, index) + size * room.camera_from_world[index, 2, :3]
    return pixels_from_world(view.camera, view.controller.viewport, place)


def test_looking_through_a_camera_shows_the_photo(inside, room):
    view = inside.view
    view.overlays.show_cameras(False)
    view.frame_camera(1)
    shown = inside.picture().astype(int)
    scale = shown.shape[0] / room.height  # 400 x 300 holds 84 x 63 exactly in height
    rows, columns = np.mgrid[6:57, 6:78]
    x = shown.shape[1] / 2 + (columns + 0.5 - room.width / 2) * scale
    y = (rows + 0.5) * scale
    difference = np.abs(shown[y.astype(int), x.astype(int)] - room.images[1][rows, columns])
    assert np.median(difference) < 6


def test_the_photo_lies_over_the_view_with_its_opacity(inside, room):
    view = inside.view
    view.look_through(1)
    view.overlays.photos.set_opacity(1.0)
    opaque = inside.picture().astype(int)
    middle = opaque[150, 200]
    wanted = room.images[1][
        room.height // 2 - 1 : room.height // 2 + 1, room.width // 2 - 1 : room.width // 2 + 1
    ]
    assert np.abs(middle - wanted.reshape(-1, 3).mean(axis=0)).max() < 16
    with inside.qtbot.waitSignal(view.look_through_ended):
        inside.qtbot.keyClick(view, Qt.Key.Key_Escape)


def test_a_photo_larger_than_the_view_is_averaged(inside, room):
    """A chessboard of single pixels, three of them a pixel of the view: grey, not a pattern."""
    view, size = inside.view, (3 * 252, 3 * 336)
    board = np.indices(size).sum(axis=0) % 2 * 255
    images = np.repeat(board[None, :, :, None], 3, axis=0).repeat(3, axis=3).astype(np.uint8)
    lens = room.intrinsics * np.array([12.0, 12.0, 1.0])[:, None]
    view.set_cameras(PhotoCameras(room.camera_from_world, lens, images))
    view.look_through(1)
    view.overlays.photos.set_opacity(1.0)
    middle = inside.picture()[100:200, 150:250]
    np.testing.assert_allclose(middle.mean(), 127.5, atol=3)
    assert middle.std() < 20


def test_a_view_of_another_size_shows_the_whole_scene(inside):
    inside.view.resize(320, 260)
    inside.view.resize(300, 240)
    picture = inside.picture()
    assert picture.shape == (240, 300, 3)
    assert (picture != pixels_of(inside.view.image())).any(axis=-1).mean() < 1e-3


def test_a_click_on_a_frustum_flies_there_and_says_so(inside, room):
    view = inside.view
    index = next(
        i
        for i in range(3)
        if (np.abs(frustum_pixel(inside, room, i) - [200, 150]) < [190, 140]).all()
    )
    pixel = frustum_pixel(inside, room, index).round().astype(int).tolist()
    with inside.qtbot.waitSignal(view.camera_clicked) as clicked:
        inside.qtbot.mouseClick(view, LEFT, NO_KEY, QPoint(*pixel))
    assert clicked.args == [index]
    np.testing.assert_allclose(view.camera.eye, center_of(room, index), atol=1e-9)


def test_hidden_cameras_draw_nothing_and_cannot_be_clicked(inside, room):
    view = inside.view
    with_frusta = inside.picture()
    view.overlays.show_cameras(False)
    assert (with_frusta != inside.picture()).any()
    pixel = frustum_pixel(inside, room, 1).round().astype(int).tolist()
    with inside.qtbot.assertNotEmitted(view.camera_clicked):
        inside.qtbot.mouseClick(view, LEFT, NO_KEY, QPoint(*pixel))


def test_overlays_change_without_restarting_the_points(inside):
    view = inside.view
    view.overlays.set_frustum_scale(3.0)
    view.overlays.show_grid(True)
    view.overlays.photos.frusta.set_selected(1)
    pixels_of(view.grabFramebuffer())
    assert view.is_complete


def test_a_click_on_a_point_names_it(inside, room):
    view = inside.view
    view.overlays.show_cameras(False)
    with inside.qtbot.waitSignal(view.point_picked) as picked:
        inside.qtbot.mouseClick(view, LEFT, NO_KEY, QPoint(200, 150))
    point = picked.args[0]
    cloud = room.cloud
    index = point.view_index * room.width * room.height + point.pixel_index
    np.testing.assert_allclose(point.position, cloud.points[index], atol=1e-6)
    assert point.expert_index == cloud.expert_index[index]
    np.testing.assert_allclose(
        pixels_from_world(view.camera, view.controller.viewport, np.array(point.position)),
        (200, 150),
        atol=8,
    )


def test_a_filtered_point_is_never_picked(inside, room):
    view = inside.view
    view.overlays.show_cameras(False)
    inside.restyle(hidden_photos=frozenset({0, 2}))
    inside.settle()
    picked = view.pick((200, 150))
    assert picked is not None
    assert picked.view_index == 1


def test_resting_the_cursor_reports_the_point_and_leaving_reports_none(inside):
    view = inside.view
    view.overlays.show_cameras(False)
    inside.settle()
    with inside.qtbot.waitSignal(view.point_hovered) as hovered:
        inside.qtbot.mouseMove(view, QPoint(190, 140))
        inside.qtbot.mouseMove(view, QPoint(200, 150))
    assert hovered.args[0] is not None


def test_the_scene_opens_upright_near_the_reference_photo(inside, room):
    camera = inside.view.camera
    assert camera.up @ inside.view.controller.frame.up > 0.9
    assert (
        np.linalg.norm(camera.eye - center_of(room, 0))
        < 0.5 * inside.view.controller.bounds.diagonal
    )


def test_a_camera_the_user_chose_survives_another_cloud(inside, room):
    view = inside.view
    view.frame_camera(2)
    eye = view.camera.eye
    view.set_buffer(build_point_buffer(room.cloud))
    np.testing.assert_array_equal(view.camera.eye, eye)
    view.reset_camera()
    assert np.linalg.norm(view.camera.eye - eye) > 0.01
