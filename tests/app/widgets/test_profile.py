"""The profile: drawn by a drag on a map, plotted, echoed by the cursor, saved."""

import csv
import io
from dataclasses import replace

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from moe3d.scene.profile import ProfileLine
from moe3d_viewer.state.exports.figure import WRITE_FIGURE
from moe3d_viewer.widgets.maps.map_strip import MapStrip
from moe3d_viewer.widgets.maps.map_tile import MapTile
from moe3d_viewer.widgets.maps.profile_controls import ProfileControls
from moe3d_viewer.widgets.maps.profile_panel import ProfilePanel
from moe3d_viewer.widgets.maps.profile_plots import ProfilePlots
from tests.app.window_fixtures import child
from tests.patience import turns
from tests.scenes import refined_prediction, step_prediction

pytestmark = pytest.mark.gui
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def desk(result, theme, show):
    """Maps over the profile, as in the window."""
    holder = QWidget()
    rows = QVBoxLayout(holder)
    strip = MapStrip(result)
    strip.setFixedHeight(240)  # tiles keep their size when the plots come
    rows.addWidget(strip)
    rows.addWidget(ProfileControls(result, theme))
    rows.addWidget(ProfilePanel(result, theme))
    show(holder, 1800, 620)
    return holder


def drag(qtbot, desk, start, end, name="fused"):
    """Draw a line on a map with the mouse."""
    tile = child(desk, f"tile_{name}", MapTile)
    qtbot.mouseClick(child(desk, "profile_draw", QToolButton), LEFT)
    qtbot.mousePress(tile, LEFT, pos=tile.point_of(*start).toPoint())
    middle = (tile.point_of(*start) + tile.point_of(*end)) / 2
    for place in (middle, tile.point_of(*end)):
        qtbot.mouseMove(tile, place.toPoint())
    qtbot.mouseRelease(tile, LEFT, pos=tile.point_of(*end).toPoint())


def brightest(tile, x, y) -> int:
    """Lightness of the lightest screen pixel at a pixel of the map, or just above or below."""
    picture, place = tile.grab().toImage(), tile.point_of(x, y).toPoint()
    return max(picture.pixelColor(place + QPoint(0, dy)).lightness() for dy in (-2, -1, 0, 1, 2))


def test_a_drag_on_any_map_draws_the_curves_of_every_depth(desk, result, qtbot):
    assert child(desk, "profile_hint", QLabel).isVisible()
    before = brightest(child(desk, "tile_photo", MapTile), 20, 9)
    drag(qtbot, desk, (12, 9), (30, 9), "expert_3")
    assert result.profile.line == ProfileLine(0, (12, 9), (30, 9))
    plots = child(desk, "profile_plots", ProfilePlots)
    curves = plots.curves()
    names = ["Expert 1", "Expert 2", "Expert 3", "Expert 4", "VGGT", "Fused"]
    assert list(curves) == names
    np.testing.assert_array_equal(curves["Fused"], [1] * 9 + [2] * 10)
    np.testing.assert_array_equal(
        curves["VGGT"], result.display.prediction.baseline.depth[0, 9, 12:31]
    )
    stacked = [item.getData()[1] for item in plots.weights.listDataItems()]
    np.testing.assert_allclose(stacked[-1], 1, atol=1e-6)
    np.testing.assert_allclose(stacked[1], [1] * 9 + [0] * 10, atol=1e-6)
    assert not result.profile.is_armed
    assert brightest(child(desk, "tile_photo", MapTile), 20, 9) > before + 60


@pytest.mark.parametrize("width", [430, 700, 1800])
def test_every_name_of_the_legend_is_seen_whole(
    state, runner, photos, backend, theme, show, qtbot, width
):
    backend.make = refined_prediction
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    panel = show(ProfilePanel(state, theme), width, 218)
    state.profile.draw(0, (12, 9), (30, 9))
    plots = child(panel, "profile_plots", ProfilePlots)
    assert_legend_is_whole(plots, qtbot)
    state.remix.solo(1)
    runner.run_all()
    note = child(panel, "profile_note", QLabel)
    assert "What-if" in note.text()
    assert note.heightForWidth(note.width()) <= note.height() <= 40
    assert panel.height() == 218
    assert_legend_is_whole(plots, qtbot)


def assert_legend_is_whole(plots: ProfilePlots, qtbot) -> None:
    turns(qtbot, 3)
    legend = next(item for item in plots.scene().items() if isinstance(item, pg.LegendItem))
    names = [label.text for _, label in legend.items]
    assert {"Expert 4", "VGGT refined", "Refined"} <= set(names)
    plots.grab()
    room = plots.mapToScene(plots.viewport().rect()).boundingRect()
    for sample, label in legend.items:
        assert room.contains(label.sceneBoundingRect()), label.text
        wanted = label.itemRect().width()
        assert label.sceneBoundingRect().width() >= wanted, label.text
        assert sample.sceneBoundingRect().right() <= label.sceneBoundingRect().left(), label.text
    widest = plots.depths.getViewBox().sceneBoundingRect().right()
    assert widest <= legend.sceneBoundingRect().left()


def test_the_maps_still_move_when_no_line_is_asked_for(desk, result, qtbot):
    tile = child(desk, "tile_fused", MapTile)
    qtbot.mousePress(tile, LEFT, pos=tile.point_of(12, 9).toPoint())
    qtbot.mouseMove(tile, tile.point_of(30, 9).toPoint())
    qtbot.mouseRelease(tile, LEFT, pos=tile.point_of(30, 9).toPoint())
    assert result.profile.line is None


def test_the_cross_hair_goes_both_ways(desk, result, qtbot):
    drag(qtbot, desk, (12, 9), (30, 9))
    plots = child(desk, "profile_plots", ProfilePlots)
    tile = child(desk, "tile_vggt", MapTile)
    child(desk, "strip_scroll", QScrollArea).ensureWidgetVisible(tile)
    qtbot.mouseMove(tile, tile.point_of(25, 9).toPoint())
    assert plots.marked_px == 13
    qtbot.mouseMove(tile, tile.point_of(25, 20).toPoint())
    assert plots.marked_px is None
    place = plots.depths.getViewBox().mapViewToScene(QPointF(7.2, 1.5))
    qtbot.mouseMove(plots.viewport(), plots.mapFromScene(place))
    qtbot.waitUntil(lambda: result.cursor.pixel is not None)
    assert (result.cursor.pixel.x, result.cursor.pixel.y) == (19, 9)
    assert plots.marked_px == 7


def save(desk, qtbot, kind, path, runner):
    qtbot.mouseClick(child(desk, f"profile_{kind}", QToolButton), LEFT)
    dialog = child(desk, "profile_dialog", QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.close()
    dialog.deleteLater()
    turns(qtbot, 1)
    runner.run_all()
    return path.read_bytes()


def test_the_table_holds_what_is_plotted(desk, result, qtbot, runner, tmp_path):
    drag(qtbot, desk, (18, 9), (24, 9))
    text = save(desk, qtbot, "csv", tmp_path / "edge.csv", runner).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["fused"] for row in rows] == ["1"] * 3 + ["2"] * 4
    assert [float(row["x"]) for row in rows] == list(range(18, 25))
    assert float(rows[2]["vggt"]) == pytest.approx(1.3)
    assert float(rows[0]["weight_1"]) == pytest.approx(1)
    assert float(rows[0]["expert_4"]) == pytest.approx(5 / 3, rel=1e-6)
    assert "truth" not in rows[0]
    image = result.display.prediction.images[0].astype(float) @ [0.299, 0.587, 0.114]
    slope = np.hypot(*np.gradient(image))[9, 18]
    assert float(rows[0]["photo_gradient"]) == pytest.approx(slope)


def test_figures_for_print_show_the_curves_on_white(desk, backend, qtbot, runner, tmp_path):
    backend.use_real(WRITE_FIGURE)
    drag(qtbot, desk, (12, 9), (30, 9))
    drawing = save(desk, qtbot, "svg", tmp_path / "edge.svg", runner).decode()
    for words in ("Expert 1", "VGGT", "Fused", "Position along the line [px]"):
        assert f">{words}</text>" in drawing
    assert save(desk, qtbot, "pdf", tmp_path / "edge.pdf", runner).startswith(b"%PDF")
    picture = QImage.fromData(save(desk, qtbot, "png", tmp_path / "edge.png", runner))
    assert picture.width() == pytest.approx(8.5 / 2.54 * 300, abs=1)
    assert picture.pixelColor(2, 2).name() == "#ffffff"


def test_a_what_if_and_untrained_experts_are_said_in_the_plot(desk, result, runner, qtbot, backend):
    plain = step_prediction()
    untrained = replace(plain, metadata=replace(plain.metadata, experts_trained=False))
    result.reconstruction.show(untrained)
    runner.run_all()
    drag(qtbot, desk, (12, 9), (30, 9))
    plots = child(desk, "profile_plots", ProfilePlots)
    result.remix.solo(1)
    runner.run_all()
    np.testing.assert_array_equal(plots.curves()["Fused"], np.full(19, 2))
    note = child(desk, "profile_note", QLabel)
    assert note.isVisible()
    assert "What-if" in note.text()
    assert "untrained" in note.text()


def test_a_line_is_kept_with_the_session_and_cut_to_the_picture(result):
    result.profile.restore({"numbers": [1, 2, 3, 400, 300]})
    assert result.profile.line == ProfileLine(1, (2, 3), (41, 27))
    result.profile.restore({"numbers": ["x"]})
    assert result.profile.to_json() == {"numbers": [1, 2, 3, 400, 300]}
    result.profile.restore({"numbers": [7, 2, 3, 4, 5]})
    assert result.profile.line is None
