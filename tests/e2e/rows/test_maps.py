"""The maps of a photo: depth, range, values, one cursor (rows D1 to D12).

The scene is `step_prediction`: depth 1 left of x = 21, 2 right of it; VGGT's ramp between.
"""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QScrollArea

from moe3d_viewer.widgets.maps.color_bar import ColorBar
from moe3d_viewer.widgets.maps.map_tile import MapTile
from tests.app.hands import color_at
from tests.scenes import step_prediction

pytestmark = pytest.mark.gui
# Ends of the tables as their authors publish them.
TURBO_LOW, TURBO_HIGH = (48, 18, 59), (122, 4, 3)
VIRIDIS_LOW, VIRIDIS_HIGH = (68, 1, 84), (253, 231, 37)


def close(color, expected, within: int = 3) -> bool:
    return bool(np.abs(np.subtract(color, expected)).max() <= within)


def test_near_is_warm_and_far_is_cold_in_the_depth_map(hands):
    tile = hands.show(hands.find("tile_fused", MapTile))
    assert close(color_at(tile, 3, 9), TURBO_HIGH)
    assert close(color_at(tile, 38, 9), TURBO_LOW)


def test_the_bar_beside_the_maps_has_their_colours_and_numbers(hands):
    bar = hands.show(hands.find("color_bar", ColorBar))
    assert bar.accessibleName() == "depth from 1 to 2"
    picture = bar.grab().toImage()
    column = [picture.pixelColor(12, y).getRgb()[:3] for y in range(picture.height())]
    assert any(close(color, TURBO_HIGH, 10) for color in column[: len(column) // 2])
    assert any(close(color, TURBO_LOW, 10) for color in column[len(column) // 2 :])
    ground = picture.pixelColor(picture.width() - 1, picture.height() - 1)
    beside = [picture.pixelColor(x, y) for x in range(28, 60) for y in range(22, bar.height())]
    assert sum(color != ground for color in beside) > 50  # numbers stand there


def test_another_colour_map_is_chosen_by_the_keyboard(hands):
    hands.choose("color_map", "viridis")
    tile = hands.show(hands.find("tile_fused", MapTile))
    assert close(color_at(tile, 3, 9), VIRIDIS_HIGH)
    assert close(color_at(tile, 38, 9), VIRIDIS_LOW)
    hands.choose("color_map", "grey")
    assert close(color_at(tile, 3, 9), (255, 255, 255))


def twice_as_far():
    """The second photo's depths are double: 2 and 4; VGGT says 1.5 times as much."""
    plain = step_prediction()
    scale = np.array([1, 2], np.float32)[:, None, None]
    base = replace(plain.baseline, depth=plain.baseline.depth * scale * 1.5)
    return replace(
        plain,
        depth=plain.depth * scale,
        expert_depths=plain.expert_depths * scale[:, None],
        baseline=base,
    )


@pytest.fixture
def two_ranges(backend, request):
    backend.make = twice_as_far
    return request.getfixturevalue("hands")


def test_one_range_is_locked_over_photos_and_networks_until_another_is_chosen(two_ranges):
    hands, strip = two_ranges, two_ranges.find("strip_scroll", QScrollArea)
    fused, vggt = (hands.find(f"tile_{name}", MapTile) for name in ("fused", "vggt"))
    bar = hands.find("color_bar", ColorBar)

    def next_photo():
        hands.key(strip, Qt.Key.Key_Right)
        return color_at(hands.show(fused), 3, 9)

    assert bar.accessibleName() == "depth from 1 to 6"  # VGGT's farthest is 1.5 * 4
    two_in_first = color_at(hands.show(fused), 38, 9)
    three_in_vggt = color_at(hands.show(vggt), 38, 9)
    assert two_in_first != three_in_vggt
    assert next_photo() == two_in_first
    assert color_at(hands.show(vggt), 3, 9) == three_in_vggt
    hands.choose("range_lock", "scene")
    assert bar.accessibleName() == "depth from 1 to 4"
    assert color_at(hands.show(fused), 3, 9) != two_in_first
    hands.choose("range_lock", "photo")
    assert bar.accessibleName() == "depth from 2 to 4"
    assert close(color_at(fused, 3, 9), TURBO_HIGH)
    assert close(color_at(fused, 38, 9), TURBO_LOW)


@pytest.mark.parametrize(
    ("tile", "x", "said"),
    [("fused", 3, "MoE3D (fused) 1 "), ("fused", 30, "(fused) 2 "), ("vggt", 21, "VGGT 1.5 ")],
)
def test_the_value_under_the_mouse_stands_in_the_status_bar(hands, tile, x, said):
    hands.hover(tile, x, 9)
    text = hands.find("cursor_values", QLabel).text()
    assert text.startswith("photo 1.jpg ")
    assert said in text


def test_the_cursor_marks_the_same_pixel_in_every_map(hands):
    tiles = hands.find("map_strip").findChildren(MapTile)
    before = {tile.objectName(): tile.grab().toImage() for tile in tiles}
    hands.hover("photo", 12, 9)
    assert len(tiles) == 10
    for tile in tiles:
        arm = tile.point_of(12, 9).toPoint() + QPoint(6, 0)
        now, was = tile.grab().toImage(), before[tile.objectName()]
        assert now.pixelColor(arm).lightness() > 200
        assert now.pixelColor(arm) != was.pixelColor(arm)
        away = tile.point_of(30, 20).toPoint()
        assert now.pixelColor(away) == was.pixelColor(away)


def test_the_confidence_is_a_map_that_is_chosen_from_the_menu(hands):
    assert hands.window.findChild(MapTile, "tile_confidence") is None
    hands.choose_from("which_maps", "Confidence")
    tile = hands.show(hands.find("tile_confidence", MapTile))
    assert close(color_at(tile, 1, 9), VIRIDIS_LOW, 12)
    assert close(color_at(tile, 41, 9), VIRIDIS_HIGH, 12)
    lightness = [sum(color_at(tile, x, 9)) for x in (2, 14, 28, 40)]
    assert lightness == sorted(lightness)  # it grows from left to right


def test_the_arrow_keys_lead_to_the_next_photo_in_every_map(two_ranges):
    hands, strip = two_ranges, two_ranges.find("strip_scroll", QScrollArea)
    names = ("fused", "expert_1", "vggt")
    tiles = [hands.find(f"tile_{name}", MapTile) for name in names]
    name = hands.find("strip_photo_name", QLabel)
    first = [color_at(hands.show(tile), 3, 9) for tile in tiles]
    assert name.text() == "photo 1.jpg"
    hands.key(strip, Qt.Key.Key_Right)
    assert name.text() == "photo 2.jpg"
    second = [color_at(hands.show(tile), 3, 9) for tile in tiles]
    assert all(old != new for old, new in zip(first, second, strict=True))
    hands.key(strip, Qt.Key.Key_Left)
    assert [color_at(hands.show(tile), 3, 9) for tile in tiles] == first
