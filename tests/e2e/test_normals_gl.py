"""Colour by surface direction in the real window, on a corner of three known planes."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel

from tests.app.drawn_window import backend_with_points, place_of, settle, views
from tests.app.fakes import FakeBackend
from tests.app.window_fixtures import child
from tests.scenes import step_prediction

pytestmark = [pytest.mark.gui, pytest.mark.gl]
WALL, FLOOR, SIDE = 2.0, 0.45, -0.7
ON_WALL, ON_FLOOR, ON_SIDE = (0.1, -0.2, WALL), (0.1, FLOOR, 1.5), (SIDE, -0.2, 1.6)


def corner_prediction():
    """A wall in front, a floor below, and a wall on the left, from the first photo's place."""
    plain = step_prediction(height=84, width=126)
    views, height, width = plain.depth.shape
    lens = plain.intrinsics[0]
    v, u = np.mgrid[:height, :width]
    down, right = (v - lens[1, 2]) / lens[1, 1], (u - lens[0, 2]) / lens[0, 0]
    with np.errstate(divide="ignore"):
        planes = [
            np.full(u.shape, WALL),
            FLOOR / np.maximum(down, 0),
            -SIDE / np.maximum(-right, 0),
        ]
    depth = np.broadcast_to(np.min(planes, axis=0).astype(np.float32), plain.depth.shape).copy()
    assert plain.baseline is not None
    poses = np.broadcast_to(np.eye(4, dtype=plain.camera_from_world.dtype), (views, 4, 4)).copy()
    return replace(
        plain,
        depth=depth,
        camera_from_world=poses,
        valid_mask=np.ones_like(plain.valid_mask),
        expert_depths=np.repeat(depth[:, None], plain.num_experts, axis=1),
        baseline=replace(plain.baseline, depth=depth, camera_from_world=poses),
    )


@pytest.fixture
def drawn_backend() -> FakeBackend:
    return backend_with_points(corner_prediction)


def color_at(view, point) -> list[int]:
    return list(view.grabFramebuffer().pixelColor(place_of(view, point)).getRgb()[:3])


def test_c_colours_points_by_where_their_surface_faces(single, qtbot):
    view, state = views(single)[0], single.state
    view.overlays.show_gizmo(False)
    state.view.show_cameras(False)
    state.view.set_point_size_px(6)
    state.scene.look.set_lighting("off")
    settle(qtbot, single)
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_C)
    assert child(single.window, "color_mode", QComboBox).currentText() == "Surface direction"
    assert "green up" in child(single.window, "color_meaning", QLabel).text()
    qtbot.waitUntil(lambda: state.normals.of("fused") is not None)
    settle(qtbot, single)
    np.testing.assert_allclose(color_at(view, ON_WALL), (128, 128, 255), atol=3)
    np.testing.assert_allclose(color_at(view, ON_FLOOR), (128, 255, 128), atol=3)
    np.testing.assert_allclose(color_at(view, ON_SIDE), (255, 128, 128), atol=3)
    state.scene.upright.set_up((1.0, 0.0, 0.0))  # now the left wall is the floor
    qtbot.waitUntil(lambda: not view.controller.is_flying)
    settle(qtbot, single)
    np.testing.assert_allclose(color_at(view, ON_SIDE), (128, 255, 128), atol=3)
    state.view.select_layer("vggt")
    qtbot.waitUntil(lambda: state.normals.of("vggt") is not None)
    assert state.normals.of("fused") is None
    settle(qtbot, single)
    np.testing.assert_allclose(color_at(view, ON_SIDE), (128, 255, 128), atol=3)
    qtbot.keyClick(view, Qt.Key.Key_C)
    assert state.normals.of("vggt") is None  # nothing is kept that is not looked at


def test_both_sides_of_a_comparison_get_their_normals(drawn, qtbot):
    state = drawn.state
    state.view.set_percentile(0)
    state.view.set_color_mode("normal")
    state.scene.look.set_lighting("off")
    state.view.set_point_size_px(6)
    state.view.show_cameras(False)
    for layer in ("fused", "vggt"):
        qtbot.waitUntil(lambda layer=layer: state.normals.of(layer) is not None)
    settle(qtbot, drawn)
    for view in views(drawn):
        np.testing.assert_allclose(color_at(view, ON_WALL), (128, 128, 255), atol=3)
