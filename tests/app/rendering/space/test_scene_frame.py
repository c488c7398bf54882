import numpy as np

from moe3d.scene.upright import scene_frame
from moe3d_viewer.rendering.space.camera import Viewport, pixels_from_world
from moe3d_viewer.rendering.space.grid import grid_segments, grid_step
from moe3d_viewer.rendering.space.rotation import rotation_about
from moe3d_viewer.rendering.space.scene_frame import (
    Bounds,
    camera_that_frames,
    opening_camera,
    photo_camera,
    robust_bounds,
    upright_rotation,
)

VIEW = Viewport(900, 600)


def poses(*rotations):
    stack = np.tile(np.eye(4), (len(rotations), 1, 1))
    stack[:, :3, :3] = rotations
    return stack


def test_an_upright_photo_gives_up_against_y_and_front_along_z():
    frame = scene_frame(poses(np.eye(3)))
    np.testing.assert_allclose(frame.up, [0, -1, 0])
    np.testing.assert_allclose(frame.front, [0, 0, 1])
    np.testing.assert_allclose(frame.right, [1, 0, 0])


def test_tilts_to_both_sides_cancel():
    tilts = [rotation_about(np.array([0, 0, 1.0]), angle) for angle in (0.3, -0.3)]
    np.testing.assert_allclose(scene_frame(poses(*tilts)).up, [0, -1, 0], atol=1e-12)


def test_photos_that_look_down_still_have_a_horizontal_front():
    down = rotation_about(np.array([1.0, 0, 0]), 0.8)
    frame = scene_frame(poses(down, down))
    assert abs(frame.front @ frame.up) < 1e-12


def test_opposite_ups_fall_back_to_the_reference_frame():
    flipped = np.diag([-1.0, -1.0, 1.0])
    np.testing.assert_allclose(scene_frame(poses(np.eye(3), flipped)).up, [0, -1, 0])


def test_robust_bounds_ignore_outliers():
    points = np.random.default_rng(0).uniform(-1, 1, (1000, 3))
    points[:5] = 1e4
    bounds = robust_bounds(points)
    assert (np.abs(bounds.upper) < 1.01).all()


def test_a_framed_box_fills_the_view_and_stays_inside():
    bounds = Bounds(np.array([-1.0, -2, 3]), np.array([4.0, 0, 9]))
    rotation = upright_rotation(np.array([0.3, 0.2, 1]), np.array([0.0, -1, 0]))
    for orthographic in (False, True):
        camera = camera_that_frames(bounds, rotation, VIEW, orthographic=orthographic)
        pixels = pixels_from_world(camera, VIEW, bounds.corners)
        assert (pixels >= 0).all()
        assert (pixels <= [900, 600]).all()
        assert (np.ptp(pixels, axis=0) / [900, 600]).max() > 0.6


def test_a_photos_camera_shows_its_pixels_where_the_photo_has_them():
    camera_from_world = np.eye(4)
    camera_from_world[:3, :3] = rotation_about(np.array([0.2, 1, 0.1]), 0.4)
    camera_from_world[:3, 3] = [0.3, -0.2, 0.5]
    intrinsics = np.array([[300.0, 0, 149.5], [0, 300, 99.5], [0, 0, 1]])
    camera = photo_camera(camera_from_world, intrinsics, (300, 200), VIEW, 2.0)
    in_camera = np.array([0.4, -0.3, 2.0])
    world = camera_from_world[:3, :3].T @ (in_camera - camera_from_world[:3, 3])
    u, v = (intrinsics @ in_camera)[:2] / 2.0
    expected = (u + 0.5) * 3, (v + 0.5) * 3  # 900 x 600 is three times the photo
    np.testing.assert_allclose(pixels_from_world(camera, VIEW, world), expected, atol=1e-6)


def test_the_opening_view_sees_the_middle_of_the_scene_upright():
    bounds = Bounds(np.array([-2.0, -1, 2]), np.array([2.0, 1, 6]))
    frame = scene_frame(poses(np.eye(3)))
    camera = opening_camera(poses(np.eye(3)), bounds, frame, VIEW)
    pixel = pixels_from_world(camera, VIEW, bounds.center)
    np.testing.assert_allclose(pixel, (450, 300), atol=1e-6)
    assert camera.up @ frame.up > 0.9
    assert camera.eye[2] < 0


def test_the_grid_lies_level_under_the_scene():
    frame = scene_frame(poses(np.eye(3)))
    segments = grid_segments(Bounds(np.array([-2.0, -1, 2]), np.array([2.0, 1, 6])), frame)
    np.testing.assert_allclose(segments[..., 1], 1.0, atol=1e-6)
    assert 16 <= len(segments) <= 80


def test_grid_steps_are_round():
    assert [grid_step(size) for size in (12.0, 30.0, 1.3)] == [1.0, 2.0, 0.1]
