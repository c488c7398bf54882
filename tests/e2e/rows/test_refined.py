"""What all photos together say: refined layers, support, and how well each photo agrees.

The scene is `refined_prediction`: depth 1 left of x = 21; right of it the network says 2 and all
photos together 2.1. Support grows from left to right, 0 to 4. Photo 4 disagrees.
"""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QListWidget,
    QScrollArea,
    QTableWidget,
)

from moe3d.scene.maps.color_tables import SUPPORT_RGB
from moe3d_viewer.widgets.compare.compare_table import CompareTable
from moe3d_viewer.widgets.maps.color_bar import ColorBar
from moe3d_viewer.widgets.maps.map_tile import MapTile
from moe3d_viewer.widgets.maps.profile_plots import ProfilePlots
from tests.app.hands import Hands, color_at
from tests.app.questions import answer
from tests.app.window_fixtures import build_viewer, child, run_photos
from tests.scenes import refined_prediction, step_prediction

pytestmark = pytest.mark.gui
LEFT = Qt.MouseButton.LeftButton
SUMMARY = (
    "3 of 4 photos placed, 5,312 matches, residual 0.6 px, 71 % confirmed, photos differ by 1.4 %"
)


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "garden wall"
    folder.mkdir()
    for number in range(1, 5):
        (folder / f"{number}.jpg").write_bytes(b"")
    return folder


@pytest.fixture
def refined(backend, request) -> Hands:
    backend.make, backend.follows_photos = refined_prediction, True
    return request.getfixturevalue("hands")


def text_of(hands: Hands, name: str) -> str:
    return hands.find(name, QLabel).text()


def test_a_refined_result_is_shown_at_once_and_one_switch_leads_to_the_networks_own(refined):
    counts = refined.find("no_gl_counts", QLabel)
    assert counts.text().splitlines()[0].startswith("MoE3D refined: ")
    assert counts.text().splitlines()[1].startswith("VGGT refined: ")
    layers = refined.find("layer", QComboBox)
    assert [layers.itemText(index) for index in range(layers.count())] == [
        "MoE3D (fused)",
        "MoE3D refined",
        "Expert 1",
        "Expert 2",
        "Expert 3",
        "Expert 4",
        "VGGT",
        "VGGT refined",
    ]
    assert layers.currentData() == "refined"
    assert "all photos were asked" in layers.toolTip()
    refined.tick("show_refined")
    refined.wait(lambda: counts.text().startswith("MoE3D (fused): "))
    assert counts.text().splitlines()[1].startswith("VGGT: ")
    assert layers.currentData() == "fused"
    refined.key(refined.find("strip_scroll", QScrollArea), Qt.Key.Key_R)
    refined.wait(lambda: counts.text().startswith("MoE3D refined: "))
    assert refined.find("show_refined", QCheckBox).isChecked()


def test_refined_depth_and_support_are_maps(refined):
    fused, better, support = (
        refined.show(refined.find(f"tile_{name}", MapTile))
        for name in ("fused", "refined", "support")
    )
    assert (better.title, support.title) == ("Refined", "Support 0 to 3+")
    assert color_at(fused, 3, 9) == color_at(better, 3, 9)
    seen = [color_at(support, x, 9) for x in (3, 12, 21, 29, 39)]
    assert seen == [*SUPPORT_RGB, SUPPORT_RGB[-1]]
    assert refined.find("tile_vggt-refined", MapTile).title == "VGGT refined"
    refined.hover("support", 12, 9)
    assert refined.find("color_bar", ColorBar).accessibleName() == "photos from 0 to 3"
    refined.choose_from("which_maps", "Support")
    assert refined.window.findChild(MapTile, "tile_support") is None


def test_the_status_bar_says_refined_depth_and_how_many_photos_confirm_it(refined):
    refined.hover("refined", 29, 9)
    said = text_of(refined, "cursor_values")
    assert "MoE3D refined 2.1 confirmed by 3 photos" in said
    assert "MoE3D (fused) 2   VGGT refined 2 " in said
    refined.hover("photo", 12, 9)
    assert "MoE3D refined 1 confirmed by 1 photo " in text_of(refined, "cursor_values")
    refined.hover("fused", 3, 9)
    said = text_of(refined, "cursor_values")
    assert "MoE3D (fused) 1 confirmed by no other photo" in said
    assert "   VGGT 1 " in said


def test_the_profile_has_refined_curves(refined):
    tile = refined.find("tile_fused", MapTile)
    refined.key(refined.find("strip_scroll", QScrollArea), Qt.Key.Key_P)
    start, end = (tile.point_of(x, 9).toPoint() for x in (15, 26))
    refined.drag(tile, start, end)
    refined.wait(lambda: refined.window.findChild(ProfilePlots) is not None)
    curves = refined.find("profile_plots", ProfilePlots).curves()
    assert curves["Refined"].tolist() == [1] * 6 + [pytest.approx(2.1)] * 6
    assert curves["VGGT refined"].tolist() == [1] * 6 + [2] * 6


def test_a_what_if_says_that_it_mixes_the_networks_own_depth(refined):
    counts = refined.find("no_gl_counts", QLabel)
    refined.key(refined.find("strip_scroll", QScrollArea), Qt.Key.Key_2)
    refined.wait(lambda: counts.text().startswith("MoE3D (fused): "))
    assert "of the network's own depth: only expert 2" in text_of(refined, "what_if_text")
    switch = refined.find("show_refined", QCheckBox)
    assert not switch.isEnabled()
    assert "what-if" in switch.toolTip()
    assert "network's own depth, not the refined one" in text_of(refined, "remix_note")
    refined.press("what_if_back")
    refined.wait(lambda: counts.text().startswith("MoE3D refined: "))
    assert switch.isEnabled()


def test_refined_depths_are_compared_with_each_other_and_raw_ones_too(refined):
    table = refined.show(refined.find("compare_table", CompareTable))

    def headings() -> list[str]:
        items = [table.horizontalHeaderItem(column) for column in (0, 1, 2)]
        return [item.text() for item in items if item is not None]

    refined.wait(lambda: headings() == ["Refined", "MoE3D", "VGGT"] and table.rowCount() > 9)
    assert refined.find("tile_difference", MapTile).title.startswith("Difference")
    refined.tick("show_refined")
    refined.show(table)
    refined.wait(lambda: headings() == ["Own depth", "MoE3D", "VGGT"] and table.rowCount() > 9)


def test_the_window_says_how_well_the_photos_agree(refined):
    assert text_of(refined, "toast_text").startswith(
        "3 of 4 photos placed, 4,704 points, 79 % of them confirmed by another photo, in "
    )
    assert text_of(refined, "agreement_summary") == SUMMARY
    assert "matches no other photo" in text_of(refined, "banner_text")
    table = refined.show(refined.find("agreement_table", QTableWidget))
    cells = [[table.item(row, column).text() for column in range(6)] for row in range(4)]
    assert cells[1] == ["2.jpg", "BA", "2,512", "0.6", "75 %", "1.2 %"]
    assert cells[3] == ["⚠ 4.jpg", "net", "0", "-", "8 %", "12.3 %"]
    assert "disagrees with the other photos" in table.item(3, 0).toolTip()
    place = table.visualItemRect(table.item(2, 1)).center()
    refined.qtbot.mouseClick(table.viewport(), LEFT, pos=place)
    assert text_of(refined, "strip_photo_name") == "3.jpg"


def test_a_photo_that_disagrees_is_marked_in_the_list(refined):
    cards = refined.find("photo_list", QListWidget)
    assert cards.item(3).text().splitlines()[-2:] == [
        "⚠ camera not placed",
        "⚠ differs by 12.3 %",
    ]
    assert "⚠" not in cards.item(1).text()
    refined.key(cards, Qt.Key.Key_End)
    room = cards.viewport().height()
    refined.wait(lambda: cards.visualItemRect(cards.item(3)).bottom() < room)
    assert "Camera: bundle adjustment; 2,512 matches, residual 0.6 px" in cards.item(1).toolTip()


def test_what_the_next_run_refines_is_chosen_and_copied_as_a_command(refined, backend):
    refined.choose("refine", "cameras")
    assert refined.find("refine", QComboBox).currentText() == "Cameras"
    refined.command("copy_run")
    assert "--refine cameras" in QGuiApplication.clipboard().text()
    refined.hotkey(Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    answer(refined.viewer, refined.qtbot, "discard")
    refined.wait(lambda: len(backend.requests) == 2)
    assert [request.refine for request in backend.requests] == ["auto", "cameras"]


def test_a_session_brings_the_chosen_layer_back(refined, backend, store, tmp_path, qtbot):
    refined.tick("show_refined")
    shift = Qt.KeyboardModifier.ShiftModifier
    refined.hotkey(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | shift)
    path = tmp_path / "garden.moe3d"
    refined.answer_file_dialog(path)
    refined.wait(path.exists)
    refined.wait(lambda: not refined.viewer.state.scene_file.is_busy)
    again = build_viewer(qtbot, store, backend)
    again.state.open_paths([path])
    box = child(again.window, "layer", QComboBox)
    refined.wait(lambda: box.currentData() == "fused")
    switch = Hands(again, qtbot).tick("show_refined")
    refined.wait(lambda: box.currentData() == "refined")
    assert switch.isChecked()
    again.window.close_at_once()
    assert again.close_down()


def test_without_refined_depth_nothing_of_it_is_offered(viewer, photos, backend, qtbot):
    backend.make, backend.follows_photos = step_prediction, True
    run_photos(viewer, photos, qtbot)
    hands = Hands(viewer, qtbot)
    hands.show(hands.find("layer", QComboBox))
    assert hands.find("show_refined", QCheckBox).isHidden()
    assert not hands.window.commands["refined"].isEnabled()
    assert hands.find("agreement_table", QTableWidget).isHidden()
    assert text_of(hands, "toast_text").startswith("4,704 points, in ")
    assert hands.window.findChild(MapTile, "tile_support") is None


def test_h_over_the_photo_asks_about_the_layer_that_is_shown(refined):
    refined.key(refined.find("confidence_slider"), Qt.Key.Key_End)
    refined.hover("photo", 3, 9)
    refined.key(refined.find("strip_scroll", QScrollArea), Qt.Key.Key_H)
    refined.wait(lambda: "lowest" in text_of(refined, "why_hidden"))
    assert not refined.viewer.state.notices.errors
