"""What a newcomer sees: one view and plain words, with a door to what lies behind."""

import re
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDockWidget,
    QLabel,
    QMainWindow,
    QMenu,
    QTabBar,
    QToolButton,
    QWidget,
)

from moe3d_viewer.state.layers.view_options import Layout
from moe3d_viewer.widgets.maps.map_tile import MapTile
from tests.app.cut_off import cut_off
from tests.app.hands import Hands
from tests.app.questions import answer
from tests.app.window_fixtures import build_viewer, child, fresh_store, run_photos
from tests.patience import rest

pytestmark = pytest.mark.gui
RESEARCH = re.compile(
    r"\b(expert|gat(e|ing)\b|re-?mix|what-if|flying|refined|fused|entropy|margin|baseline|"
    r"precision|bfloat|VGGT|MoE3D(?! Viewer))",
    re.IGNORECASE,
)
DOORS = {"Compare with VGGT"}


@pytest.fixture
def newcomer(qtbot, tmp_path, backend, photos):
    """A window of a first start with a result."""
    backend.follows_photos = True
    made = build_viewer(qtbot, fresh_store(tmp_path), backend, "--size", "1280x720")
    run_photos(made, photos, qtbot)
    rest(qtbot, made.window, [made.runner])
    yield made
    made.window.close_at_once()
    assert made.close_down()


def words_on_screen(window: QWidget) -> list[str]:
    """Everything that can be read in the window without opening a menu or a list."""
    without_graphics = window.findChild(QWidget, "no_gl_view")
    shown = []
    for kind in (QLabel, QAbstractButton, QComboBox, QTabBar):
        for part in window.findChildren(kind):
            if not part.isVisible() or without_graphics.isAncestorOf(part):
                continue
            if isinstance(part, QComboBox):
                shown += [part.itemText(n) for n in range(part.count())]
            elif isinstance(part, QTabBar):
                shown += [part.tabText(n) for n in range(part.count())]
            else:
                shown.append(part.text())
    return [text for text in shown if text]


def of_research(window: QWidget) -> list[str]:
    """Words of research, but for the doors that lead to it and a filter's own name."""
    known = DOORS | {"Flying points"}
    return [text for text in words_on_screen(window) if RESEARCH.search(text) and text not in known]


def open_panels(window: QMainWindow) -> set[str]:
    docks = window.findChildren(QDockWidget)
    return {d.objectName().removesuffix("_dock") for d in docks if d.toggleViewAction().isChecked()}


def test_a_newcomer_sees_one_view_and_no_word_of_research(newcomer, qtbot):
    window, hands = newcomer.window, Hands(newcomer, qtbot)
    assert newcomer.state.display.layout is Layout.SINGLE
    assert open_panels(window) == {"photos", "inspector", "maps"}
    assert of_research(window) == []
    for section in ("filters", "points", "info", "next_run"):  # also in what is folded
        hands.show(child(window, f"{section}_section").body)
        assert of_research(window) == [], section
    tiles = [t.property("layer") for t in window.findChildren(MapTile) if t.isVisible()]
    assert tiles == ["photo", "fused", "confidence"]
    rest(qtbot, window, [newcomer.runner])
    assert "\n".join(cut_off(window)) == ""


def test_a_pixel_is_read_in_plain_words(newcomer, qtbot):
    hands = Hands(newcomer, qtbot)
    hands.hover("fused", 5, 9)
    text = child(newcomer.window, "cursor_values", QLabel).text()
    assert "depth 1 " in text
    assert not RESEARCH.search(text)


def test_a_map_has_one_name_in_the_strip_enlarged_and_in_its_menu(newcomer, qtbot):
    window, hands = newcomer.window, Hands(newcomer, qtbot)
    tile = hands.show(hands.find("tile_fused", MapTile))
    assert tile.title == "Depth"
    qtbot.mouseDClick(tile, Qt.MouseButton.LeftButton)
    listed = child(window, "large_map_key", QComboBox)
    qtbot.waitUntil(listed.isVisible)
    assert [listed.itemText(n) for n in range(listed.count())] == ["Photo", "Depth", "Confidence"]
    assert listed.currentText() == "Depth"
    assert of_research(window) == []
    hands.press("large_map_save")
    menu = child(window, "map_menu", QMenu)
    qtbot.waitUntil(menu.isVisible)
    assert menu.actions()[0].text() == "Depth"
    qtbot.keyClick(menu, Qt.Key.Key_Escape)
    qtbot.keyClick(child(window, "large_tile"), Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: listed.currentText() == "Confidence")
    hands.hotkey(Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: listed.findText("Fused") >= 0)
    assert listed.findText("Depth") < 0


def test_the_door_opens_the_comparison_and_simple_leads_back(newcomer, qtbot):
    window, hands, state = newcomer.window, Hands(newcomer, qtbot), newcomer.state
    assert not child(window, "tool_split", QToolButton).isVisible()
    hands.press("door_to_compare")
    rest(qtbot, window, [newcomer.runner])
    assert state.display.layout is Layout.SPLIT  # computed already: nothing is run again
    assert len(newcomer.state.display.layers_shown) == 2
    assert child(window, "compare_dock", QDockWidget).isVisible()
    assert of_research(window)
    assert child(window, "tool_split", QToolButton).isVisible()
    hands.press("door_to_reconstruct")
    rest(qtbot, window, [newcomer.runner])
    assert state.display.layout is Layout.SINGLE
    assert of_research(window) == []


def test_the_inspector_leads_to_the_experts_and_to_everything(newcomer, qtbot):
    window, hands = newcomer.window, Hands(newcomer, qtbot)
    hands.press("door_experts")
    qtbot.waitUntil(lambda: child(window, "experts_section", QWidget).isVisible())
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    hands.press("door_everything")
    assert open_panels(window) == {"photos", "inspector", "scene", "compare", "maps"}


def test_two_views_have_their_names_also_in_the_plain_layout(newcomer, qtbot):
    hands = Hands(newcomer, qtbot)
    hands.command("split")
    rest(qtbot, newcomer.window, [newcomer.runner])
    assert "MoE3D" in child(newcomer.window, "kept_points", QLabel).text()
    hands.press("tool_single")
    rest(qtbot, newcomer.window, [newcomer.runner])
    assert "MoE3D" not in child(newcomer.window, "kept_points", QLabel).text()


def test_the_kind_of_work_is_kept_for_the_next_start(newcomer, qtbot, tmp_path, backend):
    Hands(newcomer, qtbot).press("door_to_compare")
    newcomer.window.close_at_once()
    again = build_viewer(qtbot, fresh_store(tmp_path), backend)
    assert again.state.work.name == "compare"
    assert again.state.view.layout is Layout.SPLIT
    again.window.close_at_once()


def test_who_had_an_earlier_version_keeps_its_panels_and_words(qtbot, tmp_path, backend, photos):
    first = build_viewer(qtbot, fresh_store(tmp_path), backend)
    run_photos(first, photos, qtbot)
    first.window.close_at_once()
    store = fresh_store(tmp_path)
    assert store.contains("layout")
    store.remove("window_layout")  # which it did not write
    second = build_viewer(qtbot, store, backend)
    assert second.state.work.name == "everything"
    run_photos(second, photos, qtbot)
    assert second.state.display.layout is Layout.SPLIT
    assert child(second.window, "experts_section", QWidget).isVisible()
    second.window.close_at_once()


def test_without_a_comparison_the_door_says_how_to_get_one(newcomer, qtbot, photos, backend):
    made = backend.make
    backend.make = lambda: replace(made(), baseline=None)
    qtbot.keyClick(newcomer.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    answer(newcomer, qtbot, "discard")
    qtbot.waitUntil(lambda: not newcomer.state.display.has_baseline)
    door = child(newcomer.window, "door_to_compare", QToolButton)
    assert door.isVisible()
    assert not door.isEnabled()
    assert "run again" in door.toolTip()


def test_the_second_start_is_as_plain_as_the_first(newcomer, qtbot, backend, tmp_path):
    newcomer.window.close_at_once()
    assert newcomer.close_down()
    second = build_viewer(qtbot, fresh_store(tmp_path), backend)
    assert second.state.work.name == "reconstruct"
    assert second.state.work.is_plain
    second.window.close_at_once()
    assert second.close_down()
