"""Window layouts, and the command that takes their pictures."""

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QScrollArea, QTabBar

from moe3d_viewer.layout_pictures import MAX_BYTES, all_shots, take_pictures
from moe3d_viewer.state.layers.view_options import Layout
from moe3d_viewer.state.work import VIEWS
from moe3d_viewer.widgets.actions.layouts import window_layouts
from moe3d_viewer.widgets.maps.map_tile import MapTile
from tests.app.questions import answer
from tests.app.window_fixtures import child, drop, run_photos
from tests.patience import rest

pytestmark = pytest.mark.gui


def open_panels(window) -> set[str]:
    docks = window.findChildren(QDockWidget)
    return {d.objectName().removesuffix("_dock") for d in docks if d.toggleViewAction().isChecked()}


def test_each_layout_opens_its_panels_by_key_and_is_kept(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    window = viewer.window
    keys = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_5, Qt.Key.Key_4)
    *others, last, everything = window_layouts()
    for key, layout in zip(keys, (*others, everything, last), strict=True):
        qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
        assert open_panels(window) == set(layout.panels)
        assert window.commands[f"layout_{layout.name}"].isChecked()
        assert viewer.state.view.layout is VIEWS[layout.name]
    assert viewer.state.view.layout is Layout.SINGLE
    assert viewer.state.settings.value("window_layout", "") == "export"
    qtbot.keyClick(window, keys[0], Qt.KeyboardModifier.ControlModifier)
    assert child(window, "photos_dock", QDockWidget).isVisible()


def click_tab(window, text, qtbot) -> None:
    for bar in window.findChildren(QTabBar):
        texts = [bar.tabText(index) for index in range(bar.count())]
        if bar.isVisible() and text in texts:
            place = bar.tabRect(texts.index(text)).center()
            qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=place)
            return
    raise AssertionError(f"no tab is called {text}")


def in_front(window) -> set[str]:
    docks = window.findChildren(QDockWidget)
    return {d.windowTitle() for d in docks if not d.visibleRegion().isEmpty()}


def test_the_tab_in_front_stays_there_over_the_next_result(viewer, photos, backend, qtbot):
    run_photos(viewer, photos, qtbot)
    window, state = viewer.window, viewer.state
    qtbot.keyClick(window, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    for title in ("Compare", "3D view", "Inspector"):
        click_tab(window, title, qtbot)
        qtbot.waitUntil(lambda title=title: title in in_front(window))
        before = state.display.prediction
        qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
        answer(viewer, qtbot, "discard")
        gone = (None, before)
        qtbot.waitUntil(lambda gone=gone: all(state.display.prediction is not old for old in gone))
        rest(qtbot, window, [viewer.runner])
        assert {"Compare", "3D view", "Inspector"} & in_front(window) == {title}


def test_a_panel_that_goes_with_the_result_comes_back_in_front(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    window, state = viewer.window, viewer.state
    qtbot.keyClick(window, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    click_tab(window, "Compare", qtbot)
    qtbot.waitUntil(lambda: "Compare" in in_front(window))
    drop(window, [photos])
    answer(viewer, qtbot, "discard")
    qtbot.waitUntil(lambda: state.display.prediction is None and state.session.can_run)
    qtbot.waitUntil(lambda: "Inspector" in in_front(window))
    rest(qtbot, window, [viewer.runner])
    qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: state.display.prediction is not None)
    rest(qtbot, window, [viewer.runner])
    assert "Compare" in in_front(window)


def test_few_maps_leave_the_panels_at_the_sides_their_height(viewer, photos, qtbot):
    viewer.window.resize(1280, 720)
    run_photos(viewer, photos, qtbot)
    window = viewer.window
    docks = {name: child(window, f"{name}_dock", QDockWidget) for name in ("photos", "maps")}

    def below() -> bool:
        return docks["maps"].geometry().top() > docks["photos"].geometry().bottom()

    qtbot.keyClick(window, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    rest(qtbot, window, [viewer.runner])
    assert below()
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    rest(qtbot, window, [viewer.runner])
    assert not below()
    assert docks["maps"].geometry().left() > docks["photos"].geometry().right()
    tiles = [tile for tile in window.findChildren(MapTile) if tile.isVisible()]
    strip = child(window, "strip_scroll", QScrollArea)
    seen = sum(tile.visibleRegion().boundingRect().width() for tile in tiles)
    assert seen > 0.6 * strip.viewport().width()
    assert strip.horizontalScrollBar().maximum() == 0


def test_pictures_of_all_layouts_are_small_and_of_their_size(viewer, photos, tmp_path, qtbot):
    run_photos(viewer, photos, qtbot)
    paths = take_pictures(viewer, tmp_path / "pictures")
    assert len({path.name for path in paths}) == 16
    for path, shot in zip(paths, all_shots(), strict=True):
        with Image.open(path) as picture:
            assert picture.size == shot.size
            brightness = picture.convert("L").resize((1, 1)).getpixel((0, 0))
        assert (brightness > 128) == (shot.theme == "light")
        assert path.stat().st_size < MAX_BYTES
    assert {p.name for p in (tmp_path / "pictures").iterdir()} == {p.name for p in paths}
