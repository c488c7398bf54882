"""A map seen large: opened by a double click, left by Esc, read and saved."""

import json

import cv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

import moe3d
from moe3d.io.exporters.map_files import SCALE_KEY
from moe3d.io.formats.exr import read_exr
from moe3d_viewer.state.layers.map_view import WRITE_MAP
from moe3d_viewer.widgets.maps.color_bar import ColorBar
from moe3d_viewer.widgets.maps.large_map import LargeMap
from moe3d_viewer.widgets.maps.map_strip import MapStrip
from moe3d_viewer.widgets.maps.map_tile import MapTile
from tests.app.hands import wheel
from tests.app.window_fixtures import child
from tests.patience import turns

pytestmark = pytest.mark.gui
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def desk(result, show, backend):
    """A large map over the strip, as in the window."""
    backend.use_real(WRITE_MAP)
    holder = QWidget()
    rows = QVBoxLayout(holder)
    large = LargeMap(result)
    result.map_view.large_changed.connect(large.setVisible)
    rows.addWidget(large, 1)
    rows.addWidget(MapStrip(result))
    show(holder, 1500, 800)
    return holder


def tile(desk, name) -> MapTile:
    return child(desk, f"tile_{name}", MapTile)


def enlarge(desk, name, qtbot) -> MapTile:
    qtbot.mouseDClick(tile(desk, name), LEFT, pos=tile(desk, name).image_rect().center().toPoint())
    large = child(desk, "large_tile", MapTile)
    qtbot.waitUntil(large.isVisible)
    qtbot.waitUntil(lambda: large.width() > 400)
    return large


def color(shown: MapTile, x: int, y: int):
    place = shown.point_of(x, y).toPoint()
    return shown.grab().toImage().pixelColor(place).getRgb()[:3]


def menu_of(shown: QWidget, qtbot) -> QMenu:
    """Right-click on a map."""
    place = shown.rect().center()
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(shown, QContextMenuEvent(reason, place, shown.mapToGlobal(place)))
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    return QApplication.activePopupWidget()


def pick(menu: QMenu, name: str, qtbot) -> None:
    action = child(menu, f"map_menu_{name}", QAction)
    assert action.isEnabled(), name
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


def save(desk, shown, name, path, qtbot, runner) -> None:
    pick(menu_of(shown, qtbot), name, qtbot)
    dialog = child(desk, "map_file_dialog", QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.close()
    dialog.deleteLater()
    turns(qtbot, 1)
    runner.run_all()


def test_a_double_click_shows_the_map_large_in_the_same_colours(desk, result, qtbot):
    large = enlarge(desk, "expert_2", qtbot)
    assert result.map_view.chosen == "expert:2"
    assert large.image_rect().width() > 2 * tile(desk, "expert_2").image_rect().width()
    for x, y in ((3, 10), (38, 20)):
        assert color(large, x, y) == color(tile(desk, "expert_2"), x, y)
    assert child(desk, "large_map_key", QComboBox).currentText() == "Expert 2"
    assert tile(desk, "expert_2").is_marked


def test_values_and_cross_follow_the_mouse_in_all_maps(desk, result, qtbot):
    large = enlarge(desk, "difference", qtbot)
    qtbot.mouseMove(large, large.point_of(20, 9).toPoint())
    pixel = result.cursor.pixel
    assert (pixel.x, pixel.y, pixel.layer) == (20, 9, "difference")
    text = child(desk, "large_map_values", QLabel).text()
    depth = result.display.prediction
    share = depth.depth[0, 9, 20] / depth.baseline.depth[0, 9, 20] - 1
    assert text == f"x 20  y 9   difference {100 * share:.2g} %"
    qtbot.mouseMove(tile(desk, "photo"), tile(desk, "photo").point_of(5, 4).toPoint())
    assert child(desk, "large_map_values", QLabel).text().startswith("x 5  y 4 ")


def test_wheel_zooms_drag_moves_and_a_double_click_shows_all(desk, result, qtbot):
    large = enlarge(desk, "fused", qtbot)
    at = large.point_of(10, 8)
    wheel(large, at.toPoint(), 4)
    assert result.map_view.zoom.scale == pytest.approx(1.25**4)
    before = large.point_of(20, 14)
    start = large.image_rect().center().toPoint()
    qtbot.mousePress(large, LEFT, pos=start)
    qtbot.mouseMove(large, start + QPoint(31, 12))
    qtbot.mouseRelease(large, LEFT, pos=start + QPoint(31, 12))
    moved = large.point_of(20, 14) - before
    assert (moved.x(), moved.y()) == pytest.approx((31, 12), abs=0.01)
    qtbot.mouseDClick(large, LEFT, pos=start)
    assert result.map_view.zoom.scale == 1


def test_photo_and_map_are_chosen_over_the_large_map(desk, result, qtbot):
    enlarge(desk, "fused", qtbot)
    photo, key = (child(desk, f"large_map_{name}", QComboBox) for name in ("photo", "key"))
    photo.setFocus()
    qtbot.keyClick(photo, Qt.Key.Key_Down)
    assert result.view.selected_view == 1
    key.setFocus()
    qtbot.keyClick(key, Qt.Key.Key_Down)
    assert result.map_view.chosen == key.currentData() != "fused"
    assert key.count() == len(result.map_view.on_screen.keys)


def test_the_colour_bar_is_that_of_the_large_map(desk, result, qtbot):
    enlarge(desk, "difference", qtbot)
    bar = child(desk, "large_color_bar", ColorBar)
    assert bar.value_range == result.display.scene.ranges.other_maps["difference"]
    result.map_view.choose("fused")
    assert bar.value_range == result.depth_range.ends
    result.map_view.choose("photo")
    assert not bar.isVisible()


def test_the_back_button_and_the_end_of_the_result_close_it(desk, result, qtbot, runner):
    enlarge(desk, "fused", qtbot)
    qtbot.mouseClick(child(desk, "large_map_back", QToolButton), LEFT)
    assert not child(desk, "large_map", LargeMap).isVisible()
    enlarge(desk, "fused", qtbot)
    result.reconstruction.show(None)
    runner.run_all()
    assert not result.map_view.is_large


def test_a_right_click_saves_values_and_pictures(desk, result, qtbot, runner, tmp_path):
    prediction = result.display.prediction
    shown = tile(desk, "vggt")
    save(desk, shown, "exr", tmp_path / "v.exr", qtbot, runner)
    np.testing.assert_array_equal(read_exr(tmp_path / "v.exr")["Y"], prediction.baseline.depth[0])
    save(desk, shown, "npy", tmp_path / "v.npy", qtbot, runner)
    np.testing.assert_array_equal(np.load(tmp_path / "v.npy"), prediction.baseline.depth[0])
    save(desk, shown, "png16", tmp_path / "v16.png", qtbot, runner)
    with Image.open(tmp_path / "v16.png") as image:
        scale = json.loads(image.info[SCALE_KEY])
        values = scale["offset"] + scale["per_step"] * np.asarray(image).astype(float)
    np.testing.assert_allclose(values, prediction.baseline.depth[0], atol=scale["per_step"])
    save(desk, shown, "picture", tmp_path / "v.png", qtbot, runner)
    drawn = cv2.imread(str(tmp_path / "v.png"))[..., ::-1]
    source, style = result.map_view.on_screen.source, result.map_view.on_screen.style
    np.testing.assert_array_equal(drawn, moe3d.map_picture(source, "vggt", style))


def test_what_a_map_has_not_is_greyed_in_its_menu(desk, qtbot):
    menu = menu_of(tile(desk, "photo"), qtbot)
    can = {n: child(menu, f"map_menu_{n}", QAction).isEnabled() for n in moe3d.MAP_FORMATS}
    assert can == {"picture": True, "bar": False, "png16": False, "exr": False, "npy": True}
    menu.close()


def test_an_error_is_told_and_leaves_nothing(desk, result, qtbot, runner, tmp_path):
    taken = tmp_path / "folder.npy"
    taken.mkdir()
    save(desk, tile(desk, "fused"), "npy", taken, qtbot, runner)
    assert "is a folder; wanted a file" in result.notices.errors[-1].text
    assert [path.name for path in tmp_path.rglob("*") if path.suffix == ".npy"] == ["folder.npy"]
