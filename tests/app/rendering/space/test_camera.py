from dataclasses import replace

import numpy as np
import pytest

from moe3d_viewer.rendering.space.camera import (
    Camera,
    Viewport,
    clip_from_view,
    clip_planes,
    pixels_from_world,
    view_depth,
    view_depth_from_buffer,
    view_from_world,
    world_from_pixel,
)
from moe3d_viewer.rendering.space.camera_motion import (
    fly,
    interpolate,
    look_around,
    orbit,
    pan,
    turntable,
    with_pivot_centred,
    zoom_about,
)
from moe3d_viewer.rendering.space.rotation import rotation_about, slerp
from moe3d_viewer.rendering.space.scene_frame import Bounds, upright_rotation
from moe3d_viewer.rendering.space.view_frame import view_frame

VIEW = Viewport(800, 600)
UP = np.array([0.0, -1.0, 0.0])


def some_camera(orthographic: bool = False) -> Camera:
    pivot = np.array([0.4, -0.2, 3.0])
    eye = np.array([-1.0, -1.5, -2.0])
    return Camera(eye, upright_rotation(pivot - eye, UP), pivot, 55.0, orthographic)


@pytest.mark.parametrize("orthographic", [False, True])
def test_the_matrices_and_the_projection_agree(orthographic):
    camera = some_camera(orthographic)
    points = np.random.default_rng(0).normal(size=(50, 3)) + np.array([0, 0, 3])
    near, far = clip_planes(camera, Bounds(points.min(0), points.max(0)).corners, 3.0)
    clip = clip_from_view(camera, VIEW, near, far) @ view_from_world(camera)
    homogeneous = np.c_[points, np.ones(50)] @ clip.T
    ndc = homogeneous[:, :3] / homogeneous[:, 3:]
    pixels = np.c_[(ndc[:, 0] + 1) / 2 * 800, (1 - ndc[:, 1]) / 2 * 600]
    np.testing.assert_allclose(pixels_from_world(camera, VIEW, points), pixels, atol=1e-8)
    assert (np.abs(ndc[:, 2]) <= 1).all()
    depths = [view_depth_from_buffer((z + 1) / 2, camera, near, far) for z in ndc[:, 2]]
    np.testing.assert_allclose(depths, view_depth(camera, points), rtol=1e-9)


@pytest.mark.parametrize("orthographic", [False, True])
def test_a_pixel_and_its_depth_lead_back_to_the_point(orthographic):
    camera, point = some_camera(orthographic), np.array([0.7, 0.1, 2.5])
    pixel = tuple(pixels_from_world(camera, VIEW, point))
    depth = float(view_depth(camera, point))
    np.testing.assert_allclose(world_from_pixel(camera, VIEW, pixel, depth), point, atol=1e-12)


def test_a_point_behind_the_eye_has_no_pixel():
    camera = some_camera()
    assert np.isnan(pixels_from_world(camera, VIEW, camera.eye - camera.forward)).all()


@pytest.mark.parametrize("orthographic", [False, True])
@pytest.mark.parametrize("up", [UP, None], ids=["turntable", "trackball"])
def test_orbiting_keeps_the_pivots_pixel_and_distance(orthographic, up):
    camera = replace(some_camera(orthographic), pivot=np.array([0.9, 0.3, 2.0]))
    start = pixels_from_world(camera, VIEW, camera.pivot)
    reach = np.linalg.norm(camera.pivot - camera.eye)
    for step in range(400):
        camera = orbit(camera, 0.03, 0.02 * np.sin(step), up)
    np.testing.assert_allclose(pixels_from_world(camera, VIEW, camera.pivot), start, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(camera.pivot - camera.eye), reach, rtol=1e-9)


def test_a_turntable_never_tilts_and_stops_at_the_poles():
    camera = some_camera()
    for pitch in (0.5, 0.9, 3.0, -7.0, 0.2):
        camera = orbit(camera, 0.7, pitch, UP)
        assert abs(camera.right @ UP) < 1e-12
        assert camera.up @ UP > 0


def test_dragging_right_turns_the_near_side_right_and_dragging_down_raises_the_eye():
    camera = some_camera()
    near_side = camera.pivot - 0.3 * camera.forward
    turned = orbit(camera, 0.1, 0.0, UP)
    before, after = (pixels_from_world(c, VIEW, near_side)[0] for c in (camera, turned))
    assert after > before
    raised = orbit(camera, 0.0, 0.1, UP)
    assert raised.eye @ UP > camera.eye @ UP


@pytest.mark.parametrize("orthographic", [False, True])
def test_panning_brings_the_grabbed_point_under_the_cursor(orthographic):
    camera, grabbed = some_camera(orthographic), np.array([0.1, 0.4, 4.0])
    moved = pan(camera, VIEW, grabbed, (123.4, 456.7))
    np.testing.assert_allclose(pixels_from_world(moved, VIEW, grabbed), (123.4, 456.7), atol=1e-9)


@pytest.mark.parametrize("orthographic", [False, True])
@pytest.mark.parametrize("factor", [0.5, 1.7])
def test_zooming_keeps_the_point_under_the_cursor(orthographic, factor):
    camera, point = some_camera(orthographic), np.array([0.1, 0.4, 4.0])
    zoomed = zoom_about(camera, point, factor)
    before, after = (pixels_from_world(c, VIEW, point) for c in (camera, zoomed))
    np.testing.assert_allclose(after, before, atol=1e-9)
    assert zoomed.pivot_depth == pytest.approx(factor * camera.pivot_depth)


def test_zooming_stops_before_the_pivot():
    camera = some_camera()
    for _ in range(200):
        camera = zoom_about(camera, camera.pivot, 0.8, smallest_depth=0.01)
    assert 0.01 <= camera.pivot_depth < 0.02


def test_orthographic_and_perspective_have_equal_size_at_the_pivot():
    camera = some_camera()
    beside = camera.pivot + 0.5 * camera.right
    pixels = [
        pixels_from_world(replace(camera, orthographic=flag), VIEW, beside)
        for flag in (False, True)
    ]
    np.testing.assert_allclose(pixels[0], pixels[1], atol=1e-9)


def test_flying_forward_moves_along_the_line_of_sight():
    camera = some_camera()
    moved = fly(camera, np.array([0.0, 0.0, -2.0]))
    np.testing.assert_allclose(moved.eye, camera.eye + 2 * camera.forward)


def test_looking_around_keeps_the_eye_and_turns_the_pivot_along():
    camera = some_camera()
    turned = look_around(camera, 0.3, 0.1, UP)
    np.testing.assert_allclose(turned.eye, camera.eye, atol=1e-12)
    before, after = (pixels_from_world(c, VIEW, c.pivot) for c in (camera, turned))
    np.testing.assert_allclose(after, before, atol=1e-6)


def test_centring_a_pivot_keeps_direction_and_depth():
    camera, point = some_camera(), np.array([1.0, 0.4, 2.5])
    centred = with_pivot_centred(camera, point)
    np.testing.assert_allclose(pixels_from_world(centred, VIEW, point), (400, 300), atol=1e-9)
    assert view_depth(centred, point) == pytest.approx(view_depth(camera, point))


def test_a_flight_starts_at_one_camera_and_ends_at_the_other():
    start = some_camera()
    end = orbit(zoom_about(start, start.pivot, 0.3), 2.0, 0.4, UP)
    for fraction, wanted in ((0.0, start), (1.0, end)):
        reached = interpolate(start, end, fraction)
        np.testing.assert_allclose(reached.eye, wanted.eye, atol=1e-9)
        np.testing.assert_allclose(reached.world_from_view, wanted.world_from_view, atol=1e-9)
    depths = [interpolate(start, end, f).pivot_depth for f in np.linspace(0, 1, 20)]
    assert (np.diff(depths) < 1e-9).all()


def test_slerp_halfway_is_half_the_angle():
    axis = np.array([1.0, 2.0, -0.5])
    half = slerp(np.eye(3), rotation_about(axis, 3.0), 0.5)
    np.testing.assert_allclose(half, rotation_about(axis, 1.5), atol=1e-9)


def test_a_quarter_turn_about_the_third_axis():
    quarter = rotation_about(np.array([0.0, 0, 3]), np.pi / 2)
    np.testing.assert_allclose(quarter @ [1, 0, 0], [0, 1, 0], atol=1e-12)


@pytest.mark.parametrize("angle", [0.0, 1e-9, 0.7, np.pi])
def test_slerp_begins_and_ends_where_it_should_and_takes_the_shorter_way(angle):
    axis, start = np.array([-1.0, 0.3, 2]), rotation_about(np.array([1.0, 0, 1]), 1.1)
    end = rotation_about(axis, angle) @ start
    np.testing.assert_allclose(slerp(start, end, 0.0), start, atol=1e-12)
    np.testing.assert_allclose(slerp(start, end, 1.0), end, atol=1e-12)
    way = slerp(start, end, 0.25) @ start.T
    np.testing.assert_allclose(np.trace(way), 1 + 2 * np.cos(angle / 4), atol=1e-12)


def test_clip_planes_hold_the_scene_from_outside_and_from_within():
    bounds = Bounds(-np.ones(3), np.ones(3))
    for eye in (np.array([0.0, 0, -5]), np.zeros(3)):
        camera = Camera(eye, upright_rotation(np.array([0.0, 0, 1]), UP), np.array([0.0, 0, 1]))
        frame = view_frame(camera, VIEW, bounds, bounds.diagonal)
        depths = view_depth(camera, bounds.corners)
        assert 0 < frame.near <= max(depths.min(), 2e-2)
        assert frame.far >= depths.max()


@pytest.mark.parametrize("to_right", [True, False])
def test_a_turntable_goes_once_round_in_equal_steps(to_right):
    eye, pivot = np.array([0.0, -1.0, -4.0]), np.array([0.0, 0.0, 1.0])
    camera = Camera(eye, upright_rotation(pivot - eye, UP), pivot)
    cameras = list(turntable(camera, UP, 8, to_right))
    np.testing.assert_allclose(cameras[0].eye, camera.eye)
    sign = -1 if to_right else 1  # the eye goes the other way than what it sees
    for number, turned in enumerate(cameras):
        angle = number * np.pi / 4
        place = [5 * sign * np.sin(angle), -1.0, 1 - 5 * np.cos(angle)]
        np.testing.assert_allclose(turned.eye, place, atol=1e-9)
        np.testing.assert_allclose(pixels_from_world(turned, VIEW, pivot), (400, 300), atol=1e-6)
    before = pixels_from_world(cameras[0], VIEW, np.array([0.0, 0.0, 0.0]))
    after = pixels_from_world(cameras[1], VIEW, np.array([0.0, 0.0, 0.0]))
    assert (after[0] > before[0]) == to_right
