"""What must hold in a window of any scale; run by test_high_dpi_gl with QT_SCALE_FACTOR."""

import os
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QListWidget, QWidget

from moe3d_viewer.rendering.space.camera import pixels_from_world
from moe3d_viewer.rendering.space.camera_frusta import frustum_corners
from moe3d_viewer.state.scene.session import MAKE_THUMBNAILS, Thumbnail
from moe3d_viewer.widgets.controls.pictures import rgb_from_image
from tests.app.drawn_window import backend_with_points, settle, trigger, views
from tests.app.fakes import FakeBackend
from tests.app.mouse import Mouse
from tests.app.window_fixtures import child

pytestmark = [pytest.mark.gui, pytest.mark.gl]
SCALE = float(os.environ.get("QT_SCALE_FACTOR", "1"))
ORANGE = np.array([255, 190, 92])
HANDLE_RADIUS_PX, HANDLE_STROKE_PX = 6.25, 2.5


def make_stripes(views, progress, publish) -> None:
    """Thumbnails of black and white columns, each as wide as half a pixel of the list."""
    stripes = np.zeros((208, 304, 3), np.uint8)
    stripes[:, ::2] = 255
    for index in range(len(views)):
        publish(Thumbnail(index, stripes))


@pytest.fixture
def drawn_backend() -> FakeBackend:
    return backend_with_points().replace(MAKE_THUMBNAILS, make_stripes)


def device_pixels(image: QImage) -> np.ndarray:
    return rgb_from_image(image).astype(int)


def at(view, point) -> np.ndarray:
    """Widget pixel of a world point."""
    return pixels_from_world(view.camera, view.controller.viewport, np.asarray(point, float))


def is_orange(picture: np.ndarray) -> np.ndarray:
    return np.abs(picture - ORANGE).max(axis=-1) < 30


def test_the_window_has_the_scale_and_draws_every_device_pixel(single):
    view = views(single)[0]
    assert view.devicePixelRatioF() == SCALE
    assert view.grabFramebuffer().width() == round(view.width() * SCALE)


@pytest.mark.parametrize("place", [(-0.35, -0.1, 1.0), (-0.1, 0.2, 1.0), (0.6, 0.25, 2.0)])
def test_a_click_measures_from_the_point_under_the_cursor(single, qtbot, place):
    view, mouse, state = views(single)[0], Mouse(single), single.state
    start = np.array([0.3, -0.2, 2.0])
    qtbot.keyClick(view, Qt.Key.Key_M)
    for point in (start, place):
        mouse.click(*at(view, point))
    distance = state.scene.measurement.distances[0]
    grid = 1.5 * place[2] / 42  # pixels of the photo are this far apart there
    np.testing.assert_allclose(distance.start, start, atol=1.5 * 2 / 42)
    np.testing.assert_allclose(distance.end, place, atol=grid)
    assert np.abs(at(view, distance.end) - at(view, place)).max() < 8
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    mouse.move(20, 20)
    settle(qtbot, single)
    picture = device_pixels(view.grabFramebuffer())
    for end in (distance.start, distance.end):  # a ring of 5 pixels around either end
        x, y = (at(view, end) * SCALE).round().astype(int)
        ring = is_orange(picture[y - round(8 * SCALE) : y + round(8 * SCALE)])
        columns = np.flatnonzero(ring[:, x - round(8 * SCALE) : x + round(8 * SCALE)].any(axis=0))
        reach = max(abs(columns.min() - 8 * SCALE), 0)
        assert reach == pytest.approx(6 * SCALE, abs=2.5 * SCALE)
    labels = child(view, "measureLabels", QWidget)
    middle = at(view, (np.array(distance.start) + distance.end) / 2)
    center = QPoint(*np.round(middle).astype(int).tolist())
    window = device_pixels(labels.grab().toImage())
    assert window.shape[1] == round(view.width() * SCALE)
    box = (np.array([center.y(), center.x()]) * SCALE).round().astype(int)
    written = window[box[0] - 4 : box[0] + 4, box[1] - round(20 * SCALE) : box[1]]
    assert np.ptp(written) > 100  # letters on their ground


def test_the_pixel_under_the_cursor_is_that_of_the_map(single, qtbot):
    view, mouse = views(single)[0], Mouse(single)
    target = np.array([0.5, 0.2, 2.0])
    mouse.move(*(at(view, target) - 3))
    mouse.move(*at(view, target))
    values = child(single.window, "cursor_values", QLabel)
    qtbot.waitUntil(lambda: "photo" in values.text())
    text = values.text()
    found = [float(part) for part in text[text.index("(") + 1 : text.index(")")].split(",")]
    np.testing.assert_allclose(found, target, atol=0.08)


def test_a_click_on_a_frustum_goes_into_its_photo(single, qtbot):
    view, mouse = views(single)[0], Mouse(single)
    trigger(single, "axis_top")
    mouse.wheel(view.width() / 2, view.height() / 2, -5)  # the cameras come into the view
    settle(qtbot, single)
    corners = frustum_corners(view.overlays.photos.cameras, view.overlays.photos.frustum_depth)
    place = at(view, corners[1].mean(axis=0))
    assert view.rect().contains(QPoint(*place.astype(int).tolist()))
    mouse.click(*place)
    assert child(single.window, "looked_through", QLabel).text() == "2  photo 2.jpg"


def test_lines_and_marks_are_as_large_as_on_other_screens(single, qtbot):
    view, mouse, state = views(single)[0], Mouse(single), single.state
    state.view.show_cameras(False)
    qtbot.keyClick(view, Qt.Key.Key_B)
    extent = state.scene.extent.box
    face = np.array(extent.center) + extent.half_sizes[1] * np.array(extent.axes[1])
    qtbot.keyClick(view, Qt.Key.Key_Home)
    settle(qtbot, single)
    mouse.move(15, 15)
    settle(qtbot, single)
    x, y = (at(view, face) * SCALE).round().astype(int)
    picture = device_pixels(view.grabFramebuffer())
    side = round(14 * SCALE)
    row = is_orange(picture[y, x - side : x + side])
    assert row.sum() == pytest.approx(2 * HANDLE_RADIUS_PX * SCALE, abs=1.5 * SCALE + 1)
    above = is_orange(picture[y - round(16 * SCALE), x - side : x + side])
    assert above.sum() == pytest.approx(HANDLE_STROKE_PX * SCALE, abs=0.5 * SCALE + 1)


def test_points_are_as_large_as_on_other_screens(single, qtbot):
    view, state = views(single)[0], single.state
    state.view.show_cameras(False)
    state.view.set_point_size_px(4)
    view.set_style(replace(view.style, size_follows_depth=False))
    settle(qtbot, single)
    drawn = device_pixels(view.grabFramebuffer())
    runs = []
    for row in range(8, 20):  # points of the near plane are farther apart than they are large
        x, y = (at(view, ((8 - 21) / 42, (row - 14) / 42, 1.0)) * SCALE).astype(int)
        column = drawn[y - round(6 * SCALE) : y + round(6 * SCALE), x]
        is_point = np.abs(column - column[round(6 * SCALE)]).max(axis=1) < 30
        runs.append(longest_run(is_point))
    assert np.median(runs) == pytest.approx(4 * SCALE, abs=1)


def longest_run(flags: np.ndarray) -> int:
    edges = np.flatnonzero(np.diff(np.r_[False, flags, False]))
    return int(np.diff(edges)[::2].max(initial=0))


def test_thumbnails_show_every_device_pixel(single, qtbot):
    photos = child(single.window, "photo_list", QListWidget)
    qtbot.waitUntil(lambda: photos.count() > 0)
    picture = device_pixels(photos.viewport().grab().toImage())
    rect = photos.visualItemRect(photos.item(1))
    y = round((rect.top() + 40) * SCALE)
    left, right = (round(side * SCALE) for side in (rect.center().x() - 15, rect.center().x() + 15))
    columns = picture[y, left:right, 1]
    if SCALE == 2:
        assert np.ptp(columns) > 150  # a column of the thumbnail for one of the screen
    else:
        assert 90 < columns.mean() < 165


def test_nothing_is_cut_off(single, qtbot):
    for button in single.window.findChildren(QWidget):
        if not button.isVisibleTo(single.window) or not button.toolTip():
            continue
        if button.parentWidget() is not None and button.inherits("QAbstractButton"):
            assert button.width() >= button.minimumSizeHint().width(), button.objectName()
            assert button.height() >= button.minimumSizeHint().height() - 1, button.objectName()
