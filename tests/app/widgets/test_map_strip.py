import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QWidget

from app.rendering.readout import read_pixel
from app.state.scene_display import RangeLock
from app.widgets.color_bar import ColorBar
from app.widgets.map_strip import MapStrip
from app.widgets.map_tile import MapTile
from tests.app.window_fixtures import child
from tests.scenes import step_prediction

pytestmark = pytest.mark.gui


@pytest.fixture
def strip(result, show):
    return show(MapStrip(result.display, result.view, result.cursor), 1400, 220)


def tiles(strip):
    return [str(tile.property("layer")) for tile in strip.findChildren(MapTile)]


def pixel_color(tile: MapTile, x: int, y: int):
    """What the user sees at a pixel of the map."""
    point = tile.point_of(x, y).toPoint()
    return tile.grab().toImage().pixelColor(point).getRgb()[:3]


def test_tiles_stand_in_the_order_of_the_method(strip):
    names = ["photo", "fused", "expert:1", "expert:2", "expert:3", "expert:4", "gating", "vggt"]
    assert tiles(strip) == names


@pytest.mark.parametrize(("num_experts", "expected"), [(1, 3), (2, 6), (8, 12)])
def test_there_is_a_tile_an_expert_and_none_for_a_single_one(
    state, runner, photos, backend, show, num_experts, expected
):
    backend.make = lambda: step_prediction(num_experts=num_experts)
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    strip = show(MapStrip(state.display, state.view, state.cursor), 1400, 220)
    assert len(tiles(strip)) == expected
    assert child(strip, "gating_legend", QWidget).isVisible() == (num_experts > 1)


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


def test_the_wheel_zooms_all_tiles_about_the_mouse(strip, qtbot):
    first, other = (child(strip, f"tile_{name}", MapTile) for name in ("photo", "vggt"))
    before = first.point_of(10, 8)
    wheel(first, before, 3)
    assert (first.point_of(10, 8) - before).manhattanLength() < 0.01
    moved = first.point_of(11, 8) - first.point_of(10, 8)
    assert moved.x() == pytest.approx(1.25**3 * first.image_rect().width() / 42, rel=1e-6)
    assert (other.point_of(11, 8) - other.point_of(10, 8)).x() == pytest.approx(moved.x())
    qtbot.mouseDClick(first, Qt.MouseButton.LeftButton, pos=QPoint(40, 60))
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
