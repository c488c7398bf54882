"""Moving about in the 3D view, and how it looks (rows V2, V5 to V10, V21, V25, V26, V28).

Two walls of points, at depth 1 on the left and 2 on the right, seen by two photos 0.1 apart.
"""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QSlider, QSpinBox

from moe3d.scene.maps.color_tables import SUPPORT_RGB
from tests.app.drawn_window import place_of
from tests.app.hands import wheel
from tests.app.scene_hands import point_of
from tests.e2e.rows.test_experts import ORANGE
from tests.e2e.rows.test_maps import TURBO_HIGH, TURBO_LOW, close
from tests.scenes import step_prediction
from tests.supported_scenes import supported_prediction

pytestmark = [pytest.mark.gui, pytest.mark.gl]
KEYPAD, CONTROL = Qt.KeyboardModifier.KeypadModifier, Qt.KeyboardModifier.ControlModifier
NEAR_POINT, FAR_POINT = point_of(8, 9, 1.0), point_of(36, 9, 2.0)
OF_SECOND_PHOTO = point_of(40, 9, 2.0, photo_at=0.1)
"""Right of everything that the first photo sees."""


def lit(picture: np.ndarray) -> np.ndarray:
    """(H, W) bool: where something is drawn over the background, which is even along a row."""
    colors = picture.reshape(len(picture), -1, 3)
    return np.abs(colors - colors[:, 2:3]).max(axis=2) > 8


def hold(scene, key: Qt.Key, keys=Qt.KeyboardModifier.NoModifier) -> QPoint:
    """Hold a key until the near point has moved on the screen; returns by how much."""
    before = place_of(scene.left, NEAR_POINT)
    scene.left.setFocus()
    scene.qtbot.keyPress(scene.left, key, keys)
    scene.wait(lambda: (place_of(scene.left, NEAR_POINT) - before).manhattanLength() > 12)
    scene.qtbot.keyRelease(scene.left, key, keys)
    scene.settle()
    assert not scene.is_empty(NEAR_POINT)
    return place_of(scene.left, NEAR_POINT) - before


def test_letters_fly_to_all_six_sides(single):
    middle = place_of(single.left, point_of(21, 14, 1.5))
    assert hold(single, Qt.Key.Key_D).x() < 0  # the eye goes right, the points left
    assert hold(single, Qt.Key.Key_A).x() > 0
    assert hold(single, Qt.Key.Key_E).y() > 0
    assert hold(single, Qt.Key.Key_Q).y() < 0
    outwards = np.sign(place_of(single.left, NEAR_POINT).x() - middle.x())
    assert np.sign(hold(single, Qt.Key.Key_W).x()) == outwards
    assert np.sign(hold(single, Qt.Key.Key_S).x()) == -outwards


def columns_and_rows(scene) -> tuple[int, int]:
    """How many columns and rows of the picture show points."""
    shown = lit(scene.picture())
    return int(shown.any(axis=0).sum()), int(shown.any(axis=1).sum())


def test_the_keypad_looks_along_the_axes_and_in_parallel(single):
    single.slide("point_size", 0.3)
    single.tick("show_gizmo")
    single.hit(Qt.Key.Key_1, KEYPAD)
    behind = FAR_POINT * [1, 1, 0.5]
    assert place_of(single.left, FAR_POINT) != place_of(single.left, behind)
    single.hit(Qt.Key.Key_5, KEYPAD)
    assert place_of(single.left, FAR_POINT) == place_of(single.left, behind)
    assert not single.is_empty(FAR_POINT)
    assert single.show(single.find("orthographic")).isChecked()
    wide, high = columns_and_rows(single)
    single.hit(Qt.Key.Key_3, KEYPAD)  # both walls edge-on: two lines, as high as before
    narrow, still_high = columns_and_rows(single)
    assert narrow < 0.1 * wide
    assert still_high > 0.8 * high
    single.hit(Qt.Key.Key_7, KEYPAD)  # from above: as wide, but flat
    still_wide, flat = columns_and_rows(single)
    assert still_wide > 0.8 * wide
    assert flat < 0.2 * high
    single.tick("orthographic")
    single.hit(Qt.Key.Key_1, KEYPAD)
    assert place_of(single.left, FAR_POINT) != place_of(single.left, behind)


def test_points_grow_by_slider_and_by_ctrl_and_wheel(single):
    single.slide("point_size", 0.0)
    small = lit(single.picture()).sum()
    single.slide("point_size", 1.0)
    large = lit(single.picture()).sum()
    assert large > 2 * small
    for _ in range(6):
        wheel(single.left, single.left.rect().center(), -1, CONTROL)
    assert small < lit(single.picture()).sum() < large


def test_the_slider_says_percentile_value_and_count_and_hides_that_many(single):
    slider = single.show(single.find("confidence_slider", QSlider))
    slider.setFocus()
    for _ in range(4):
        single.qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    assert single.find("confidence_percent", QLabel).text() == "drop lowest 40 %"
    # 42 columns of growing confidence, 1 + x / 42; 40 % end within column 16.
    columns = 42 - 16
    shown = single.find("confidence_counts", QLabel).text().splitlines()[0]
    assert shown == f"MoE3D (fused): ≥ {1 + 16 / 42:.4g}, kept {56 * columns:,} of 2,352"
    assert single.is_empty(NEAR_POINT)
    assert not single.is_empty(FAR_POINT)
    single.qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert single.find("confidence_percent", QLabel).text() == "all points"
    assert not single.is_empty(NEAR_POINT)


def test_the_points_of_a_photo_are_hidden_from_a_menu(single):
    single.slide("point_size", 0.3)  # the place lies close to points of the first photo
    assert not single.is_empty(OF_SECOND_PHOTO)
    single.choose_from("photo_filter", "2  photo 2.jpg")
    assert single.is_empty(OF_SECOND_PHOTO)
    assert not single.is_empty(FAR_POINT)
    single.choose_from("photo_filter", "All photos")
    assert not single.is_empty(OF_SECOND_PHOTO)
    single.choose_from("photo_filter", "Only the selected photo")
    assert single.is_empty(OF_SECOND_PHOTO)


def test_each_colour_mode_says_something_else(single):
    single.choose("lighting", "off")
    row = 9 * 255 // 28
    assert close(single.color(NEAR_POINT), (8 * 255 // 42, row, 90), 12)  # the photo's own
    single.hit(Qt.Key.Key_C)  # depth: near is warm
    assert close(single.color(NEAR_POINT), TURBO_HIGH, 12)
    assert close(single.color(FAR_POINT), TURBO_LOW, 12)
    single.choose("color_mode", "confidence")  # it grows to the right
    assert sum(single.color(NEAR_POINT)) < sum(single.color(FAR_POINT))
    single.choose("color_mode", "view")
    first, second = single.color(NEAR_POINT), single.color(OF_SECOND_PHOTO)
    assert not close(first, second, 40)
    single.choose("color_mode", "expert")
    assert close(single.color(NEAR_POINT), ORANGE, 6)


@pytest.fixture
def supported(drawn_backend):
    """Asked for before the window: another photo confirms all but the left 11 columns."""
    drawn_backend.make = lambda: supported_prediction(refined=False)


def test_points_that_no_other_photo_confirms_are_hidden_until_they_are_asked_for(supported, single):
    assert single.is_empty(NEAR_POINT)  # column 8
    assert not single.is_empty(FAR_POINT)
    single.tick("support_filter")
    assert not single.is_empty(NEAR_POINT)
    single.tick("support_filter")
    photos = single.show(single.find("min_support", QSpinBox))
    for _ in range(3):
        single.key(photos, Qt.Key.Key_Up)
    assert single.is_empty(FAR_POINT)  # 3 photos confirm it
    assert single.left.visible_count() == 0


def test_points_have_the_colour_of_the_photos_that_confirm_them(supported, single):
    single.tick("support_filter")
    single.choose("lighting", "off")
    single.choose("color_mode", "support")
    columns = {3: 0, 15: 1, 30: 2, 36: 3}
    for column, photos in columns.items():
        point = point_of(column, 9, 1.0 if column < 21 else 2.0)
        assert close(single.color(point), SUPPORT_RGB[photos], 6)
    meaning = single.find("color_meaning", QLabel).text()
    assert meaning.startswith("Other photos that confirm the point: red none")


def test_light_is_on_where_photos_are_hidden_and_can_be_chosen(single):
    single.choose("color_mode", "depth")
    lighted = single.picture().sum()
    single.choose("lighting", "off")
    assert lighted < single.picture().sum()
    single.choose("color_mode", "photo")
    plain = single.picture().sum()
    single.choose("lighting", "on")
    assert single.picture().sum() < plain


def test_background_grid_and_axes_follow_the_panel(single):
    corner = np.s_[2, 2:5]
    single.choose("background", "white")
    assert single.picture()[corner].tolist() == [255, 255, 255]
    single.choose("background", "black")
    assert single.picture()[corner].tolist() == [0, 0, 0]
    before = single.picture()
    single.tick("show_grid")
    assert (single.picture() != before).any()
    single.command("grid")
    assert (single.picture() == before).all()
    axes = single.find("axesGizmo")
    assert axes.isVisible()
    single.tick("show_gizmo")
    assert not axes.isVisible()


def dense():
    return step_prediction(height=560, width=840)


def test_a_large_cloud_is_thinned_while_it_turns_and_whole_when_it_rests(drawn_backend, request):
    drawn_backend.make = dense
    scene = request.getfixturevalue("single")
    view = scene.left
    middle = view.rect().center()
    scene.qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=middle)
    for step in range(1, 8):
        scene.qtbot.mouseMove(view, middle + QPoint(6 * step, 0))
    assert not view.is_complete
    scene.qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle + QPoint(42, 0))
    scene.settle()
    rested = view.grabFramebuffer()
    whole = view.image(rested.width(), rested.height())
    places = [QPoint(x, y) for x in range(0, rested.width(), 7) for y in range(0, 300, 7)]
    differ = [rested.pixelColor(p).rgb() != whole.pixelColor(p).rgb() for p in places]
    assert sum(differ) < 0.01 * len(places)


def test_three_clicks_on_a_wall_make_it_the_floor_and_the_photos_bring_it_back(single):
    single.tick("show_gizmo")
    single.hit(Qt.Key.Key_5, KEYPAD)
    single.press("tool_level")
    for x, y in ((5, 5), (5, 22), (16, 14)):
        single.click_on(point_of(x, y, 1.0))
    single.hit(Qt.Key.Key_1, KEYPAD)
    wide, flat = columns_and_rows(single)
    assert flat < 0.2 * wide  # both walls lie
    single.press("cameras_up")
    single.hit(Qt.Key.Key_1, KEYPAD)
    wide, high = columns_and_rows(single)
    assert high > 0.55 * wide
