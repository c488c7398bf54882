"""Chips of the filters in the real window, and why a pixel is hidden."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QScrollArea, QToolButton

from app.widgets.map_tile import MapTile
from tests.app.hands import Hands
from tests.app.window_fixtures import child, run_photos

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
    assert why.text().endswith("hidden by lowest 20 % confidence, experts, the other side's cut")
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
