"""Experts in the whole window, by keys and mouse; no OpenGL needed."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QLabel, QPushButton, QScrollArea

from moe3d_viewer.widgets.maps.map_strip import MapStrip
from moe3d_viewer.widgets.maps.map_tile import MapTile
from moe3d_viewer.widgets.maps.profile_plots import ProfilePlots
from moe3d_viewer.widgets.maps.value_bar import ValueBar
from tests.app.window_fixtures import child, run_photos

pytestmark = pytest.mark.gui
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(viewer, photos, qtbot):
    """A window with a result, its maps focused."""
    run_photos(viewer, photos, qtbot)
    qtbot.waitUntil(lambda: child(viewer.window, "tile_fused", MapTile).height() > 40)
    viewer.window.activateWindow()
    child(viewer.window, "map_strip", MapStrip).setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    child(viewer.window, "map_strip", MapStrip).setFocus()
    qtbot.waitUntil(child(viewer.window, "map_strip", MapStrip).hasFocus)
    return viewer.window


def picture(window, name) -> tuple[str, ...]:
    """Colours at some pixels of a map, wherever the layout has put it by now."""
    tile = child(window, f"tile_{name}", MapTile)
    image = tile.grab().toImage()
    places = [tile.point_of(x, y).toPoint() for x in (3, 20, 38) for y in (4, 22)]
    return tuple(image.pixelColor(place).name() for place in places)


def test_digits_solo_and_zero_leads_back(window, viewer, qtbot):
    strip, fused = child(window, "map_strip", MapStrip), child(window, "tile_fused", MapTile)
    own, remix = picture(window, "fused"), viewer.state.remix
    qtbot.keyClick(strip, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: remix.shown.is_active)
    assert fused.title == "What-if: Fused"
    assert picture(window, "fused") != own
    banner = child(window, "what_if_banner")
    assert banner.isVisible()
    assert "only expert 2" in child(window, "what_if_text", QLabel).text()
    assert child(window, "what_if_badge", QLabel).isVisible()
    qtbot.keyClick(strip, Qt.Key.Key_3, Qt.KeyboardModifier.ShiftModifier)
    assert remix.soloed == {1, 2}
    qtbot.keyClick(strip, Qt.Key.Key_0)
    qtbot.waitUntil(lambda: not remix.shown.is_active)
    assert picture(window, "fused") == own
    assert not banner.isVisible()
    overlay = picture(window, "gating")
    qtbot.keyClick(strip, Qt.Key.Key_G)
    assert picture(window, "gating") == picture(window, "photo") != overlay
    qtbot.keyClick(strip, Qt.Key.Key_G)
    assert picture(window, "gating") == overlay
    entropy = child(window, "tile_entropy", MapTile)
    child(window, "strip_scroll", QScrollArea).ensureWidgetVisible(entropy)
    qtbot.mouseMove(entropy, entropy.point_of(20, 9).toPoint())
    assert "Entropy 0" in child(window, "cursor_values", QLabel).text()
    qtbot.keyClick(strip, Qt.Key.Key_4)
    qtbot.mouseClick(child(window, "what_if_back", QPushButton), LEFT)
    assert remix.remix.is_models_own


def test_p_and_a_drag_open_the_profile_and_its_cursor_reaches_the_status_bar(window, viewer, qtbot):
    dock = child(window, "profile_dock", QDockWidget)
    assert not dock.isVisible()
    qtbot.keyClick(child(window, "map_strip", MapStrip), Qt.Key.Key_P)
    tile = child(window, "tile_expert_1", MapTile)
    start, end = (tile.point_of(x, 9).toPoint() for x in (12, 30))
    qtbot.mousePress(tile, LEFT, pos=start)
    qtbot.mouseMove(tile, (start + end) / 2)
    qtbot.mouseMove(tile, end)
    qtbot.mouseRelease(tile, LEFT, pos=end)
    assert dock.isVisible()
    plots = child(window, "profile_plots", ProfilePlots)
    line = viewer.state.profile.line
    near = line.start[0], line.start[1]
    assert plots.curves()["Fused"][0] == viewer.state.display.prediction.depth[0, near[1], near[0]]
    place = plots.depths.getViewBox().mapViewToScene(plots.depths.getViewBox().viewRect().center())
    qtbot.waitUntil(plots.isVisible)
    qtbot.mouseMove(plots.viewport(), plots.mapFromScene(place))
    qtbot.waitUntil(lambda: viewer.state.cursor.pixel is not None)
    assert f"y {line.start[1]}" in child(window, "cursor_values", QLabel).text()
    assert child(window, "weight_bar_1", ValueBar).text != ""


def test_the_arrow_keys_bring_another_photo_into_every_map(viewer, photos, backend, qtbot):
    from dataclasses import replace

    from tests.scenes import step_prediction

    plain = step_prediction()
    flipped = {
        name: np.concatenate([getattr(plain, name)[:1], getattr(plain, name)[1:, ..., ::-1]])
        for name in ("depth", "confidence", "expert_depths", "gate_logits")
    }
    images = np.concatenate([plain.images[:1], plain.images[1:, :, ::-1]])
    backend.make = lambda: replace(plain, images=images, **flipped)
    run_photos(viewer, photos, qtbot)
    strip = child(viewer.window, "map_strip", MapStrip)
    changing = ("photo", "fused", "gating", "difference")
    before = {name: picture(viewer.window, name) for name in changing}
    viewer.window.activateWindow()
    child(strip, "strip_scroll").setFocus()
    qtbot.keyClick(child(strip, "strip_scroll"), Qt.Key.Key_Right)
    assert viewer.state.view.selected_view == 1
    for name in changing:
        assert picture(viewer.window, name) != before[name], name
    assert child(viewer.window, "strip_photo_name", QLabel).text() == "photo 2.jpg"
