"""MoE3D against VGGT on the screen (rows C1 to C9).

Both networks agree on two planes; between them VGGT has a ramp of five columns, x = 19 to 23, which
hang in the air: seen from above, nothing of MoE3D's stands there.
"""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel

from moe3d_viewer.widgets.maps.map_tile import MapTile
from moe3d_viewer.widgets.viewport.two_sides import SwipeHandle
from tests.app.drawn_window import place_of
from tests.app.hands import color_at
from tests.app.scene_hands import point_of
from tests.e2e.rows.test_experts import is_tinted
from tests.e2e.rows.test_maps import close
from tests.scenes import step_prediction

pytestmark = [pytest.mark.gui, pytest.mark.gl]
KEYPAD = Qt.KeyboardModifier.KeypadModifier
ON_RAMP = point_of(20, 9, 1.3)
NEAR_POINT, FAR_POINT = point_of(8, 9, 1.0), point_of(36, 9, 2.0)
FLYING = (255, 45, 120)


@pytest.fixture
def above(scene):
    """Both views from above."""
    scene.hit(Qt.Key.Key_7, KEYPAD)
    return scene


def headings(scene) -> list[str]:
    labels = [scene.find(f"{side}CloudHeading", QLabel) for side in ("left", "right")]
    return [label.text() for label in labels if label.isVisible()]


def test_both_results_stand_beside_each_other(above):
    scene = above
    scene.press("tool_single")
    assert not scene.right.isVisible()
    scene.press("tool_split")
    scene.settle()
    assert headings(scene) == ["MoE3D (fused): 0 flying points", "VGGT: 280 flying points"]
    for view in (scene.left, scene.right):
        assert not scene.is_empty(NEAR_POINT, view)
        assert not scene.is_empty(FAR_POINT, view)
    assert scene.is_empty(ON_RAMP, scene.left)
    assert not scene.is_empty(ON_RAMP, scene.right)


def turn(scene, view) -> None:
    middle = view.rect().center()
    scene.drag(view, middle, middle + QPoint(70, 30))
    scene.settle()


def test_linked_views_turn_together_and_unlinked_ones_alone(scene):
    before = [scene.picture(view) for view in (scene.left, scene.right)]
    turn(scene, scene.right)
    turned = [scene.picture(view) for view in (scene.left, scene.right)]
    assert all((new != old).any() for new, old in zip(turned, before, strict=True))
    assert place_of(scene.left, FAR_POINT) == place_of(scene.right, FAR_POINT)
    scene.hit(Qt.Key.Key_L)
    turn(scene, scene.left)
    assert (scene.picture(scene.left) != turned[0]).any()
    assert (scene.picture(scene.right) == turned[1]).all()
    scene.hit(Qt.Key.Key_L)
    assert place_of(scene.left, FAR_POINT) == place_of(scene.right, FAR_POINT)
    scene.press("tool_link")
    turn(scene, scene.left)
    assert place_of(scene.left, FAR_POINT) != place_of(scene.right, FAR_POINT)


def seen_in_window(scene, point) -> bool:
    """Whether anything is drawn at a point, on the screen as it is put together."""
    scene.settle()
    picture = scene.window.grab().toImage()
    place = scene.left.mapTo(scene.window, place_of(scene.left, point))
    ground = scene.left.mapTo(scene.window, QPoint(2, place_of(scene.left, point).y()))
    found, empty = (picture.pixelColor(at).getRgb()[:3] for at in (place, ground))
    return not close(found, empty, 6)


def drag_border(scene, x: int) -> None:
    """Bring the border of the swipe to a column of the view."""
    handle = scene.show(scene.find("swipe_handle", SwipeHandle))
    start = handle.rect().center()
    now = handle.mapTo(scene.left.parentWidget(), start).x()
    end = start + QPoint(x - now, 0)
    scene.qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=start)
    scene.qtbot.mouseMove(handle, end)
    scene.qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=end)


def test_the_border_of_the_swipe_uncovers_one_network_or_the_other(above):
    scene = above
    scene.hit(Qt.Key.Key_X)
    column = place_of(scene.left, ON_RAMP).x()
    drag_border(scene, column - 60)
    assert seen_in_window(scene, ON_RAMP)  # right of the border is VGGT
    assert seen_in_window(scene, NEAR_POINT)
    drag_border(scene, column + 60)
    assert not seen_in_window(scene, ON_RAMP)
    assert seen_in_window(scene, NEAR_POINT)


def test_tab_flips_the_two_networks_in_place(above):
    scene = above
    scene.key(scene.left, Qt.Key.Key_Tab)
    shown = []
    for _ in range(4):
        shown.append((headings(scene)[0].split(":")[0], seen_in_window(scene, ON_RAMP)))
        scene.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert shown == [("MoE3D (fused)", False), ("VGGT", True)] * 2


def test_the_difference_is_blue_where_nearer_and_red_where_farther(scene):
    tile = scene.show(scene.find("tile_difference", MapTile))
    nearer, farther, same = (color_at(tile, x, 9) for x in (20, 21, 3))
    assert nearer[2] > nearer[0] + 40
    assert farther[0] > farther[2] + 40
    assert close(same, (214, 214, 214), 4)
    scene.hover("difference", 20, 9)
    text = scene.find("cursor_values", QLabel).text()
    assert text.endswith(f"Difference {100 * (1 - 1.3) / 1.3:.2g} %")
    scene.press("tool_difference")
    scene.settle()
    assert headings(scene) == ["MoE3D (fused), coloured by MoE3D minus VGGT"]
    red, _, blue = scene.color(point_of(20, 9, 1.0))
    assert blue > red + 40
    scene.hit(Qt.Key.Key_7, KEYPAD)  # where the other photo's points hide none of these
    red, _, blue = scene.color(point_of(22, 9, 2.0))
    assert red > blue + 40
    grey = scene.color(NEAR_POINT)
    assert max(grey) - min(grey) < 20


def test_flying_points_are_lit_and_counted_on_both_sides(above):
    scene = above
    scene.choose("color_mode", "flying")
    lit = [np.abs(scene.picture(v).reshape(-1, 3) - FLYING).max(axis=1) < 30 for v in two(scene)]
    assert [headings(scene)[side].split(": ")[1] for side in (0, 1)] == [
        "0 flying points",
        "280 flying points",
    ]
    assert lit[0].sum() == 0 < lit[1].sum()
    assert is_tinted(scene.color(ON_RAMP, scene.right), FLYING)
    scene.tick("flying_filter")
    assert scene.is_empty(ON_RAMP, scene.right)
    assert not scene.is_empty(NEAR_POINT, scene.right)


def two(scene):
    return scene.left, scene.right


def opposed():
    """Both have one depth; MoE3D is surer to the right, VGGT to the left."""
    plain = step_prediction()
    base = replace(
        plain.baseline, depth=plain.depth.copy(), confidence=plain.confidence[..., ::-1].copy()
    )
    return replace(plain, baseline=base)


def test_one_mask_hides_the_same_pixels_on_both_sides_until_it_is_switched_off(
    drawn_backend, request
):
    drawn_backend.make = opposed
    scene = request.getfixturevalue("scene")
    scene.slide("confidence_slider", 0.4)
    for view in two(scene):
        assert scene.is_empty(NEAR_POINT, view)  # MoE3D doubts it
        assert scene.is_empty(FAR_POINT, view)  # VGGT doubts it
    scene.tick("same_mask")
    assert scene.is_empty(NEAR_POINT, scene.left)
    assert not scene.is_empty(NEAR_POINT, scene.right)
    assert not scene.is_empty(FAR_POINT, scene.left)
    assert scene.is_empty(FAR_POINT, scene.right)
