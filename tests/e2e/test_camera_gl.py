"""The camera moved by mouse in the real window: events go to the window, which finds the widget."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from moe3d_viewer.rendering.space.camera import pixels_from_world
from tests.app.drawn_window import pixels, settle, views
from tests.app.mouse import LEFT, NO_KEY, Mouse
from tests.app.window_fixtures import build_viewer, child, run_photos
from tests.scenes import step_prediction

pytestmark = [pytest.mark.gui, pytest.mark.gl]
RIGHT, MIDDLE = Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def mouse(single) -> Mouse:
    return Mouse(single)


def on_screen(view, point) -> np.ndarray:
    return pixels_from_world(view.camera, view.controller.viewport, np.asarray(point, float))


def middle(view) -> tuple[float, float]:
    return view.width() / 2, view.height() / 2


def test_a_left_drag_turns_about_the_pivot(single, mouse, qtbot):
    view = mouse.view
    before, camera = pixels(view), view.camera
    mouse.drag((120, 150), (220, 150))
    settle(qtbot, single)
    assert (pixels(view) != before).mean() > 0.1
    np.testing.assert_allclose(view.camera.pivot, camera.pivot)
    np.testing.assert_allclose(on_screen(view, camera.pivot), on_screen(view, view.camera.pivot))
    turned = np.degrees(np.arccos(view.camera.right @ camera.right))
    assert turned == pytest.approx(40, abs=0.5)  # 0.4 degrees a pixel
    mouse.drag((220, 150), (120, 150))
    settle(qtbot, single)
    assert (pixels(view) == before).mean() > 0.999


def test_up_stays_up_however_one_drags(single, mouse):
    view, up = mouse.view, mouse.view.controller.frame.up
    for start, end in (((60, 60), (400, 330)), ((400, 60), (60, 340)), ((200, 340), (230, 20))):
        mouse.drag(start, end)
        assert abs(view.camera.right @ up) < 1e-9
        assert view.camera.up @ up > 0
    for _ in range(3):
        mouse.drag((200, 40), (200, 380))  # over the pole, if it let one
    assert view.camera.up @ up > 0
    assert view.camera.forward @ up < -0.99  # from straight above


@pytest.mark.parametrize(("button", "keys"), [(RIGHT, NO_KEY), (MIDDLE, NO_KEY), (LEFT, SHIFT)])
def test_a_grabbed_point_stays_under_the_cursor(single, mouse, qtbot, button, keys):
    view = mouse.view
    start = (view.width() // 2, view.height() // 2)
    end = (start[0] + 60, start[1] - 40)
    grabbed, camera = view.surface_at(start), view.camera
    assert grabbed is not None
    mouse.drag(start, end, button, keys)
    settle(qtbot, single)
    np.testing.assert_allclose(on_screen(view, grabbed), end, atol=1)
    np.testing.assert_allclose(view.surface_at(end), grabbed, atol=0.02)
    np.testing.assert_allclose(view.camera.world_from_view, camera.world_from_view)


def test_the_wheel_zooms_to_what_is_under_the_cursor(single, mouse, qtbot):
    view = mouse.view
    place = (view.width() // 2 + 80, view.height() // 2 + 30)
    target, depth = view.surface_at(place), view.camera.pivot_depth
    assert target is not None
    for _ in range(4):
        mouse.wheel(*place, 1)
    settle(qtbot, single)
    assert view.camera.pivot_depth < 0.6 * depth
    np.testing.assert_allclose(on_screen(view, target), np.array(place) + 0.5, atol=0.6)
    np.testing.assert_allclose(view.surface_at(place), target, atol=0.02)
    for _ in range(4):
        mouse.wheel(*place, -1)
    assert view.camera.pivot_depth == pytest.approx(depth)


def test_a_double_click_makes_a_point_the_pivot_and_drags_turn_about_it(single, mouse, qtbot):
    view = mouse.view
    place = (view.width() // 2 - 70, view.height() // 2 + 20)
    target = view.surface_at(place)
    assert target is not None
    mouse.double_click(*place)
    np.testing.assert_allclose(view.camera.pivot, target, atol=1e-6)
    np.testing.assert_allclose(on_screen(view, target), middle(view), atol=1e-3)
    mouse.drag((100, 100), (180, 130))
    settle(qtbot, single)
    np.testing.assert_allclose(on_screen(view, target), middle(view), atol=1e-3)
    np.testing.assert_allclose(view.surface_at(middle(view)), target, atol=0.05)


def tip(view, axis: int, direction: int) -> tuple[QWidget, float, float]:
    """Where the gizmo has to draw an end, by the camera alone: 30 pixels are an axis."""
    gizmo = child(view, "axesGizmo", QWidget)
    x, y, _ = direction * view.camera.world_from_view.T[:, axis]
    return gizmo, gizmo.width() / 2 + 30 * x, gizmo.height() / 2 - 30 * y


@pytest.mark.parametrize(("axis", "direction"), [(0, 1), (0, -1), (1, 1), (1, -1), (2, 1), (2, -1)])
def test_a_click_on_an_axis_looks_from_there(single, mouse, qtbot, axis, direction):
    view = mouse.view
    mouse.drag((100, 100), (190, 150))  # so that no end hides another
    view.controller.flight_ms = 150
    before, camera = pixels(view), view.camera
    gizmo, x, y = tip(view, axis, direction)
    ratio = gizmo.devicePixelRatioF()
    shown = gizmo.grab().toImage().pixelColor(round((x - 4) * ratio), round(y * ratio))
    assert max(shown.getRgb()[:3]) == shown.getRgb()[axis]  # red X, green Y, blue Z
    mouse.click(x, y, gizmo)
    qtbot.waitUntil(lambda: view.controller.is_flying)
    qtbot.waitUntil(lambda: not view.controller.is_flying)
    settle(qtbot, single)
    np.testing.assert_allclose(view.camera.forward, -direction * np.eye(3)[axis], atol=1e-6)
    np.testing.assert_allclose(view.camera.pivot, camera.pivot)
    assert view.camera.pivot_depth == pytest.approx(camera.pivot_depth)
    assert (pixels(view) != before).mean() > 0.05
    _, x, y = tip(view, axis, direction)
    np.testing.assert_allclose((x, y), (gizmo.width() / 2, gizmo.height() / 2), atol=1e-6)


def test_a_drag_that_begins_beside_the_axes_turns_the_scene(single, mouse):
    view = mouse.view
    gizmo, eye = child(view, "axesGizmo", QWidget), view.camera.eye
    start = gizmo.geometry().topLeft() + QPoint(3, 3)
    mouse.drag((start.x(), start.y()), (start.x() + 80, start.y() - 30))
    assert np.linalg.norm(view.camera.eye - eye) > 0.1


def test_a_result_without_a_second_side_opens_from_the_first_photo(
    qtbot, store, photos, drawn_backend
):
    drawn_backend.make = lambda: step_prediction(with_baseline=False)
    viewer = build_viewer(qtbot, store, drawn_backend, "--size", "1280x720")
    viewer.window.activateWindow()
    qtbot.waitUntil(viewer.window.isActiveWindow)
    run_photos(viewer, photos, qtbot)
    settle(qtbot, viewer)
    view = views(viewer)[0]
    assert np.linalg.norm(view.camera.eye) < 1  # not far from the first photo's place
    np.testing.assert_allclose(view.camera.pivot, [0, 0, view.camera.pivot[2]], atol=1e-9)
    viewer.window.close_at_once()
