"""Two views side by side."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel

from moe3d_viewer.rendering.points.point_buffer import build_point_buffer
from moe3d_viewer.widgets.viewport.split_cloud_view import SplitCloudView
from moe3d_viewer.widgets.viewport.two_sides import Arrangement, SwipeHandle
from tests.app.clouds import cloud_of
from tests.app.widgets.conftest import pixels_of
from tests.patience import turns

pytestmark = pytest.mark.gl

POINTS = np.random.default_rng(0).normal(size=(3000, 3)) * 0.5 + [0, 0, 3]


@pytest.fixture
def split(qtbot):
    widget = SplitCloudView()
    widget.resize(640, 300)
    qtbot.addWidget(widget)
    for view in widget.views:
        view.controller.flight_ms = 0
        view.overlays.show_gizmo(False)
    with qtbot.waitExposed(widget):
        widget.show()
    widget.set_mode(Arrangement.SPLIT)
    for view, color in zip(widget.views, ([255, 0, 0], [0, 255, 0]), strict=True):
        view.set_buffer(build_point_buffer(cloud_of(POINTS, np.tile(color, (len(POINTS), 1)))))
    qtbot.waitUntil(lambda: all(view.is_complete for view in widget.views))
    return widget


def test_both_views_show_their_own_cloud(split):
    left, right = (pixels_of(view.grabFramebuffer()) for view in split.views)
    assert (left[..., 0] > 200).sum() > 300 < (right[..., 1] > 200).sum()
    assert not ((left[..., 1] > 200) | (right[..., 0] > 200)).any()


def test_linked_cameras_move_together_in_both_directions(split):
    split.left.controller.orbit_by(30, 10)
    np.testing.assert_array_equal(split.right.camera.eye, split.left.camera.eye)
    split.right.controller.orbit_by(-50, 5)
    np.testing.assert_array_equal(split.left.camera.eye, split.right.camera.eye)


def test_unlinked_cameras_move_alone_and_meet_again_when_linked(split):
    split.set_linked(False)
    split.left.controller.orbit_by(30, 10)
    assert np.linalg.norm(split.right.camera.eye - split.left.camera.eye) > 0.01
    split.set_linked(True)
    np.testing.assert_array_equal(split.right.camera.eye, split.left.camera.eye)


def test_headings_are_shown_only_in_the_split(split):
    headings = [split.findChild(QLabel, name) for name in ("leftCloudHeading", "rightCloudHeading")]
    assert [label.text() for label in headings] == ["MoE3D", "VGGT"]
    assert all(label.isVisible() for label in headings)
    split.set_mode(Arrangement.SINGLE)
    assert not any(label.isVisible() for label in headings)
    assert not split.right.isVisible()
    assert split.left.isVisible()


def test_one_camera_change_is_reported_once(split, qtbot):
    moves = []
    split.camera_changed.connect(moves.append)
    split.left.controller.orbit_by(10, 0)
    assert len(moves) == 1


def screen_of(split, qtbot) -> np.ndarray:
    """What is on the screen where the widget stands: (H, W, 3)."""
    qtbot.waitUntil(lambda: all(view.is_complete for view in split.views if view.isVisible()))
    turns(qtbot, 4)  # one frame to the display
    return pixels_of(split.screen().grabWindow(split.winId()).toImage())


def reddish(picture: np.ndarray) -> np.ndarray:
    return (picture[..., 0] > 200) & (picture[..., 1] < 60)


def greenish(picture: np.ndarray) -> np.ndarray:
    return (picture[..., 1] > 200) & (picture[..., 0] < 60)


def test_the_swipe_shows_the_left_cloud_left_of_its_handle_and_the_right_one_right(split, qtbot):
    split.set_mode(Arrangement.SWIPE)
    moved = []
    split.swiped.connect(moved.append)
    split.swiped.connect(split.set_swipe)
    handle = split.findChild(SwipeHandle)
    for share in (0.5, 0.4):
        grip = QPoint(handle.width() // 2, handle.height() // 2)
        target = handle.mapFrom(split, QPoint(round(share * split.width()), split.height() // 2))
        qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=grip)
        qtbot.mouseMove(handle, target)
        qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=target)
        picture = screen_of(split, qtbot)
        border = round(share * split.width())
        assert reddish(picture[:, : border - 8]).sum() > 20
        assert greenish(picture[:, border + 8 :]).sum() > 20
        assert not greenish(picture[:, : border - 8]).any()
        assert not reddish(picture[:, border + 8 :]).any()
    assert moved[-1] == pytest.approx(0.4, abs=0.01)


def test_both_sides_of_a_swipe_lie_on_each_other_even_when_unlinked(split, qtbot):
    split.set_linked(False)
    split.set_mode(Arrangement.SWIPE)
    assert split.left.size() == split.right.size()
    qtbot.mousePress(split.left, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    qtbot.mouseMove(split.left, QPoint(160, 120))
    qtbot.mouseRelease(split.left, Qt.MouseButton.LeftButton, pos=QPoint(160, 120))
    np.testing.assert_array_equal(split.right.camera.eye, split.left.camera.eye)


def test_the_handle_moves_by_keys(split, qtbot):
    split.set_mode(Arrangement.SWIPE)
    split.swiped.connect(split.set_swipe)
    handle = split.findChild(SwipeHandle)
    middle = handle.geometry().center().x()
    for _ in range(5):
        qtbot.keyClick(handle, Qt.Key.Key_Right)
    assert handle.geometry().center().x() - middle == pytest.approx(0.05 * split.width(), abs=2)
    qtbot.keyClick(handle, Qt.Key.Key_Home)
    assert handle.geometry().center().x() <= 1


def test_the_flip_shows_one_cloud_and_then_the_other_from_the_same_place(split, qtbot):
    split.set_mode(Arrangement.FLIP)
    first = screen_of(split, qtbot)
    assert reddish(first).sum() > 300
    assert not greenish(first).any()
    split.left.controller.orbit_by(40, 10)
    split.flip(True)
    second = screen_of(split, qtbot)
    assert greenish(second).sum() > 300
    assert not reddish(second).any()
    np.testing.assert_array_equal(split.right.camera.eye, split.left.camera.eye)
    headings = [split.findChild(QLabel, name) for name in ("leftCloudHeading", "rightCloudHeading")]
    assert [label.isVisible() for label in headings] == [False, True]
    split.flip(False)
    assert reddish(screen_of(split, qtbot)).sum() > 300


def test_tab_asks_for_the_other_side_only_where_there_is_one(split, qtbot):
    split.activateWindow()
    split.left.setFocus()
    asked = []
    split.left.flip_wanted.connect(lambda: asked.append(True))
    split.left.takes_tab = True
    qtbot.keyClick(split.left, Qt.Key.Key_Tab)
    assert len(asked) == 1
    split.left.takes_tab = False
    qtbot.keyClick(split.left, Qt.Key.Key_Tab)
    assert len(asked) == 1
