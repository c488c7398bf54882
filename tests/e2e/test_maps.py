"""Maps in the whole window: double click, Esc, arrow keys, the dock's height."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QStackedWidget

from moe3d_viewer.widgets.maps.large_map import LargeMap
from moe3d_viewer.widgets.maps.map_tile import MapTile
from tests.app.hands import Hands
from tests.app.window_fixtures import child, run_photos

pytestmark = pytest.mark.gui
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def hands(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    return Hands(viewer, qtbot)


def middle(hands) -> QStackedWidget:
    """What stands where the 3D view is."""
    return hands.viewer.window.findChild(QStackedWidget, "views")


def test_double_click_esc_and_arrow_keys(hands, qtbot):
    state = hands.viewer.state
    tile = hands.show(hands.find("tile_fused", MapTile))
    qtbot.mouseDClick(tile, LEFT, pos=tile.image_rect().center().toPoint())
    large = hands.find("large_map", LargeMap)
    qtbot.waitUntil(large.isVisible)
    assert not middle(hands).isVisible()
    shown = hands.find("large_tile", MapTile)
    qtbot.waitUntil(shown.hasFocus)
    qtbot.keyClick(shown, Qt.Key.Key_Right)
    assert state.view.selected_view == 1
    qtbot.keyClick(shown, Qt.Key.Key_Left)
    assert state.view.selected_view == 0
    qtbot.keyClick(shown, Qt.Key.Key_Down)
    assert state.map_view.chosen == "expert:1"
    qtbot.keyClick(shown, Qt.Key.Key_Up)
    assert state.map_view.chosen == "fused"
    qtbot.keyClick(shown, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not large.isVisible())
    assert middle(hands).isVisible()


def test_esc_goes_back_from_wherever_the_focus_is(hands, qtbot):
    hands.command("large_map")
    assert hands.find("large_map", LargeMap).isVisible()
    hands.press("large_map_beside")
    assert middle(hands).isVisible()
    box = hands.find("photo_list")
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not hands.find("large_map", LargeMap).isVisible())


def test_esc_ends_a_tool_before_it_puts_the_large_map_away(hands, qtbot):
    state = hands.viewer.state
    hands.command("large_map")
    hands.command("profile")
    shown = hands.find("large_tile", MapTile)
    hands.key(shown, Qt.Key.Key_Escape)
    assert not state.profile.is_armed
    assert state.map_view.is_large
    hands.key(shown, Qt.Key.Key_Escape)
    assert not state.map_view.is_large


def test_the_strip_chooses_maps_by_up_and_down(hands, qtbot):
    state = hands.viewer.state
    strip = hands.find("strip_scroll")
    hands.key(strip, Qt.Key.Key_Down)
    hands.key(strip, Qt.Key.Key_Down)
    marked = [
        tile.property("layer") for tile in hands.window.findChildren(MapTile) if tile.is_marked
    ]
    assert marked == [state.map_view.chosen]
    hands.key(strip, Qt.Key.Key_Right)
    assert state.view.selected_view == 1


def test_a_taller_dock_has_larger_maps(hands, qtbot):
    dock = child(hands.window, "maps_dock", QDockWidget)
    tile = hands.show(hands.find("tile_fused", MapTile))
    qtbot.waitUntil(lambda: tile.image_rect().height() > 0)
    before = tile.image_rect().height()
    hands.window.resizeDocks([dock], [dock.height() + 160], Qt.Orientation.Vertical)
    qtbot.waitUntil(lambda: tile.image_rect().height() > before + 20)


def test_a_map_is_saved_by_its_command(hands, qtbot, tmp_path):
    hands.command("save_map_npy")
    hands.answer_file_dialog(tmp_path / "map.npy")
    qtbot.waitUntil((tmp_path / "map.npy").is_file)
