"""Chips of the filters in the real window, and why a pixel is hidden."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QScrollArea, QToolButton

from moe3d_viewer.widgets.maps.map_tile import MapTile
from tests.app.hands import Hands
from tests.app.window_fixtures import child, run_photos
from tests.patience import rest
from tests.scenes import open_prediction
from tests.supported_scenes import supported_prediction

pytestmark = pytest.mark.gui


def test_chips_count_and_a_click_switches_the_filter_off(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    window, state = viewer.window, viewer.state
    chip = child(window, "chip_confidence", QToolButton)
    # 42 columns of growing confidence, 20 % of the points hidden: the lowest eight columns.
    views = state.display.prediction.num_views
    gone = 8 * 28 * views
    qtbot.waitUntil(lambda: chip.text() == f"lowest 20 % confidence  \N{MINUS SIGN}{gone:,}")
    total = 42 * 28 * views
    kept = child(window, "kept_points", QLabel)
    assert kept.text().endswith(f"{total - gone:,} of {total:,} points")
    assert not child(window, "chip_edges", QToolButton).isVisible()
    Hands(viewer, qtbot).tick("edge_filter")
    assert child(window, "chip_edges", QToolButton).isVisible()
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert state.view.percentile == 0
    assert not chip.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert chip.isVisible()


def test_every_rule_that_hides_a_pixel_is_named(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    window, state = viewer.window, viewer.state
    tile, strip = child(window, "tile_fused", MapTile), child(window, "strip_scroll", QScrollArea)
    why = child(window, "why_hidden", QLabel)

    def ask_at(x: int) -> None:
        def hover() -> bool:
            qtbot.mouseMove(tile, tile.point_of(x, 9).toPoint())
            return state.cursor.pixel is not None and state.cursor.pixel.x == x

        qtbot.waitUntil(hover)  # the strip may still be finding its size
        strip.setFocus()
        qtbot.keyClick(strip, Qt.Key.Key_H)
        qtbot.waitUntil(why.isVisible)

    hands = Hands(viewer, qtbot)
    hands.tick("legend_expert_1")  # it decides the left half
    ask_at(3)
    assert why.text().endswith("hidden by lowest 20 % confidence, the other side's cut, experts")
    hands.tick("legend_expert_1")
    assert not why.isVisible()  # the answer is of yesterday
    ask_at(40)
    assert why.text().endswith("shown, no filter takes it")


def test_during_a_what_if_the_chips_say_whose_edges_and_counts_they_mean(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    window = viewer.window
    edges, kept = child(window, "chip_edges", QToolButton), child(window, "kept_points", QLabel)
    Hands(viewer, qtbot).tick("edge_filter")
    qtbot.waitUntil(lambda: "\N{MINUS SIGN}" in edges.text())
    assert edges.text().startswith("depth edges over 0.03")
    strip = child(window, "strip_scroll", QScrollArea)
    strip.setFocus()
    qtbot.keyClick(strip, Qt.Key.Key_2)  # expert 2 alone: a plane without any edge
    qtbot.waitUntil(lambda: edges.text().startswith("model's edges over 0.03"))
    assert "not in the what-if" in edges.toolTip()
    assert kept.text().startswith("Model's own: ")
    qtbot.keyClick(strip, Qt.Key.Key_0)
    qtbot.waitUntil(lambda: edges.text().startswith("depth edges over 0.03"))
    assert "what-if" not in edges.toolTip()
    assert kept.text().startswith("MoE3D (fused): ")


@pytest.fixture
def confirmed(viewer, photos, backend, qtbot):
    """A window with a result of two photos, 31 of whose 42 columns the other one confirms."""
    backend.make = lambda: supported_prediction(refined=False)
    run_photos(viewer, photos, qtbot)
    hands = Hands(viewer, qtbot)
    hands.key(hands.find("confidence_slider"), Qt.Key.Key_Home)  # all confidences
    hands.wait(lambda: viewer.state.scene.filter_list.counts("fused") is not None)
    return hands


def test_unconfirmed_points_go_unasked_and_one_click_brings_them_back(confirmed):
    chip = confirmed.find("chip_support", QToolButton)
    box, photos = confirmed.find("support_filter", QCheckBox), confirmed.find("min_support")
    gone = 11 * 28 * 2
    confirmed.wait(lambda: chip.text() == f"not confirmed by another photo  \N{MINUS SIGN}{gone}")
    assert (box.isChecked(), photos.value()) == (True, 1)
    confirmed.qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert not chip.isVisible()
    assert not box.isChecked()
    confirmed.tick("support_filter")
    confirmed.key(confirmed.show(photos), Qt.Key.Key_Up)
    more = 21 * 28 * 2
    words = "confirmed by fewer than 2 other photos"
    confirmed.wait(lambda: chip.text() == f"{words}  \N{MINUS SIGN}{more:,}")
    confirmed.hotkey(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    confirmed.wait(lambda: photos.value() == 1)


def test_three_chips_and_the_count_share_a_line_while_networks_are_compared(
    viewer, photos, backend, qtbot
):
    viewer.window.resize(1280, 720)
    backend.make = supported_prediction
    run_photos(viewer, photos, qtbot)
    Hands(viewer, qtbot).hotkey(Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    rest(qtbot, viewer.window, [viewer.runner])
    chips = [child(viewer.window, f"chip_{name}") for name in ("confidence", "support")]
    chips += [child(viewer.window, name) for name in ("chip_other_side", "kept_points")]
    assert all(chip.isVisible() for chip in chips)
    assert len({chip.geometry().center().y() // 8 for chip in chips}) == 1
    kept = child(viewer.window, "kept_points", QLabel)
    assert kept.toolTip().startswith("MoE3D refined: ")
    assert kept.toolTip().endswith(kept.text())
    viewer.window.resize(1900, 900)
    qtbot.waitUntil(lambda: kept.text() == kept.toolTip())


def test_a_large_map_in_place_of_the_points_has_their_room(viewer, photos, qtbot):
    viewer.window.resize(1280, 720)
    run_photos(viewer, photos, qtbot)
    hands = Hands(viewer, qtbot)
    hands.hotkey(Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    rest(qtbot, viewer.window, [viewer.runner])
    chips, views = child(viewer.window, "filter_chips"), child(viewer.window, "middle")
    before = views.height()
    qtbot.mouseDClick(hands.show(hands.find("tile_fused", MapTile)), Qt.MouseButton.LeftButton)
    large, tile = child(viewer.window, "large_map"), child(viewer.window, "large_tile")
    qtbot.waitUntil(lambda: large.isVisible() and not chips.isVisible())
    rest(qtbot, viewer.window, [viewer.runner])
    assert views.height() > before
    assert large.height() - tile.height() < 60  # one line over the map
    hands.press("large_map_beside")
    qtbot.waitUntil(chips.isVisible)


def test_why_a_pixel_is_hidden_names_support(confirmed):
    window, state, qtbot = confirmed.window, confirmed.viewer.state, confirmed.qtbot
    tile, strip = child(window, "tile_fused", MapTile), child(window, "strip_scroll", QScrollArea)
    why = child(window, "why_hidden", QLabel)
    answers = {
        3: "hidden by not confirmed by another photo",
        15: "shown, no filter takes it",
        40: "hidden by the other side's cut",  # VGGT's depth there is confirmed by none
    }
    for x, words in answers.items():

        def hover(x=x) -> bool:
            qtbot.mouseMove(tile, tile.point_of(x, 9).toPoint())
            return state.cursor.pixel is not None and state.cursor.pixel.x == x

        qtbot.waitUntil(hover)
        strip.setFocus()
        qtbot.keyClick(strip, Qt.Key.Key_H)
        qtbot.waitUntil(lambda words=words: why.isVisible() and why.text().endswith(words))


def test_without_support_the_filter_and_the_colour_say_why_they_are_off(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    hands = Hands(viewer, qtbot)
    box, mode = hands.find("support_filter", QCheckBox), hands.find("color_mode", QComboBox)
    assert not box.isEnabled()
    assert "photos were not compared" in box.toolTip()
    assert not hands.find("chip_support", QToolButton).isVisible()
    place = mode.findData("support")
    assert "photos were not compared" in mode.itemData(place, Qt.ItemDataRole.ToolTipRole)
    hands.show(mode)
    hands.key(mode, Qt.Key.Key_End)
    assert mode.currentData() == "view"  # the last that can be chosen


def test_the_sky_is_hidden_at_first_counted_and_brought_back(viewer, backend, photos, qtbot):
    backend.make = open_prediction
    run_photos(viewer, photos, qtbot)
    window, hands = viewer.window, Hands(viewer, qtbot)
    qtbot.mouseClick(child(window, "chip_confidence", QToolButton), Qt.MouseButton.LeftButton)
    chip, kept = child(window, "chip_sky", QToolButton), child(window, "kept_points", QLabel)
    gone, total = 2 * 7 * 42, 2 * 28 * 42  # seven rows of 42 columns in both photos
    qtbot.waitUntil(lambda: chip.text() == f"sky  \N{MINUS SIGN}{gone}")
    assert chip.isVisible()
    qtbot.waitUntil(lambda: kept.text().endswith(f"{total - gone:,} of {total:,} points"))
    box = hands.find("sky_filter", QCheckBox)
    assert box.isChecked()

    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: kept.text().endswith(f"{total:,} of {total:,} points"))
    assert not chip.isVisible()
    assert not box.isChecked()
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert chip.isVisible()
    hands.tick("sky_filter")
    assert not viewer.state.scene.filter_list.now.hide_sky
    hands.tick("sky_filter")
    qtbot.waitUntil(lambda: chip.text() == f"sky  \N{MINUS SIGN}{gone}")


def test_a_room_has_no_sky_to_hide(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    box = Hands(viewer, qtbot).find("sky_filter", QCheckBox)
    assert not box.isEnabled()
    assert not box.isChecked()
    assert not child(viewer.window, "chip_sky", QToolButton).isVisible()
