"""Faces of the section box dragged by mouse in the real window."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider

from moe3d_viewer.rendering.space.camera import pixels_from_world
from moe3d_viewer.rendering.space.scene_frame import camera_that_frames, upright_rotation
from tests.app.drawn_window import pixels, settle, views
from tests.app.mouse import Mouse
from tests.app.window_fixtures import child

pytestmark = [pytest.mark.gui, pytest.mark.gl]
CONTROL = Qt.KeyboardModifier.ControlModifier
WHOLE = ((0.0, 1.0),) * 3
ORANGE = np.array([255, 190, 92])


class Box:
    """The box on the screen, by the state's numbers and the camera's formula alone."""

    def __init__(self, viewer) -> None:
        self.extent, self.view = viewer.state.scene.extent.box, views(viewer)[0]
        self.sides = lambda: viewer.state.scene.section.sides

    def face(self, axis: int, share: float) -> np.ndarray:
        """World point in the middle of the other two axes, at a share along this one."""
        shares = [0.5, 0.5, 0.5]
        shares[axis] = share
        along = (2 * np.array(shares) - 1) * self.extent.half_sizes
        return np.array(self.extent.center) + along @ np.array(self.extent.axes)

    def pixel(self, axis: int, share: float) -> np.ndarray:
        view = self.view
        return pixels_from_world(view.camera, view.controller.viewport, self.face(axis, share))


@pytest.fixture
def boxed(single, qtbot):
    """The box is on, and seen from a corner so that no handle hides another."""
    view = views(single)[0]
    single.state.view.show_cameras(False)
    qtbot.keyClick(view, Qt.Key.Key_B)
    frame = view.controller.frame
    rotation = upright_rotation(frame.front - 0.5 * frame.up + 0.8 * frame.right, frame.up)
    view.follow(camera_that_frames(view.controller.bounds, rotation, view.controller.viewport))
    settle(qtbot, single)
    return single


@pytest.mark.parametrize("parallel", [False, True])
def test_every_face_can_be_dragged_and_follows_the_cursor(boxed, qtbot, parallel):
    view, mouse, box = views(boxed)[0], Mouse(boxed), Box(boxed)
    boxed.state.scene.look.set_orthographic(parallel)
    settle(qtbot, boxed)
    camera = view.camera
    for axis in range(3):
        for is_high in (False, True):
            share = 0.7 if is_high else 0.3
            mouse.drag(box.pixel(axis, float(is_high)), box.pixel(axis, share))
            moved = list(WHOLE)
            moved[axis] = (0.0, share) if is_high else (share, 1.0)
            np.testing.assert_allclose(box.sides(), moved, atol=0.02)
            slider = child(boxed.window, f"section_{axis}_{'high' if is_high else 'low'}", QSlider)
            assert slider.value() / slider.maximum() == pytest.approx(share, abs=0.02)
            view.setFocus()
            qtbot.keyClick(view, Qt.Key.Key_Z, CONTROL)
            assert box.sides() == WHOLE
            assert slider.value() == (slider.maximum() if is_high else slider.minimum())
    assert view.camera is camera  # the scene was not turned


def test_points_go_while_the_face_moves_and_one_undo_brings_them_back(boxed, qtbot, monkeypatch):
    # The hand rests longer between any two moves than undo would join by itself.
    monkeypatch.setattr("moe3d_viewer.state.history.MERGE_S", 1e-9)
    view, mouse, box = views(boxed)[0], Mouse(boxed), Box(boxed)
    whole = view.visible_count()
    mouse.move(*(box.pixel(0, 1.0) + 40))
    before = pixels(view)
    mouse.press(*box.pixel(0, 1.0))
    counts = []
    for share in (0.8, 0.6, 0.4, 0.3):
        mouse.move(*box.pixel(0, share))
        settle(qtbot, boxed)
        counts.append(view.visible_count())
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] < 0.6 * whole
    during = pixels(view)
    mouse.release(*box.pixel(0, 0.3))
    qtbot.keyClick(view, Qt.Key.Key_Z, CONTROL)
    mouse.move(*(box.pixel(0, 1.0) + 40))
    settle(qtbot, boxed)
    assert view.visible_count() == whole
    assert (pixels(view) != during).mean() > 0.02
    assert (pixels(view) == before).all()
    qtbot.keyClick(view, Qt.Key.Key_Z, CONTROL)
    assert not boxed.state.scene.section.is_on  # the step before was B


def test_a_face_stops_before_the_opposite_one(boxed):
    mouse, box = Mouse(boxed), Box(boxed)
    mouse.drag(box.pixel(2, 0.0), box.pixel(2, 1.6))
    assert box.sides()[2] == (pytest.approx(0.99), 1.0)


def test_a_handle_lights_up_under_the_cursor_and_is_in_no_saved_picture(boxed, qtbot):
    view, mouse, box = views(boxed)[0], Mouse(boxed), Box(boxed)

    def around() -> np.ndarray:
        settle(qtbot, boxed)
        x, y = box.pixel(0, 1.0).round().astype(int)
        picture = pixels(view).reshape(view.height(), -1, 3)
        return picture[y - 12 : y + 13, x - 12 : x + 13]

    mouse.move(*(box.pixel(0, 1.0) + 60))
    calm = around()
    assert np.abs(calm[12, 12] - ORANGE).max() < 20
    assert view.cursor().shape() is Qt.CursorShape.ArrowCursor
    mouse.move(*(box.pixel(0, 1.0) + np.array([4, -3])))
    lit = around()
    assert lit[12, 12].min() > 200
    assert (lit != calm).any(axis=2).sum() > 150
    assert view.cursor().shape() is Qt.CursorShape.SizeAllCursor
    saved = view.picture(view.width(), view.height())
    x, y = box.pixel(0, 1.0).round().astype(int).tolist()
    found = np.array(saved.pixelColor(x, y).getRgb()[:3])
    assert np.abs(found - lit[12, 12]).max() > 60
    assert np.abs(found - ORANGE).max() > 60
    mouse.move(*(box.pixel(0, 1.0) + 60))
    assert (around() == calm).all()


def test_measuring_does_not_move_the_box(boxed, qtbot):
    view, mouse, box = views(boxed)[0], Mouse(boxed), Box(boxed)
    qtbot.keyClick(view, Qt.Key.Key_M)
    mouse.drag(box.pixel(0, 1.0), box.pixel(0, 0.5))
    assert box.sides() == WHOLE
    assert view.cursor().shape() is Qt.CursorShape.CrossCursor
