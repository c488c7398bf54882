"""Photos in the 3D view, picking, measuring, pictures (rows V12 to V19 and V23)."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDoubleSpinBox,
    QLabel,
    QListWidget,
    QPushButton,
    QSpinBox,
    QWidget,
)
from scipy.ndimage import binary_closing, label

from tests.app.drawn_window import place_of
from tests.app.hands import LEFT, wheel
from tests.app.scene_hands import point_of
from tests.app.window_fixtures import child
from tests.e2e.rows.test_maps import close
from tests.scenes import step_prediction

pytestmark = [pytest.mark.gui, pytest.mark.gl]
KEYPAD, CONTROL = Qt.KeyboardModifier.KeypadModifier, Qt.KeyboardModifier.ControlModifier
NEAR_POINT, FAR_POINT = point_of(8, 9, 1.0), point_of(36, 9, 2.0)
BLUE_OF_PHOTO = 90  # everywhere; red grows to the right, green downwards


def apart():
    """The second photo was taken one unit to the right of the first."""
    plain = step_prediction()
    cameras = plain.camera_from_world.copy()
    cameras[1, 0, 3] = -1
    base = replace(plain.baseline, camera_from_world=cameras.copy())
    return replace(plain, camera_from_world=cameras, baseline=base)


@pytest.fixture
def first(single):
    """The points of the first photo alone: no other lies between them."""
    single.choose_from("photo_filter", "Only the selected photo")
    return single


@pytest.fixture
def photos_alone(drawn_backend, request):
    """Two cameras, seen from behind and a little above, and no point."""
    drawn_backend.make = apart
    scene = request.getfixturevalue("single")
    scene.choose_from("photo_filter", "1  photo 1.jpg", "2  photo 2.jpg")
    scene.tick("show_gizmo")
    scene.slide("frustum_scale", 0.8)
    scene.hit(Qt.Key.Key_V)
    scene.hit(Qt.Key.Key_1, KEYPAD)
    middle = scene.left.rect().center()
    wheel(scene.left, middle, -4)
    scene.drag(scene.left, middle, middle + QPoint(20, 60))
    return scene


def photo_pixels(scene) -> np.ndarray:
    """(H, W) bool: where a photo is drawn."""
    of_photo = np.abs(colors_of(scene)[..., 2] - BLUE_OF_PHOTO) < 12
    return of_photo & (np.ptp(colors_of(scene), axis=2) > 30)


def colors_of(scene) -> np.ndarray:
    picture = scene.picture()
    return picture.reshape(len(picture), -1, 3)


def photos_on_screen(scene) -> list[np.ndarray]:
    """(N, 2) rows and columns of each photo, from left to right."""
    marked, count = label(binary_closing(photo_pixels(scene), iterations=2))
    parts = [np.argwhere(marked == number) for number in range(1, count + 1)]
    return sorted((part for part in parts if len(part) > 400), key=lambda part: part[:, 1].mean())


def middle_of(part: np.ndarray) -> QPoint:
    row, column = part.mean(axis=0)
    return QPoint(round(column), round(row))


def test_cameras_hold_their_photos_and_v_hides_them(photos_alone):
    scene = photos_alone
    seen, colors = photos_on_screen(scene), colors_of(scene)
    assert len(seen) == 2
    for part in seen:  # red grows to the right, as in the photo
        order = part[np.argsort(part[:, 1])]
        fifth = len(order) // 5
        ends = [colors[tuple(end.T)][:, 0].mean() for end in (order[:fifth], order[-fifth:])]
        assert ends[0] + 60 < ends[1]
    scene.hit(Qt.Key.Key_V)
    assert photos_on_screen(scene) == []
    scene.tick("show_cameras")
    assert len(photos_on_screen(scene)) == 2


def test_cameras_grow_by_slider_and_by_alt_and_wheel(photos_alone):
    scene = photos_alone
    before = photo_pixels(scene).sum()
    wheel(scene.left, QPoint(3, 3), -3, Qt.KeyboardModifier.AltModifier)
    smaller = photo_pixels(scene).sum()
    assert smaller < 0.8 * before
    scene.slide("frustum_scale", 1.0)
    assert photo_pixels(scene).sum() > 1.2 * before


def test_a_click_on_a_camera_leads_into_its_photo_and_escape_out(photos_alone):
    scene = photos_alone
    name = scene.find("looked_through", QLabel)
    assert not name.isVisible()
    scene.qtbot.mouseClick(scene.left, LEFT, pos=middle_of(photos_on_screen(scene)[1]))
    scene.settle()
    assert name.isVisible()
    assert name.text() == "2  photo 2.jpg"
    assert scene.find("strip_photo_name", QLabel).text() == "photo 2.jpg"
    where = point_of(30, 9, 2.0, photo_at=1.0)
    scene.slide("photo_opacity", 1.0)
    assert close(scene.color(where), (30 * 255 // 42, 9 * 255 // 28, BLUE_OF_PHOTO), 10)
    scene.slide("photo_opacity", 0.0)
    assert scene.is_empty(where)
    scene.slide("photo_opacity", 1.0)
    scene.hit(Qt.Key.Key_Escape)
    assert not name.isVisible()
    assert scene.is_empty(where)
    scene.hit(Qt.Key.Key_Return)
    assert name.isVisible()
    scene.press("leave_photo")
    assert not name.isVisible()


def test_the_point_under_the_mouse_is_named_with_photo_pixel_and_place(first):
    first.rest_on(FAR_POINT)
    values = first.find("cursor_values", QLabel)
    first.wait(lambda: "x 36  y 9 " in values.text())
    assert values.text().startswith("photo 1.jpg ")
    x, y, z = FAR_POINT
    assert f"({x:.3g}, {y:.3g}, {z:.3g})" in values.text()
    assert "MoE3D (fused) 2 " in values.text()


def test_the_point_under_a_resting_mouse_is_told_anew_when_the_picture_changes(first):
    """Without another movement of the mouse, and once: an answer is no other picture."""
    first.rest_on(FAR_POINT)
    rests_at = place_of(first.left, FAR_POINT)
    values = first.find("cursor_values", QLabel)
    first.wait(lambda: "x 36  y 9 " in values.text())
    told = []
    first.left.point_hovered.connect(told.append)
    first.hit(Qt.Key.Key_1, KEYPAD)
    first.wait(lambda: len(told) > 0)
    first.settle()
    assert told[-1] == first.left.pick((rests_at.x(), rests_at.y()))
    assert "x 36  y 9 " not in values.text()
    assert len(told) <= 2


LENGTH = 8 / 42  # from x = 4 to x = 12 on the near wall


def measure(scene) -> QListWidget:
    """Press M and click both ends of a line on the near wall."""
    hint = scene.find("tool_hint_text", QLabel)
    scene.hit(Qt.Key.Key_M)
    assert hint.text() == "Distance: click two points"
    scene.click_on(point_of(4, 9, 1.0))
    assert hint.text() == "Distance: click the other end"
    scene.click_on(point_of(12, 9, 1.0))
    return scene.find("distances", QListWidget)


def test_two_clicks_measure_a_distance(first):
    middle = point_of(8, 9, 1.0)
    before = first.picture()
    listed = measure(first)
    assert listed.item(0).text() == f"1   {LENGTH:.4g} (relative)"
    labels = first.left.findChild(QWidget, "measureLabels")
    assert labels.isVisible()
    place = place_of(first.left, middle)
    first.settle()
    shown = first.window.grab().toImage()
    on_label = shown.pixelColor(first.left.mapTo(first.window, place)).getRgb()[:3]
    assert not close(on_label, before[place.y(), 3 * place.x() : 3 * place.x() + 3], 6)
    first.hit(Qt.Key.Key_Escape)
    assert not first.find("tool_hint_text", QLabel).isVisible()
    first.press("remove_distance")
    assert listed.count() == 0


def test_a_known_length_makes_the_scene_metric_and_back(first):
    listed = measure(first)
    size = first.left.controller.bounds.diagonal
    field = first.show(first.find("known_length", QDoubleSpinBox))
    field.setFocus()
    field.selectAll()
    first.qtbot.keyClicks(field, "2.5")
    first.qtbot.keyClick(field, Qt.Key.Key_Tab)
    first.press("set_scale")
    units = first.find("units", QLabel)
    first.wait(lambda: units.text() == "metres")
    assert listed.item(0).text() == "1   2.5 m"
    factor = 2.5 / LENGTH
    first.wait(lambda: np.isclose(first.left.controller.bounds.diagonal, factor * size))
    first.hit(Qt.Key.Key_Escape)
    first.rest_on(factor * FAR_POINT)
    values = first.find("cursor_values", QLabel)
    first.wait(lambda: "x 36  y 9 " in values.text())
    assert f"MoE3D (fused) {2 * factor:.4g} " in values.text()
    first.press("unset_scale")
    first.wait(lambda: units.text() == "relative units")


def test_a_picture_of_any_size_is_saved(single, tmp_path):
    view, target = single.left, tmp_path / "large.png"
    small = [single.color(point) for point in (NEAR_POINT, FAR_POINT)]
    single.hotkey(Qt.Key.Key_F12, CONTROL)
    dialog = single.find("picture_dialog", QDialog)
    for name, size in (("picture_width", 3 * view.width()), ("picture_height", 3 * view.height())):
        field = child(dialog, name, QSpinBox)
        field.setFocus()
        field.selectAll()
        single.qtbot.keyClicks(field, str(size))
    overlays = child(dialog, "picture_overlays", QCheckBox)
    single.qtbot.mouseClick(overlays, LEFT, pos=QPoint(8, overlays.height() // 2))
    single.qtbot.mouseClick(child(dialog, "picture_save", QPushButton), LEFT)
    single.answer_file_dialog(target)
    single.wait(target.exists)
    large = QImage(str(target))
    assert large.size() == view.size() * 3
    for point, color in zip((NEAR_POINT, FAR_POINT), small, strict=True):
        pixel = place_of(view, point) * 3 + QPoint(1, 1)
        assert close(large.pixelColor(pixel).getRgb()[:3], color, 24)
