"""Experts in the 3D view: rings, colours, solo and mute (rows D6, D17, D18)."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel

from moe3d_viewer.widgets.maps.map_tile import MapTile
from moe3d_viewer.widgets.maps.value_bar import ValueBar
from tests.app.drawn_window import place_of
from tests.app.scene_hands import point_of
from tests.e2e.rows.test_experts import BLUE, ORANGE, is_tinted
from tests.moe3d.evaluation.one_scene.test_scene_truth import photo_depth

pytestmark = [pytest.mark.gui, pytest.mark.gl]
TRUTH, FUSED, VGGT = (64, 224, 120), (255, 255, 255), (150, 156, 168)
NEAR, FAR = 1.0, 2.0
IN_FRONT = 1.4
"""True depth of a patch where the result says FAR."""


def patchy_truth(folder):
    """True depth as in the result, but for a patch: x 22 to 25, y 8 to 11 of the network's grid."""
    depth = photo_depth()
    depth[16:24, 44:52] = 3 * IN_FRONT
    folder.mkdir()
    for name in ("photo 1", "photo 2"):
        np.save(folder / f"{name}.npy", depth.astype(np.float32))
    return folder


def ring_colors(scene, point, radius: int) -> list[tuple[int, int, int]]:
    """Colours on a square ring around a point of the left view."""
    picture, middle = scene.left.grabFramebuffer(), place_of(scene.left, point)
    reach = range(-radius - 2, radius + 3)
    places = [QPoint(x, y) for x in reach for y in reach]
    return [picture.pixelColor(middle + place).getRgb()[:3] for place in places]


def has(colors, wanted) -> bool:
    return any(np.abs(np.subtract(color, wanted)).max() < 40 for color in colors)


def test_hovering_a_map_rings_every_depth_in_3d_the_truth_in_green(single, tmp_path):
    single.hotkey(Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    single.answer_file_dialog(patchy_truth(tmp_path / "truth"))
    single.wait(lambda: single.window.findChild(MapTile, "tile_truth") is not None)
    single.settle()
    before = ring_colors(single, point_of(23, 9, IN_FRONT), 9)
    single.hover("fused", 23, 9)
    assert single.find("depth_bar_truth", ValueBar).text == "1.4"
    single.settle()
    assert not has(before, TRUTH)
    assert has(ring_colors(single, point_of(23, 9, IN_FRONT), 9), TRUTH)
    assert has(ring_colors(single, point_of(23, 9, FAR), 9), FUSED)
    assert has(ring_colors(single, point_of(23, 9, 1.9), 9), VGGT)  # 1 + (23 - 18.5) / 5
    assert has(ring_colors(single, point_of(23, 9, NEAR), 5), ORANGE)
    assert has(ring_colors(single, point_of(23, 9, FAR), 5), BLUE)
    assert has(ring_colors(single, point_of(23, 9, 4 / 3), 5), (0, 158, 115))
    single.qtbot.mouseMove(single.find("tile_fused"), QPoint(3, 3))
    single.settle()
    assert not has(ring_colors(single, point_of(23, 9, IN_FRONT), 9), TRUTH)


def test_hovering_3d_shows_the_bars_and_marks_the_maps(single):
    single.choose_from("photo_filter", "2  photo 2.jpg")  # its points lie on those of the first
    tile = single.show(single.find("tile_vggt", MapTile))
    arm = tile.point_of(32, 9).toPoint() + QPoint(6, 0)

    def lightest() -> int:
        """Of the rows into which a line at a broken number may fall."""
        picture = tile.grab().toImage()
        return max(picture.pixelColor(arm + QPoint(0, row)).lightness() for row in (-1, 0, 1))

    before = lightest()
    single.rest_on(point_of(32, 9, FAR))
    values = single.find("cursor_values", QLabel)
    single.wait(lambda: "x 32  y 9 " in values.text())
    assert single.find("weight_bar_2", ValueBar).text == "1.00"
    assert single.find("depth_bar_expert_3", ValueBar).text == "1.333"
    assert before < 150
    assert lightest() > 200


NEAR_POINT, FAR_POINT = point_of(8, 9, NEAR), point_of(36, 9, FAR)


def test_the_cloud_has_the_winners_colours_and_each_can_be_hidden(single):
    single.choose("color_mode", "expert")
    assert is_tinted(single.color(NEAR_POINT), ORANGE)
    assert is_tinted(single.color(FAR_POINT), BLUE)
    single.tick("legend_expert_1")
    assert single.is_empty(NEAR_POINT)
    assert is_tinted(single.color(FAR_POINT), BLUE)
    single.tick("legend_expert_1")
    single.press("eye_2")
    assert is_tinted(single.color(NEAR_POINT), ORANGE)
    assert single.is_empty(FAR_POINT)


def test_a_digit_puts_the_points_where_one_expert_says(single):
    moved = single.viewer.state.remix
    single.hit(Qt.Key.Key_7, Qt.KeyboardModifier.KeypadModifier)  # from above: depth is seen
    assert not single.is_empty(NEAR_POINT)
    assert single.is_empty(point_of(8, 9, FAR))
    single.hit(Qt.Key.Key_2)
    single.wait(lambda: moved.shown.points is not None)
    assert single.is_empty(NEAR_POINT)
    assert not single.is_empty(point_of(8, 9, FAR))
    assert single.find("what_if_banner").isVisible()
    single.hit(Qt.Key.Key_0)
    single.wait(lambda: not moved.shown.is_active)
    assert not single.is_empty(NEAR_POINT)
    single.press("mute_1")  # the other three weigh alike on the left
    single.wait(lambda: moved.shown.points is not None)
    assert single.is_empty(NEAR_POINT)
    assert not single.is_empty(point_of(8, 9, 5 / 3))
