"""Two views side by side."""

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel

from app.rendering.point_buffer import build_point_buffer
from app.widgets.split_cloud_view import LayoutMode, SplitCloudView
from tests.app.clouds import cloud_of
from tests.app.widgets.conftest import PATIENCE_MS, pixels_of

pytestmark = pytest.mark.gl

POINTS = np.random.default_rng(0).normal(size=(3000, 3)) * 0.5 + [0, 0, 3]


@pytest.fixture
def split(qtbot):
    widget = SplitCloudView()
    widget.resize(640, 300)
    qtbot.addWidget(widget)
    for view in widget.views:
        view.controller.flight_ms = 0
        view.show_gizmo(False)
    with qtbot.waitExposed(widget):
        widget.show()
    widget.set_mode(LayoutMode.SPLIT)
    for view, color in zip(widget.views, ([255, 0, 0], [0, 255, 0]), strict=True):
        view.set_buffer(build_point_buffer(cloud_of(POINTS, np.tile(color, (len(POINTS), 1)))))
    qtbot.waitUntil(lambda: all(view.is_complete for view in widget.views), timeout=PATIENCE_MS)
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
    split.set_mode(LayoutMode.SINGLE)
    assert not any(label.isVisible() for label in headings)
    assert not split.right.isVisible()
    assert split.left.isVisible()


def test_one_camera_change_is_reported_once(split, qtbot):
    moves = []
    split.camera_changed.connect(moves.append)
    split.left.controller.orbit_by(10, 0)
    assert len(moves) == 1
