from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QScrollArea,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from moe3d_viewer.rendering.pictures.readout import read_pixel
from moe3d_viewer.state.layers.scene_display import RangeLock
from moe3d_viewer.widgets.maps.color_bar import ColorBar
from moe3d_viewer.widgets.maps.map_controls import MapControls
from moe3d_viewer.widgets.maps.map_strip import MapStrip
from moe3d_viewer.widgets.maps.map_tile import MapTile
from moe3d_viewer.widgets.maps.value_bar import ValueBar
from tests.app.window_fixtures import child
from tests.scenes import refined_prediction, step_prediction

pytestmark = pytest.mark.gui


@pytest.fixture
def strip(result, show):
    return show(MapStrip(result), 1800, 220)


def tiles(strip):
    return [str(tile.property("layer")) for tile in strip.findChildren(MapTile)]


def pixel_color(tile: MapTile, x: int, y: int):
    """What the user sees at a pixel of the map."""
    point = tile.point_of(x, y).toPoint()
    return tile.grab().toImage().pixelColor(point).getRgb()[:3]


def test_tiles_stand_in_the_order_of_the_method(strip):
    experts = ["expert:1", "expert:2", "expert:3", "expert:4"]
    names = ["photo", "fused", *experts, "gating", "vggt", "difference", "entropy"]
    assert tiles(strip) == names


@pytest.mark.parametrize(("num_experts", "expected"), [(1, 4), (2, 8), (8, 14)])
def test_there_is_a_tile_an_expert_and_none_for_a_single_one(
    state, runner, photos, backend, show, num_experts, expected
):
    backend.make = lambda: step_prediction(num_experts=num_experts)
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    strip = show(MapStrip(state), 1800, 220)
    assert len(tiles(strip)) == expected
    assert child(strip, "expert_legend", QWidget).isVisible() == (num_experts > 1)


def test_equal_depths_have_equal_colours_in_every_map(strip):
    fused, near, far = (child(strip, f"tile_{n}", MapTile) for n in ("fused", "expert_1", "vggt"))
    assert pixel_color(fused, 3, 10) == pixel_color(near, 3, 10)
    assert pixel_color(fused, 38, 10) == pixel_color(far, 38, 10)
    assert pixel_color(fused, 3, 10) != pixel_color(fused, 38, 10)


def test_the_colour_bar_has_the_locked_range(strip, result):
    bar = child(strip, "color_bar", ColorBar)
    assert bar.value_range == result.display.scene.ranges.both
    result.view.set_range_lock(RangeLock.PHOTO)
    assert bar.value_range == result.display.scene.ranges.photos[0]


def test_the_mouse_marks_the_same_pixel_in_every_tile(strip, result, qtbot):
    tile = child(strip, "tile_expert_2", MapTile)
    qtbot.mouseMove(tile, tile.point_of(30, 7).toPoint())
    pixel = result.cursor.pixel
    assert (pixel.x, pixel.y, pixel.layer) == (30, 7, "expert:2")
    qtbot.mouseMove(tile, QPoint(3, 3))
    assert result.cursor.pixel is None


def test_the_wheel_zooms_all_tiles_about_the_mouse(strip, result):
    first, other = (child(strip, f"tile_{name}", MapTile) for name in ("photo", "vggt"))
    before = first.point_of(10, 8)
    wheel(first, before, 3)
    assert (first.point_of(10, 8) - before).manhattanLength() < 0.01
    moved = first.point_of(11, 8) - first.point_of(10, 8)
    assert moved.x() == pytest.approx(1.25**3 * first.image_rect().width() / 42, rel=1e-6)
    assert (other.point_of(11, 8) - other.point_of(10, 8)).x() == pytest.approx(moved.x())
    result.map_view.zoom.reset()
    assert (first.point_of(10, 8) - before).manhattanLength() < 0.01


def test_a_drag_moves_the_zoomed_maps_with_the_mouse(strip, qtbot):
    tile = child(strip, "tile_photo", MapTile)
    wheel(tile, tile.image_rect().center(), 4)
    start = tile.image_rect().center().toPoint()
    before = tile.point_of(20, 14)
    qtbot.mousePress(tile, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(tile, start + QPoint(9, 5))
    qtbot.mouseRelease(tile, Qt.MouseButton.LeftButton, pos=start + QPoint(9, 5))
    moved = tile.point_of(20, 14) - before
    assert (moved.x(), moved.y()) == pytest.approx((9, 5), abs=0.01)


def test_a_hidden_expert_leaves_the_photo_in_the_overlay(strip, result):
    tile, photo = (child(strip, f"tile_{name}", MapTile) for name in ("gating", "photo"))
    assert pixel_color(tile, 3, 10) != pixel_color(photo, 3, 10)
    result.view.show_expert(0, False)
    assert pixel_color(tile, 3, 10) == pixel_color(photo, 3, 10)


def test_the_readout_names_depth_and_weights_of_a_pixel():
    prediction = step_prediction()
    left = read_pixel(prediction, 0, 2, 5)
    assert left.depth == 1.0
    assert left.weights == pytest.approx((1, 0, 0, 0), abs=1e-6)
    assert left.depth_of("expert:2") == 2.0
    assert read_pixel(prediction, 0, 42, 5) is None
    assert (left.refined_depth, left.support) == (None, None)


def test_the_readout_knows_refined_depths_and_how_many_photos_confirm_them():
    right = read_pixel(refined_prediction(), 2, 30, 5)
    assert right.depth_of("refined") == np.float32(2.1)
    assert right.depth_of("vggt-refined") == 2.0
    assert (right.support_of("refined"), right.support_of("vggt-refined")) == (3, 1)
    assert right.support_of("expert:1") is None


def wheel(widget: QWidget, at: QPointF, steps: int) -> None:
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    event = QWheelEvent(
        at,
        widget.mapToGlobal(at),
        QPoint(0, 0),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_maps_are_chosen_from_the_menu(result, show, qtbot):
    holder = QWidget()
    rows = QVBoxLayout(holder)
    rows.addWidget(MapControls(result))
    strip = MapStrip(result)
    rows.addWidget(strip)
    show(holder, 1800, 300)
    menu = child(holder, "which_maps", QToolButton).menu()

    def tick(name):
        menu.popup(QPoint(0, 0))
        action = child(menu, f"show_map_{name}", QAction)
        qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())

    for name in ("spread", "confidence", "margin", "expert"):
        tick(name)
    shown = ["photo", "fused", "gating", "vggt", "difference"]
    assert tiles(strip) == [*shown, "entropy", "margin", "spread", "confidence"]
    bright, dark = (pixel_color(child(strip, "tile_confidence", MapTile), x, 9) for x in (40, 2))
    assert sum(bright) > sum(dark)
    tick("expert")
    assert len(tiles(strip)) == 13


def test_the_bar_follows_the_map_under_the_mouse(strip, result, qtbot):
    bar = child(strip, "color_bar", ColorBar)
    depth = bar.value_range
    tile = child(strip, "tile_difference", MapTile)
    child(strip, "strip_scroll", QScrollArea).ensureWidgetVisible(tile)
    qtbot.mouseMove(tile, tile.point_of(20, 9).toPoint())
    assert bar.value_range == result.display.scene.ranges.other_maps["difference"]
    assert "difference" in bar.accessibleName()
    assert "±" in tile.title
    fused = child(strip, "tile_fused", MapTile)
    child(strip, "strip_scroll", QScrollArea).ensureWidgetVisible(fused)
    qtbot.mouseMove(fused, fused.point_of(20, 9).toPoint())
    assert bar.value_range == depth


def test_blue_and_red_say_nearer_and_farther_than_vggt(strip, result):
    tile = child(strip, "tile_difference", MapTile)
    nearer, farther = pixel_color(tile, 20, 9), pixel_color(tile, 21, 9)
    same = pixel_color(tile, 2, 9)
    assert nearer[2] > nearer[0]
    assert farther[0] > farther[2]
    assert max(same) - min(same) < 12


def test_borders_fading_and_the_paper_s_colours_are_seen_in_the_overlay(result, show, qtbot):
    controls = show(MapControls(result), 900, 40)
    strip = show(MapStrip(result), 1800, 220)
    tile = child(strip, "tile_gating", MapTile)
    marks = child(controls, "overlay_marks", QToolButton).menu()
    edge = pixel_color(tile, 20, 9)
    child(marks, "overlay_contours", QAction).trigger()
    assert pixel_color(tile, 20, 9) != edge
    safe = pixel_color(tile, 3, 9)
    box = child(controls, "palette", QComboBox)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    red = pixel_color(tile, 3, 9)
    assert red != safe
    assert red[0] > red[1] + 60
    child(controls, "overlay_opacity", QSlider).setValue(0)
    assert pixel_color(tile, 3, 9) == pixel_color(child(strip, "tile_photo", MapTile), 3, 9)


def test_every_expert_s_weight_and_depth_stand_in_the_legend_at_the_cursor(strip, result, qtbot):
    tile = child(strip, "tile_photo", MapTile)
    assert child(strip, "weight_bar_1", ValueBar).text == ""
    qtbot.mouseMove(tile, tile.point_of(38, 7).toPoint())
    weights = [child(strip, f"weight_bar_{n}", ValueBar).text for n in (1, 2, 3, 4)]
    assert weights == ["0.00", "1.00", "0.00", "0.00"]
    depths = [child(strip, f"depth_bar_expert_{n}", ValueBar).text for n in (1, 2, 3, 4)]
    assert depths == ["1", "2", "1.333", "1.667"]
    assert child(strip, "depth_bar_fused", ValueBar).text == "2"
    assert child(strip, "depth_bar_vggt", ValueBar).text == "2"
    bar = child(strip, "weight_bar_2", ValueBar)
    full = bar.grab().toImage().pixelColor(bar.bar_rect().center().toPoint())
    assert full.getRgb()[:3] == (86, 180, 233)
    qtbot.mouseMove(tile, QPoint(3, 3))
    assert child(strip, "depth_bar_fused", ValueBar).text == ""


def test_a_tick_box_of_the_legend_hides_an_expert(strip, result, qtbot):
    box = child(strip, "legend_expert_1", QCheckBox)
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert result.view.hidden_experts == {0}
    gating, photo = (child(strip, f"tile_{name}", MapTile) for name in ("gating", "photo"))
    assert pixel_color(gating, 3, 10) == pixel_color(photo, 3, 10)
    assert pixel_color(gating, 38, 10) != pixel_color(photo, 38, 10)
    note = child(strip, "legend_note", QLabel).text()
    assert note == "Overlay: the winner. Result: the weighted sum."


def test_untrained_experts_are_said_to_be_noise_beside_the_overlay(
    state, runner, photos, backend, show
):
    plain = step_prediction()
    metadata = replace(plain.metadata, experts_trained=False)
    backend.make = lambda: replace(plain, metadata=metadata)
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    strip = show(MapStrip(state), 1800, 220)
    assert child(strip, "legend_untrained", QLabel).isVisible()
    assert "noise" in child(strip, "legend_untrained", QLabel).text()


@pytest.mark.parametrize("width", [540, 600, 700, 1200])
def test_no_control_over_the_maps_is_cut_in_a_narrow_panel(result, show, qtbot, width):
    controls = show(MapControls(result), width, 34)
    names = ("which_maps", "range_lock", "color_map", "palette", "overlay_opacity", "overlay_marks")

    def nothing_is_cut() -> bool:
        boxes = [child(controls, name, QWidget).geometry() for name in names]
        is_apart = all(one.right() < other.left() for one, other in pairwise(boxes))
        return is_apart and all(controls.rect().contains(box) for box in boxes)

    assert controls.width() == width
    qtbot.waitUntil(nothing_is_cut)
    labels = [text for text in controls.findChildren(QLabel) if text.text() == "Range"]
    assert labels[0].isVisible() == (width == 1200)


def test_a_narrow_tile_is_named_without_its_range_and_not_cut(result, show, runner, qtbot):
    runner.run_all()
    result.maps.set_hidden_maps(frozenset())
    strip = show(MapStrip(result), 1400, 150)
    tiles = [tile for tile in strip.findChildren(MapTile) if not tile.isHidden()]
    assert len(tiles) > 10
    for tile in tiles:
        assert "…" not in tile.drawn_title, tile.title
        assert tile.title in tile.toolTip()
    confidence = child(strip, "tile_confidence", MapTile)
    advance = confidence.fontMetrics().horizontalAdvance
    for text in (confidence.title, "Confidence"):
        confidence.setFixedSize(advance(text) + 4, 400)
        assert confidence.drawn_title == text
    confidence.setFixedSize(advance("Confide"), 400)
    assert confidence.drawn_title.endswith("…")
