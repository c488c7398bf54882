"""The two ends of the depth colours: typed at the colour bar, dragged in the histogram."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from moe3d_viewer.widgets.inspector.depth_section import DepthHistogram
from moe3d_viewer.widgets.maps.map_tile import MapTile
from tests.app.drawn_window import pixels, settle, views
from tests.app.hands import Hands
from tests.app.window_fixtures import child, open_section, run_photos

pytestmark = pytest.mark.gui
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def grey(viewer, photos, qtbot):
    """A result in grey: near is white. The left half is 1 deep, the right half 2."""
    run_photos(viewer, photos, qtbot)
    viewer.state.view.set_color_map("grey")
    return viewer


def type_into(field: QLineEdit, text: str, qtbot, end: Qt.Key = Qt.Key.Key_Return) -> None:
    qtbot.mouseDClick(field, LEFT)
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, end)


def fields(viewer) -> tuple[QLineEdit, QLineEdit]:
    return tuple(child(viewer.window, f"depth_{end}", QLineEdit) for end in ("near", "far"))


def grey_of(viewer, x: int) -> int:
    """What the user sees in the map of the fused depth, 0 to 255."""
    tile = child(viewer.window, "tile_fused", MapTile)
    return tile.grab().toImage().pixelColor(tile.point_of(x, 14).toPoint()).lightness()


def test_typed_ends_spread_the_colours_and_are_kept(grey, tmp_path, qtbot):
    near, far = fields(grey)
    type_into(near, "0", qtbot)
    type_into(far, "4", qtbot)
    assert (near.text(), far.text()) == ("0", "4")
    assert grey_of(grey, 5) == pytest.approx(255 * (1 - 1 / 4), abs=2)
    assert grey_of(grey, 36) == pytest.approx(255 * (1 - 2 / 4), abs=2)
    assert child(grey.window, "range_lock", QComboBox).currentText() == "My own"
    assert child(grey.window, "depth_ends", QLabel).text() == "0 to 4"

    session = tmp_path / "kept.moe3d"
    grey.state.scene_file.save(session)
    qtbot.waitUntil(session.exists)
    grey.window.setFocus()
    qtbot.keyClick(grey.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert far.text() != "4"
    grey.state.scene_file.open(session)
    qtbot.waitUntil(lambda: (near.text(), far.text()) == ("0", "4"))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("0.5", ("far end must be larger than the near end", "0.5 and 0.8")),
        ("0.8", ("far end must be larger than the near end", "0.8 and 0.8")),
        ("deep", ("wanted a number such as 1.5", "“deep”")),
        ("nan", ("wanted a number", "“nan”")),
        ("", ("wanted a number", "“”")),
    ],
)
def test_ends_that_cannot_be_are_refused_with_the_reason(grey, typed, words, qtbot):
    near, far = fields(grey)
    type_into(near, "0.8", qtbot)
    before = grey_of(grey, 36)
    type_into(far, typed, qtbot)
    message = child(grey.window, "toast_text", QLabel)
    assert message.isVisible()
    assert all(word in message.text() for word in words)
    assert grey_of(grey, 36) == before
    assert far.property("bad") == "true"
    qtbot.keyClick(far, Qt.Key.Key_Escape)
    assert far.text() == "2"
    assert far.property("bad") == "false"


def test_a_range_beyond_the_old_one_is_typed_end_by_end(grey, qtbot):
    near, far = fields(grey)
    type_into(near, "5", qtbot, Qt.Key.Key_Tab)  # beyond the far end of now
    assert near.text() == "5"
    type_into(far, "7,5", qtbot)
    assert child(grey.window, "depth_ends", QLabel).text() == "5 to 7.5"


def test_both_ends_are_dragged_in_the_histogram_and_come_back(grey, qtbot):
    open_section(grey.window, "depth", qtbot)
    chart = child(grey.window, "depth_histogram", DepthHistogram)
    image = chart.grab().toImage()
    for depth in (1.0, 2.0):  # a line at each end, as high as the chart
        assert is_line(chart, image, depth), depth
    y = chart.height() // 3
    start, target = (QPoint(round(chart.x_of(depth)), y) for depth in (2.0, 1.5))
    qtbot.mousePress(chart, LEFT, pos=start)
    qtbot.mouseMove(chart, target)
    qtbot.mouseRelease(chart, LEFT, pos=target)
    near, far = fields(grey)
    assert float(far.text()) == pytest.approx(1.5, abs=0.01)
    assert near.text() == "1"
    assert is_line(chart, chart.grab().toImage(), 1.5)
    assert grey_of(grey, 36) == 0  # beyond the far end: its colour

    qtbot.mousePress(chart, LEFT, pos=QPoint(round(chart.x_of(1.0)), y))
    qtbot.mouseMove(chart, QPoint(chart.width() - 1, y))  # cannot pass the other end
    qtbot.mouseRelease(chart, LEFT, pos=QPoint(chart.width() - 1, y))
    assert float(near.text()) < float(far.text())
    qtbot.mouseClick(child(grey.window, "depth_automatic", QPushButton), LEFT)
    assert (near.text(), far.text()) == ("1", "2")


def is_line(chart: DepthHistogram, image, depth: float) -> bool:
    x = min(max(round(chart.x_of(depth)), 1), chart.width() - 2)
    pen = chart.palette().text().color().rgb()
    return any(image.pixelColor(x + dx, 2).rgb() == pen for dx in (-1, 0, 1))


def test_the_histogram_counts_the_depths_of_both_networks(grey):
    spread = grey.state.display.scene.ranges.spread
    base = grey.state.display.prediction.baseline.depth
    whole = np.concatenate([grey.state.display.prediction.depth.ravel(), base.ravel()])
    assert np.mean(spread < 1.5) == pytest.approx(np.mean(whole < 1.5), abs=0.01)
    assert (np.diff(spread) >= 0).all()


def test_over_a_map_without_depth_the_bar_has_that_maps_scale(grey, qtbot):
    near, _ = fields(grey)
    tile = Hands(grey, qtbot).show(child(grey.window, "tile_entropy", QWidget))
    qtbot.mouseMove(tile, QPoint(tile.width() // 2, tile.height() // 2))
    assert not near.isVisible()
    qtbot.mouseMove(tile, QPoint(3, 3))
    assert near.isVisible()


@pytest.mark.gl
def test_own_ends_colour_the_points_too(drawn, qtbot):
    drawn.state.view.set_color_mode("depth")
    drawn.state.view.show_cameras(False)
    settle(qtbot, drawn)
    before = pixels(views(drawn)[0])
    near, far = fields(drawn)
    type_into(near, "0", qtbot)
    type_into(far, "1000", qtbot)
    settle(qtbot, drawn)
    after = pixels(views(drawn)[0])
    red = after.reshape(-1, 3)
    # Every depth is now next to the near end, turbo's dark red.
    assert ((red[:, 0] > 90) & (red[:, 1] < 40) & (red[:, 2] < 40)).sum() > 1000
    assert (before != after).mean() > 0.02
