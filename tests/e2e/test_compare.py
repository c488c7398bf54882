"""MoE3D against VGGT in numbers, places and truth, in the whole window with real events."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLabel,
    QListWidget,
    QMessageBox,
    QPushButton,
    QTableWidget,
    QWidget,
)

from moe3d.scene.maps.color_tables import FLYING_COLOR
from moe3d_viewer.widgets.maps.map_tile import MapTile
from tests.app.hands import Hands
from tests.app.window_fixtures import child, run_photos
from tests.moe3d.evaluation.one_scene.test_scene_truth import truth_folder
from tests.patience import turns
from tests.scenes import step_prediction

pytestmark = pytest.mark.gui


@pytest.fixture
def comparing(viewer, photos, qtbot):
    """A result, with the Compare panel in front and its numbers there."""
    run_photos(viewer, photos, qtbot)
    Hands(viewer, qtbot).show(child(viewer.window, "compare_panel", QWidget))
    wait_for_numbers(viewer, qtbot)
    return viewer


def wait_for_numbers(viewer, qtbot) -> None:
    measured = viewer.state.comparison_report
    qtbot.waitUntil(lambda: measured.report is not None and not measured.is_measuring)


def wait_until_idle(viewer, qtbot) -> None:
    qtbot.waitUntil(lambda: not viewer.state.comparison_report.is_measuring)


def rows_of(window) -> dict[str, tuple[str, str]]:
    table = child(window, "compare_table", QTableWidget)
    texts = {}
    for row in range(table.rowCount()):
        cells = [table.item(row, column) for column in range(3)]
        if cells[1] is not None:
            texts[cells[0].text()] = (cells[1].text(), cells[2].text())
    return texts


def test_the_table_says_what_was_counted_and_is_copied(comparing, qtbot):
    window = comparing.window
    rows = rows_of(window)
    assert rows["Flying pixels"] == ("0", "280")
    assert rows["Flying rate"] == ("0.00 %", "100.00 %")
    assert rows["Valid pixels"] == ("2,352", "2,352")
    table = child(window, "compare_table", QTableWidget)
    bold = {
        table.item(row, 0).text(): [table.item(row, side).font().bold() for side in (1, 2)]
        for row in range(table.rowCount())
        if table.item(row, 1) is not None
    }
    assert bold["Flying pixels"] == [True, False]
    assert bold["Valid pixels"] == [False, False]
    qtbot.mouseClick(child(window, "copy_table", QPushButton), Qt.MouseButton.LeftButton)
    assert "Flying pixels\t0\t280\t" in QGuiApplication.clipboard().text()
    QGuiApplication.clipboard().clear()
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().startswith("measure\tMoE3D\tVGGT")


def test_another_cut_is_counted_anew(comparing, qtbot):
    before = rows_of(comparing.window)["Kept by its own cut"]
    hands = Hands(comparing, qtbot)
    slider = hands.find("confidence_slider")
    for _ in range(3):
        hands.key(slider, Qt.Key.Key_PageUp)
    hands.show(hands.find("compare_panel"))
    qtbot.waitUntil(lambda: rows_of(comparing.window)["Kept by its own cut"] != before)
    assert rows_of(comparing.window)["Kept by its own cut"] == ("1,176", "1,176")


def patchy():
    """VGGT is 40 % too far in a patch at the step of the second of two larger photos."""
    prediction = step_prediction(height=112, width=168)
    second = prediction.depth.copy()
    second[1, 60:72, 80:96] *= 1.4
    return replace(prediction, baseline=replace(prediction.baseline, depth=second))


def test_a_place_is_shown_in_every_map(viewer, backend, photos, qtbot):
    backend.make = patchy
    run_photos(viewer, photos, qtbot)
    window, state = viewer.window, viewer.state
    Hands(viewer, qtbot).show(child(window, "compare_panel", QWidget))
    wait_for_numbers(viewer, qtbot)
    places = child(window, "place_list", QListWidget)
    (place,) = state.comparison_report.report.places
    assert (place.view_index, place.left, place.top) == (1, 80, 60)
    assert places.count() == 1
    assert "photo 2.jpg" in places.item(0).text()
    assert "29 % nearer" in places.item(0).text()  # 1 / 1.4 - 1
    assert not places.item(0).icon().isNull()
    tile = child(window, "tile_fused", MapTile)
    usual = tile.point_of(90, 66).x() - tile.point_of(80, 66).x()
    middle = places.visualItemRect(places.item(0)).center()
    qtbot.mouseClick(places.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert state.view.selected_view == 1
    assert (state.cursor.pixel.x, state.cursor.pixel.y) == (place.x, place.y)
    for key in ("fused", "vggt", "photo"):  # one zoom for all
        tile = child(window, f"tile_{key}", MapTile)
        assert tile.image_rect().contains(tile.point_of(place.x, place.y))
        assert tile.point_of(90, 66).x() - tile.point_of(80, 66).x() > 2 * usual
    state.view.select_view(0)
    places.setCurrentRow(0)
    qtbot.keyClick(places, Qt.Key.Key_Return)
    assert state.view.selected_view == 1


def test_numbers_are_measured_only_while_somebody_looks(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    hands = Hands(viewer, qtbot)
    slider = hands.show(hands.find("confidence_slider"))
    wait_until_idle(viewer, qtbot)
    hands.key(slider, Qt.Key.Key_PageUp)
    assert not viewer.state.comparison_report.is_measuring
    Hands(viewer, qtbot).show(child(viewer.window, "compare_panel", QWidget))
    wait_for_numbers(viewer, qtbot)


def test_loaded_truth_adds_metrics_and_error_maps(comparing, qtbot, tmp_path):
    window, state = comparing.window, comparing.state
    hands = Hands(comparing, qtbot)
    hands.command("load_truth")
    hands.answer_file_dialog(truth_folder(tmp_path / "truth"))
    qtbot.waitUntil(lambda: state.truth.truth is not None)
    wait_for_numbers(comparing, qtbot)
    qtbot.waitUntil(lambda: "AbsRel, one scale a scene" in rows_of(window))
    rows = rows_of(window)
    for scale in ("one scale a scene", "a scale a photo"):
        errors = [float(text) for text in rows[f"AbsRel, {scale}"]]
        assert errors[0] < 1e-6 < errors[1]
        assert rows[f"δ < 1.25, {scale}"][0] == "100.00 %"
    assert "AUC@30" in rows
    status = child(window, "compare_status", QLabel)
    assert "median scale, one for the scene" in status.text()
    for key in ("error_fused", "error_vggt"):
        assert child(window, f"tile_{key}", MapTile).isVisible()
    hands.hover("error_vggt", 21, 10)  # VGGT says 1.5 where 2 is true
    values = child(window, "cursor_values", QLabel)
    qtbot.waitUntil(lambda: "Error VGGT" in values.text())
    hands.command("clear_truth")
    wait_for_numbers(comparing, qtbot)
    assert "AbsRel, one scale a scene" not in rows_of(window)
    assert window.findChild(MapTile, "tile_error_fused") is None


def test_a_wrong_truth_gets_one_sentence_and_changes_nothing(comparing, qtbot, tmp_path):
    np.save(tmp_path / "photo 1.npy", np.ones((50, 50)))
    hands = Hands(comparing, qtbot)
    hands.command("load_truth_file")
    hands.answer_file_dialog(tmp_path / "photo 1.npy")
    qtbot.waitUntil(lambda: comparing.window.findChild(QMessageBox, "error_box") is not None)
    box = comparing.window.findChild(QMessageBox, "error_box")
    assert "is 50 x 50; wanted the photo's 84 x 56" in box.informativeText()
    box.close()
    assert comparing.state.truth.truth is None
    assert rows_of(comparing.window)["Flying pixels"] == ("0", "280")


def test_flying_points_can_be_seen_as_a_map(comparing, qtbot):
    window = comparing.window
    assert window.findChild(MapTile, "tile_flying_vggt") is None
    Hands(comparing, qtbot).choose_from("which_maps", "Flying points")
    lit = {}
    for side in ("fused", "vggt"):
        tile = child(window, f"tile_flying_{side}", MapTile)
        qtbot.waitUntil(tile.isVisible)
        picture = tile.grab().toImage()
        points = [(x, y) for x in range(picture.width()) for y in range(24, picture.height())]
        colors = [picture.pixelColor(x, y).getRgb()[:3] for x, y in points]
        lit[side] = sum(np.abs(np.subtract(color, FLYING_COLOR)).max() < 30 for color in colors)
    assert lit["fused"] == 0 < lit["vggt"]


def test_the_switch_is_on_and_is_remembered(comparing, qtbot):
    switch = child(comparing.window, "same_mask", QCheckBox)
    assert switch.isChecked()
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton, pos=QPoint(8, switch.height() // 2))
    assert comparing.state.comparison.same_mask is False
    assert comparing.state.remembered.snapshot()["comparison"]["same_mask"] is False
    qtbot.keyClick(comparing.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert switch.isChecked()


class WindowWatch(QObject):
    """Notes tiles that come to the screen as windows."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, MapTile) and event.type() == QEvent.Type.Show and watched.isWindow():
            self.seen.append(watched.objectName())
        return False


def test_no_tile_is_ever_a_window_of_its_own(comparing, qtbot):
    watch = WindowWatch()
    QApplication.instance().installEventFilter(watch)
    comparing.state.maps.show_map("flying", True)
    comparing.state.maps.show_map("entropy", False)
    comparing.state.maps.show_map("entropy", True)
    turns(qtbot)
    QApplication.instance().removeEventFilter(watch)
    assert watch.seen == []


def test_one_run_gives_both_networks(comparing, backend):
    assert [request.compare for request in backend.requests] == [True]
    assert comparing.state.display.has_baseline
    assert comparing.state.display.layers_shown == ("fused", "vggt")
    assert child(comparing.window, "tile_vggt", MapTile).isVisible()


def colors_in(tile: MapTile) -> list[tuple[int, ...]]:
    """Colours along the middle of a tile's picture, from left to right."""
    picture, rect = tile.grab().toImage(), tile.image_rect()
    y = round(rect.center().y())
    return [
        picture.pixelColor(x, y).getRgb()[:3] for x in range(round(rect.left()), int(rect.right()))
    ]


def test_swipe_and_flip_show_both_networks_in_one_map(comparing, qtbot):
    window, state = comparing.window, comparing.state
    assert window.findChild(MapTile, "tile_sides") is None
    hands = Hands(comparing, qtbot)
    hands.press("tool_swipe")
    tile = child(window, "tile_sides", MapTile)
    qtbot.waitUntil(tile.isVisible)
    fused, vggt = (colors_in(child(window, f"tile_{key}", MapTile)) for key in ("fused", "vggt"))
    assert tile.title == "MoE3D | VGGT"
    for share in (0.5, 0.2):
        state.comparison.set_swipe(share)
        border = round(share * len(fused))
        found = colors_in(tile)
        assert found[: border - 8] == fused[: border - 8]
        assert found[border + 8 :] == vggt[border + 8 :]
    for x, side in ((3, "fused"), (30, "vggt")):  # the border is at a fifth of 42 pixels
        for shift in (1, 0):  # a mouse that stands there already tells nothing
            qtbot.mouseMove(tile, tile.point_of(x, 10).toPoint() + QPoint(shift, 0))
        qtbot.waitUntil(lambda side=side: getattr(state.cursor.pixel, "layer", "") == side)
    hands.press("tool_flip")
    tile = child(window, "tile_sides", MapTile)
    qtbot.waitUntil(tile.isVisible)
    assert (tile.title, colors_in(tile)) == ("MoE3D", fused)
    hands.command("other_side")
    assert (tile.title, colors_in(tile)) == ("VGGT", vggt)
    hands.press("tool_split")
    assert window.findChild(MapTile, "tile_sides") is None
