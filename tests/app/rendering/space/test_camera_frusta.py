import numpy as np

from moe3d_viewer.rendering.points.point_picking import nearest_set_pixel, pixel_in_photo
from moe3d_viewer.rendering.space.camera import Viewport, pixels_from_world
from moe3d_viewer.rendering.space.camera_frusta import (
    PhotoCameras,
    frustum_corners,
    frustum_segments,
    frustum_under,
    photo_atlas,
)
from moe3d_viewer.rendering.space.line_vertices import line_vertices, pivot_segments
from moe3d_viewer.rendering.space.scene_frame import Bounds, camera_that_frames, upright_rotation

VIEW = Viewport(640, 480)


def three_cameras() -> PhotoCameras:
    poses = np.tile(np.eye(4), (3, 1, 1))
    poses[:, 0, 3] = [0.0, -1.0, -2.0]
    intrinsics = np.tile(np.array([[40.0, 0, 19.5], [0, 40, 14.5], [0, 0, 1]]), (3, 1, 1))
    images = np.zeros((3, 30, 40, 3), np.uint8)
    images[:] = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255]])[:, None, None]
    return PhotoCameras(poses, intrinsics, images)


def test_a_frustum_starts_at_the_camera_and_ends_at_the_photos_corners():
    corners = frustum_corners(three_cameras(), 2.0)
    np.testing.assert_allclose(corners[1, 0], [1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(corners[1, 1], [1 - 1, -0.75, 2], atol=1e-6)
    np.testing.assert_allclose(corners[1, 3], [1 + 1, 0.75, 2], atol=1e-6)
    assert frustum_segments(corners).shape == (3, 8, 2, 3)


def test_the_atlas_holds_every_photo_at_its_place():
    atlas = photo_atlas(three_cameras().images)
    height, width = atlas.image.shape[:2]
    for index, color in enumerate(([255, 0, 0], [0, 255, 0], [0, 0, 255])):
        x, y = atlas.corners[index].mean(axis=0) * [width, height]
        assert atlas.image[int(y), int(x)].tolist() == color


def test_the_frustum_under_a_pixel_is_found_and_the_nearest_wins():
    cameras = three_cameras()
    corners = frustum_corners(cameras, 0.5)
    rotation = upright_rotation(np.array([0.0, 0, 1]), np.array([0.0, -1, 0]))
    camera = camera_that_frames(Bounds(corners.min((0, 1)), corners.max((0, 1))), rotation, VIEW)
    for index in range(3):
        pixel = tuple(
            pixels_from_world(camera, VIEW, corners[index, 1:].mean(axis=0).astype(float))
        )
        assert frustum_under(corners, camera, VIEW, pixel) == index
    assert frustum_under(corners, camera, VIEW, (2.0, 2.0)) is None
    middle = tuple(pixels_from_world(camera, VIEW, corners[1, 1:].mean(axis=0).astype(float)))
    assert frustum_under(corners, camera, VIEW, middle, frozenset({1})) is None


def test_a_point_leads_back_to_its_pixel_in_the_photo():
    cameras = three_cameras()
    in_camera = np.array([(7 - 19.5) / 40, (21 - 14.5) / 40, 1.0]) * 3
    world = in_camera + np.array([1, 0, 0])
    assert pixel_in_photo(cameras, 1, world) == 21 * 40 + 7
    assert pixel_in_photo(cameras, 1, -world) == -1
    assert pixel_in_photo(cameras, 9, world) == -1


def test_the_set_pixel_nearest_to_the_middle_wins():
    depths = np.ones((7, 7), np.float32)
    assert nearest_set_pixel(depths) is None
    depths[0, 0], depths[3, 5], depths[6, 3] = 0.1, 0.9, 0.2
    assert nearest_set_pixel(depths) == (3, 5)


def test_a_line_is_two_triangles_a_segment():
    segments = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    vertices = line_vertices(segments, np.ones((2, 4), np.float32))
    assert vertices.shape == (12, 12)
    np.testing.assert_array_equal(vertices[6:, :3], np.tile(segments[1, 0], (6, 1)))


def test_the_pivot_marker_has_the_same_size_on_the_screen_at_any_distance():
    bounds = Bounds(-np.ones(3), np.ones(3))
    rotation = upright_rotation(np.array([0.2, 0.1, 1]), np.array([0.0, -1, 0]))
    for scale in (1.0, 30.0):
        box = Bounds(bounds.lower * scale, bounds.upper * scale)
        camera = camera_that_frames(box, rotation, VIEW)
        ring = pixels_from_world(camera, VIEW, pivot_segments(camera, VIEW)[:36, 0].astype(float))
        radii = np.linalg.norm(ring - pixels_from_world(camera, VIEW, camera.pivot), axis=1)
        np.testing.assert_allclose(radii, 9.0, atol=0.05)
