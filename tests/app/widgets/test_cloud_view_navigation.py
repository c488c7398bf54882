"""The mouse and the keyboard on the 3D view."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from moe3d_viewer.rendering.space.camera import pixels_from_world
from moe3d_viewer.widgets.viewport.input.camera_controller import DragMode

pytestmark = pytest.mark.gl

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NO_KEY = Qt.KeyboardModifier.NoModifier
GRID = np.stack(np.meshgrid(np.linspace(-1, 1, 120), np.linspace(-0.8, 0.8, 90)), -1).reshape(-1, 2)
WALL = np.c_[GRID, 3 + 0.3 * np.sin(3 * GRID[:, 0])]


@pytest.fixture
def wall(screen):
    screen.restyle(size_px=6)
    screen.show(WALL)
    return screen


def drag(screen, start, end, button=LEFT, modifiers=NO_KEY, steps=6):
    view, bot = screen.view, screen.qtbot
    bot.mousePress(view, button, modifiers, QPoint(*start))
    for step in range(1, steps + 1):
        place = np.array(start) + (np.array(end) - start) * step / steps
        bot.mouseMove(view, QPoint(*place.round().astype(int).tolist()))
        QApplication.processEvents()
    bot.mouseRelease(view, button, modifiers, QPoint(*end))


def wheel(screen, pixel, steps, modifiers=NO_KEY):
    place = QPointF(*pixel)
    event = QWheelEvent(
        place,
        screen.view.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(screen.view, event)


def on_screen(view, point):
    return pixels_from_world(view.camera, view.controller.viewport, np.asarray(point, float))


def test_a_left_drag_orbits_and_keeps_the_pivots_pixel(wall):
    view = wall.view
    pivot, eye = view.camera.pivot, view.camera.eye
    before = on_screen(view, pivot)
    drag(wall, (120, 150), (260, 170))
    assert np.linalg.norm(view.camera.eye - eye) > 0.2
    np.testing.assert_allclose(on_screen(view, pivot), before, atol=1e-3)
    assert abs(view.camera.right @ view.controller.frame.up) < 1e-9


@pytest.mark.parametrize(
    ("button", "modifiers"),
    [
        (RIGHT, NO_KEY),
        (Qt.MouseButton.MiddleButton, NO_KEY),
        (LEFT, Qt.KeyboardModifier.ShiftModifier),
    ],
)
def test_panning_keeps_the_grabbed_point_under_the_cursor(wall, button, modifiers):
    view = wall.view
    grabbed = view.surface_at((180, 140))
    assert grabbed is not None
    drag(wall, (180, 140), (250, 190), button, modifiers)
    np.testing.assert_allclose(on_screen(view, grabbed), (250, 190), atol=1.0)


def test_zooming_keeps_the_point_under_the_cursor(wall):
    view = wall.view
    target = view.surface_at((260, 120))
    assert target is not None
    before, depth = on_screen(view, target), view.camera.pivot_depth
    for _ in range(4):
        wheel(wall, (260, 120), 1)
        wall.settle()
    assert view.camera.pivot_depth < 0.6 * depth
    np.testing.assert_allclose(on_screen(view, target), before, atol=0.5)


def test_the_picked_surface_is_the_wall(wall):
    surface = wall.view.surface_at((200, 150))
    assert surface is not None
    assert abs(surface[2] - (3 + 0.3 * np.sin(3 * surface[0]))) < 0.02
    assert wall.view.surface_at((2, 2)) is None


def test_a_double_click_puts_the_pivot_on_the_surface_and_in_the_middle(wall):
    view = wall.view
    target = view.surface_at((270, 130))
    wall.qtbot.mouseDClick(view, LEFT, NO_KEY, QPoint(270, 130))
    np.testing.assert_allclose(view.camera.pivot, target, atol=1e-6)
    np.testing.assert_allclose(on_screen(view, target), (200, 150), atol=1e-3)


def test_home_frames_everything(wall):
    view = wall.view
    for _ in range(8):
        wheel(wall, (330, 60), 1)
    view.setFocus()
    wall.qtbot.keyClick(view, Qt.Key.Key_Home)
    corners = on_screen(view, view.controller.bounds.corners)
    assert (corners >= 0).all()
    assert (corners <= (400, 300)).all()


def test_keypad_views_look_along_the_scenes_directions(wall):
    view = wall.view
    keypad = Qt.KeyboardModifier.KeypadModifier
    frame = view.controller.frame
    for key, forward in (
        (Qt.Key.Key_1, frame.front),
        (Qt.Key.Key_3, -frame.right),
        (Qt.Key.Key_7, -frame.up),
    ):
        wall.qtbot.keyClick(view, key, keypad)
        np.testing.assert_allclose(view.camera.forward, forward, atol=1e-9)
    wall.qtbot.keyClick(view, Qt.Key.Key_5, keypad)
    assert view.camera.orthographic
    assert (wall.picture().max(axis=-1) > 150).any()


def test_digits_without_the_keypad_are_left_to_the_window(wall):
    before = wall.view.camera
    wall.qtbot.keyClick(wall.view, Qt.Key.Key_1)
    assert wall.view.camera is before


def test_w_flies_forward_while_it_is_held(wall):
    view, bot = wall.view, wall.qtbot
    start, forward = view.camera.eye, view.camera.forward
    bot.keyPress(view, Qt.Key.Key_W)
    bot.waitUntil(lambda: (view.camera.eye - start) @ forward > 0.05)
    bot.keyRelease(view, Qt.Key.Key_W)
    moved = view.camera.eye - start
    assert np.linalg.norm(moved - (moved @ forward) * forward) < 1e-9
    stopped = view.camera
    bot.wait(100)
    assert view.camera is stopped


def test_flying_stops_when_the_focus_goes(wall):
    view, bot = wall.view, wall.qtbot
    bot.keyPress(view, Qt.Key.Key_D)
    QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusOut))
    stopped = view.camera
    bot.wait(100)
    assert view.camera is stopped


def test_ctrl_and_alt_wheel_ask_for_sizes_and_do_not_zoom(wall):
    view, before = wall.view, wall.view.camera
    with wall.qtbot.waitSignal(view.point_size_stepped) as size:
        wheel(wall, (200, 150), 1, Qt.KeyboardModifier.ControlModifier)
    with wall.qtbot.waitSignal(view.frustum_size_stepped) as frusta:
        wheel(wall, (200, 150), -1, Qt.KeyboardModifier.AltModifier)
    assert (size.args, frusta.args) == ([1], [-1])
    assert view.camera is before


def test_the_trackball_may_tilt(wall):
    view = wall.view
    view.controller.drag_mode = DragMode.TRACKBALL
    drag(wall, (120, 100), (260, 240))
    drag(wall, (120, 100), (120, 260))
    drag(wall, (100, 150), (300, 150))
    assert abs(view.camera.right @ view.controller.frame.up) > 0.01


def test_the_pivot_marker_shows_only_while_dragging(wall):
    view, bot = wall.view, wall.qtbot
    before = wall.picture()
    bot.mousePress(view, LEFT, NO_KEY, QPoint(150, 150))
    bot.mouseMove(view, QPoint(156, 150))
    bot.mouseMove(view, QPoint(150, 150))
    during = wall.picture()
    bot.mouseRelease(view, LEFT, NO_KEY, QPoint(150, 150))
    assert (before != during).any()
    warm = (during[..., 0].astype(int) - during[..., 2]) > 80
    assert warm[135:165, 185:215].sum() > 20
    assert not (((wall.picture()[..., 0].astype(int)) - wall.picture()[..., 2]) > 80).any()
