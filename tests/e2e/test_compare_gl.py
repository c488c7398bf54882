"""MoE3D beside VGGT in the whole window, with real keys and the real screen."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from moe3d.scene.comparison import Place
from moe3d.scene.maps.color_tables import FLYING_COLOR
from moe3d_viewer.widgets.viewport.cloud_view import CloudView
from moe3d_viewer.widgets.viewport.two_sides import SwipeHandle
from tests.app.drawn_window import pixels, settle, views
from tests.app.hands import Hands
from tests.app.window_fixtures import child
from tests.scenes import step_prediction

pytestmark = [pytest.mark.gui, pytest.mark.gl]


def focus(qtbot, window, view: CloudView) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)


def headings(window) -> list[str]:
    labels = [child(window, f"{side}CloudHeading", QLabel) for side in ("left", "right")]
    return [label.text() for label in labels if label.isVisible()]


def test_x_swipes_and_the_dragged_border_is_remembered(drawn, qtbot):
    window, (left, right) = drawn.window, views(drawn)
    focus(qtbot, window, left)
    qtbot.keyClick(left, Qt.Key.Key_X)
    settle(qtbot, drawn)
    assert left.size() == right.size()
    assert left.mapTo(window, QPoint()) == right.mapTo(window, QPoint())
    assert headings(window) == ["MoE3D (fused): 0 flying points", "VGGT: 280 flying points"]
    handle = child(window, "swipe_handle", SwipeHandle)
    grip = QPoint(handle.width() // 2, handle.height() // 2)
    target = grip - QPoint(left.width() // 4, 0)
    qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=grip)
    qtbot.mouseMove(handle, target)
    qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=target)
    assert drawn.state.comparison.swipe == pytest.approx(0.25, abs=0.01)
    frame = right.parentWidget()
    assert frame.width() == pytest.approx(0.75 * left.width(), abs=4)
    assert drawn.state.remembered.snapshot()["comparison"]["swipe"] == pytest.approx(0.25, abs=0.01)


def test_tab_flips_between_both_networks_while_the_view_has_the_focus(drawn, qtbot):
    window, (left, right) = drawn.window, views(drawn)
    focus(qtbot, window, left)
    seen = []
    for _ in range(4):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        settle(qtbot, drawn)
        seen.append(headings(window))
    assert seen == [["MoE3D (fused): 0 flying points"], ["VGGT: 280 flying points"]] * 2
    np.testing.assert_allclose(left.camera.eye, right.camera.eye)
    assert right.hasFocus()
    qtbot.keyClick(right, Qt.Key.Key_Backtab)
    assert not right.hasFocus()


def test_the_difference_has_a_layout_of_its_own(drawn, qtbot):
    left, right = views(drawn)
    before = pixels(left)
    Hands(drawn, qtbot).press("tool_difference")
    settle(qtbot, drawn)
    assert headings(drawn.window) == ["MoE3D (fused), coloured by MoE3D minus VGGT"]
    assert not right.isVisible()
    assert drawn.state.view.color_mode == "photo"  # kept for the other layouts
    shown = pixels(left)
    assert shown.shape != before.shape or (shown != before).any()
    drawn.state.view.set_color_mode("difference")
    Hands(drawn, qtbot).press("tool_single")
    settle(qtbot, drawn)
    np.testing.assert_allclose(pixels(left)[60:].mean(), shown.mean(), atol=12)


def test_flying_points_are_lit_and_counted_on_both_sides(drawn, qtbot):
    drawn.state.view.set_color_mode("flying")
    drawn.state.view.show_cameras(False)
    drawn.state.view.set_percentile(0)
    settle(qtbot, drawn)
    lit = []
    for view in views(drawn):
        picture = pixels(view).reshape(view.grabFramebuffer().height(), -1, 3)
        lit.append(int((np.abs(picture - FLYING_COLOR).max(axis=2) < 30).sum()))
    assert lit[0] == 0
    assert lit[1] > 50
    assert headings(drawn.window) == ["MoE3D (fused): 0 flying points", "VGGT: 280 flying points"]


def opposed():
    """MoE3D is surer to the right, VGGT to the left; both have the same depth."""
    prediction = step_prediction(height=56, width=84)
    base = replace(
        prediction.baseline,
        depth=prediction.depth.copy(),
        confidence=prediction.confidence[..., ::-1].copy(),
    )
    return replace(prediction, baseline=base)


@pytest.fixture
def two_minds(drawn_backend, request):
    drawn_backend.make = opposed
    return request.getfixturevalue("drawn")


def test_both_sides_show_the_same_pixels_unless_the_switch_is_off(two_minds, qtbot):
    left, right = views(two_minds)
    two_minds.state.view.show_cameras(False)
    two_minds.state.view.set_percentile(40)
    for view in (left, right):
        view.overlays.show_gizmo(False)
    settle(qtbot, two_minds)
    same = [drawn_pixels(view) for view in (left, right)]
    assert same[0].sum() > 1000
    assert (same[0] != same[1]).sum() < 0.02 * same[0].sum()
    Hands(two_minds, qtbot).tick("same_mask")
    settle(qtbot, two_minds)
    own = [drawn_pixels(view) for view in (left, right)]
    assert (own[0] != own[1]).sum() > 0.5 * own[0].sum()
    assert own[0].sum() > 1.5 * same[0].sum()


def test_a_place_is_flown_to_in_3d(two_minds, qtbot):
    left, right = views(two_minds)
    before = left.camera.eye.copy()
    place = Place(1, "photo 2.jpg", 60, 20, 55, 15, 10, 10, 100, 0.1, 10.0)
    two_minds.state.comparison_report.show_place(place)
    depth = two_minds.state.display.prediction.depth[1, 20, 60]
    qtbot.waitUntil(lambda: not np.allclose(left.camera.eye, before))
    qtbot.waitUntil(lambda: not left.controller.is_flying)
    settle(qtbot, two_minds)
    # photo 2 stands 0.1 to the right; the ray through (60, 20) with focal length 84
    target = np.array([0.1, 0, 0]) + depth * np.array([(60 - 42) / 84, (20 - 28) / 84, 1.0])
    np.testing.assert_allclose(left.camera.pivot, target, atol=1e-5)
    away = target - left.camera.eye
    np.testing.assert_allclose(left.camera.forward, away / np.linalg.norm(away), atol=1e-5)
    np.testing.assert_allclose(right.camera.eye, left.camera.eye)


def drawn_pixels(view) -> np.ndarray:
    """Where points are: everything that differs from the same view without any."""
    picture = pixels(view)
    style = view.style
    view.set_style(replace(style, confidence_threshold=np.inf))
    empty = pixels(view)
    view.set_style(style)
    return np.abs(picture - empty) > 12


def test_unlinked_views_move_alone(drawn, qtbot):
    window, (left, right) = drawn.window, views(drawn)
    focus(qtbot, window, left)
    qtbot.keyClick(left, Qt.Key.Key_L)
    qtbot.mousePress(left, Qt.MouseButton.LeftButton, pos=QPoint(80, 80))
    qtbot.mouseMove(left, QPoint(140, 90))
    qtbot.mouseRelease(left, Qt.MouseButton.LeftButton, pos=QPoint(140, 90))
    assert np.linalg.norm(left.camera.eye - right.camera.eye) > 1e-3
    qtbot.keyClick(left, Qt.Key.Key_L)
    np.testing.assert_allclose(left.camera.eye, right.camera.eye)


def test_the_tool_bar_shows_which_layout_is_on(drawn, qtbot):
    for name in ("single", "swipe", "flip", "difference", "split"):
        button = child(drawn.window, f"tool_{name}", QToolButton)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        checked = [
            other
            for other in ("single", "split", "swipe", "flip", "difference")
            if child(drawn.window, f"tool_{other}", QToolButton).isChecked()
        ]
        assert checked == [name]
        assert drawn.state.view.layout == name
