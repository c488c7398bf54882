"""Looking, filtering, measuring and cutting in the real window, with real events."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QLabel,
    QListWidget,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)

from moe3d_viewer.rendering.space.camera_frusta import frustum_corners
from moe3d_viewer.state.viewport.tools import Tool
from moe3d_viewer.widgets.controls.pictures import rgb_from_image
from tests.app.drawn_window import click, pixels, place_of, settle, trigger, views
from tests.app.questions import answer
from tests.app.window_fixtures import child
from tests.scenes import open_prediction

pytestmark = [pytest.mark.gui, pytest.mark.gl]
LEFT = Qt.MouseButton.LeftButton
NEAR_PLANE, FAR_PLANE = 1.0, 2.0


def on_plane(x: float, y: float, depth: float) -> np.ndarray:
    """A point of one of the two planes, seen by the first photo at (x, y) of its half width."""
    return np.array([x * depth * 0.5, y * depth * 0.5, depth])


def counted(viewer, qtbot):
    """Points that the state says are left, once it has counted."""
    counts = viewer.state.scene.filter_list.counts
    qtbot.waitUntil(lambda: counts("fused") is not None)
    return counts("fused").kept


def choose(box: QComboBox, key: str) -> None:
    place = box.findData(key)
    assert place >= 0, key
    box.setCurrentIndex(place)
    box.activated.emit(place)


def wheel(view, modifiers, steps=1):
    place = QPointF(view.width() / 2, view.height() / 2)
    event = QWheelEvent(
        place,
        view.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def test_the_sky_is_not_drawn_until_its_chip_is_clicked(single, drawn_backend, qtbot):
    drawn_backend.make = open_prediction
    before = single.state.display.prediction
    qtbot.keyClick(single.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    answer(single, qtbot, "discard")
    qtbot.waitUntil(lambda: single.state.display.prediction is not before)
    single.state.view.set_percentile(0)
    settle(qtbot, single)
    view, chip = views(single)[0], child(single.window, "chip_sky", QToolButton)
    whole, sky = 2 * 28 * 42, 2 * 7 * 42
    assert counted(single, qtbot) == view.visible_count() == whole - sky
    blue = np.array([120, 170, 230])
    hidden = num_of_color(view, blue)  # the photos at the cameras show it all the same
    qtbot.mouseClick(chip, LEFT)
    settle(qtbot, single)
    assert counted(single, qtbot) == view.visible_count() == whole
    assert num_of_color(view, blue) > 2 * hidden + 500


def num_of_color(view, color: np.ndarray) -> int:
    """Pixels of the view with this colour."""
    shown = pixels(view).reshape(-1, 3)
    return int((np.abs(shown - color).max(axis=1) <= 2).sum())


def test_every_filter_hides_what_the_panel_counts(single, qtbot):
    view, filters = views(single)[0], single.state.scene.filters
    whole = counted(single, qtbot)
    assert view.visible_count() == whole
    edges = child(single.window, "edge_filter", QCheckBox)
    qtbot.mouseClick(edges, LEFT, pos=QPoint(8, edges.height() // 2))
    without_edges = counted(single, qtbot)
    assert view.visible_count() == without_edges < whole
    slider = child(single.window, "edge_rtol", QSlider)
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_End)  # a jump of half the depth may stay
    assert counted(single, qtbot) == view.visible_count() == whole
    menu_button = child(single.window, "photo_filter", QToolButton)
    menu_button.menu().aboutToShow.emit()
    second = menu_button.menu().actions()[-1]
    second.trigger()
    assert filters.hidden_photos == {1}
    assert menu_button.text() == "1 of 2 shown"
    assert counted(single, qtbot) == view.visible_count() == whole // 2
    kept = child(single.window, "filters_kept", QLabel)
    qtbot.waitUntil(lambda: f"{whole // 2:,} of {whole:,}" in kept.text())


def test_flying_points_are_lit_counted_and_hidden(single, qtbot):
    view, state = views(single)[0], single.state
    state.view.select_layer("vggt")
    settle(qtbot, single)
    before = pixels(view)
    choose(child(single.window, "color_mode", QComboBox), "flying")
    settle(qtbot, single)
    assert (pixels(view) != before).any()
    everything = view.visible_count()
    box = child(single.window, "flying_filter", QCheckBox)
    qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
    flying = state.display.scene.flying["vggt"].num_flying
    assert view.visible_count() == everything - flying
    qtbot.waitUntil(lambda: state.scene.filter_list.counts("vggt") is not None)
    assert state.scene.filter_list.counts("vggt").removed["flying"] == flying


def test_the_section_box_cuts_and_is_drawn(single, qtbot):
    view = views(single)[0]
    whole = view.visible_count()
    qtbot.keyClick(view, Qt.Key.Key_B)
    assert child(single.window, "section_on", QCheckBox).isChecked()
    settle(qtbot, single)
    assert view.visible_count() == whole
    slider = child(single.window, "section_2_high", QSlider)
    slider.setValue(100)  # up to the middle of near and far
    settle(qtbot, single)
    cut = view.visible_count()
    assert cut == counted(single, qtbot)
    assert whole // 3 < cut < 2 * whole // 3
    with_lines, without_lines = view.image(400, 300), view.image(400, 300, overlays=False)
    assert with_lines != without_lines
    qtbot.keyClick(view, Qt.Key.Key_B)
    settle(qtbot, single)
    assert view.visible_count() == whole
    assert view.image(400, 300) != with_lines


def test_two_clicks_measure_and_a_known_length_makes_the_scene_metric(single, qtbot):
    view, state = views(single)[0], single.state
    qtbot.keyClick(view, Qt.Key.Key_M)
    hint = child(single.window, "tool_hint_text", QLabel)
    assert hint.isVisible()
    assert hint.text() == "Distance: click two points"
    ends = on_plane(-0.7, -0.2, NEAR_PLANE), on_plane(-0.2, 0.3, NEAR_PLANE)
    click(qtbot, view, ends[0])
    assert hint.text() == "Distance: click the other end"
    click(qtbot, view, ends[1])
    found = state.scene.measurement.distances[0].length
    assert found == pytest.approx(np.linalg.norm(ends[1] - ends[0]), rel=0.1)
    listed = child(single.window, "distances", QListWidget)
    assert listed.item(0).text().endswith("(relative)")
    settle(qtbot, single)
    label_places = child(view, "measureLabels", QWidget)
    assert label_places.isVisible()
    known = child(single.window, "known_length", QDoubleSpinBox)
    known.setValue(10 * found)
    before, size = pixels(view), view.camera.pivot_depth
    child(single.window, "set_scale", QPushButton).click()
    qtbot.waitUntil(lambda: state.export.units == "metres")
    settle(qtbot, single)
    assert child(single.window, "units", QLabel).text() == "metres"
    assert listed.item(0).text() == f"1   {known.value():.4g} m"
    assert view.camera.pivot_depth == pytest.approx(known.value() / found * size)
    assert np.abs(pixels(view) - before).mean() < 8  # the same picture, but for the label
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert state.scene.tools.tool is Tool.LOOK
    assert not hint.isVisible()
    child(single.window, "unset_scale", QPushButton).click()
    qtbot.waitUntil(lambda: state.export.units == "relative")


def test_three_clicks_level_the_scene_and_the_photos_level_it_again(single, qtbot):
    view, state = views(single)[0], single.state
    child(single.window, "tool_level", QToolButton).click()
    assert view.cursor().shape() is Qt.CursorShape.CrossCursor
    for place in ((-0.8, -0.3), (-0.8, 0.3), (-0.2, 0.0)):
        click(qtbot, view, on_plane(*place, NEAR_PLANE))
    up = state.scene.upright.up
    assert np.abs(np.array(up) @ [0, 0, 1]) > 0.98  # the wall that was clicked is the floor now
    np.testing.assert_allclose(view.controller.frame.up, up)
    assert abs(float(view.camera.right @ np.array(up))) < 1e-6
    child(single.window, "cameras_up", QPushButton).click()
    np.testing.assert_allclose(view.controller.frame.up, [0, -1, 0], atol=1e-6)


def test_a_frustum_leads_into_its_photo_and_escape_out_of_it(single, qtbot):
    view, state = views(single)[0], single.state
    trigger(single, "axis_top")
    settle(qtbot, single)
    size = view.overlays.photos.frustum_depth
    wheel(view, Qt.KeyboardModifier.AltModifier, 1)
    assert view.overlays.photos.frustum_depth == pytest.approx(1.15 * size)
    for _ in range(6):
        wheel(view, Qt.KeyboardModifier.NoModifier, -1)  # until the cameras are in the view
    settle(qtbot, single)
    corners = frustum_corners(view.overlays.photos.cameras, view.overlays.photos.frustum_depth)
    assert view.rect().contains(place_of(view, corners[1].mean(axis=0)))
    click(qtbot, view, corners[1].mean(axis=0))
    name = child(single.window, "looked_through", QLabel)
    assert name.isVisible()
    assert name.text() == "2  photo 2.jpg"
    assert state.view.selected_view == 1
    camera_center = -state.display.prediction.camera_from_world[1, :3, 3]
    np.testing.assert_allclose(view.camera.eye, camera_center, atol=1e-6)
    opacity = child(single.window, "photo_opacity", QSlider)
    opacity.setValue(opacity.maximum())
    settle(qtbot, single)
    opaque = pixels(view)
    opacity.setValue(0)
    settle(qtbot, single)
    assert (pixels(view) != opaque).mean() > 0.1
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert not name.isVisible()
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert name.isVisible()
    qtbot.mousePress(view, LEFT, pos=QPoint(100, 100))
    qtbot.mouseMove(view, QPoint(140, 100))
    qtbot.mouseRelease(view, LEFT, pos=QPoint(140, 100))
    assert not name.isVisible()


def test_the_status_line_names_the_point_under_the_cursor(single, qtbot):
    view = views(single)[0]
    target = on_plane(0.5, 0.2, FAR_PLANE)
    place = place_of(view, target)
    qtbot.mouseMove(view, place - QPoint(3, 0))
    qtbot.mouseMove(view, place)
    values = child(single.window, "cursor_values", QLabel)
    qtbot.waitUntil(lambda: "photo" in values.text())
    text = values.text()
    assert text.startswith("photo ")
    assert "MoE3D (fused) 2 " in text
    assert text.endswith("expert 2")
    inside = text[text.index("(") + 1 : text.index(")")]
    found = np.array([float(part) for part in inside.split(",")])
    np.testing.assert_allclose(found, target, atol=0.1)


def test_the_camera_flies_turns_freely_and_looks_along_the_axes(single, qtbot):
    view, look = views(single)[0], single.state.scene.look
    trigger(single, "drag_fly")
    eye = view.camera.eye
    drag(qtbot, view, QPoint(100, 100), QPoint(160, 130))
    np.testing.assert_allclose(view.camera.eye, eye)  # the head turns, the feet stay
    qtbot.keyPress(view, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: np.linalg.norm(view.camera.eye - eye) > 0.02)
    qtbot.keyRelease(view, Qt.Key.Key_D)
    choose(child(single.window, "navigation", QComboBox), "trackball")
    for end in (QPoint(260, 240), QPoint(120, 260), QPoint(300, 150)):
        drag(qtbot, view, QPoint(120, 100), end)
    assert abs(view.camera.right @ view.controller.frame.up) > 0.01
    trigger(single, "drag_orbit")
    for name, forward in (("front", [0, 0, 1]), ("right", [-1, 0, 0]), ("top", [0, 1, 0])):
        trigger(single, f"axis_{name}")
        np.testing.assert_allclose(view.camera.forward, forward, atol=1e-6)
    qtbot.keyClick(view, Qt.Key.Key_5, Qt.KeyboardModifier.KeypadModifier)
    assert look.orthographic
    assert view.camera.orthographic
    assert child(single.window, "orthographic", QCheckBox).isChecked()
    qtbot.keyClick(view, Qt.Key.Key_Home)
    corners = view.controller.bounds.corners
    places = [place_of(view, corner) for corner in corners]
    assert all(view.rect().contains(place) for place in places)


def drag(qtbot, view, start, end):
    qtbot.mousePress(view, LEFT, pos=start)
    for step in range(1, 5):
        qtbot.mouseMove(view, start + (end - start) * step / 4)
    qtbot.mouseRelease(view, LEFT, pos=end)


def test_light_ground_grid_and_sizes_follow_the_panel(single, qtbot):
    view = views(single)[0]

    def seen():
        settle(qtbot, single)
        return pixels(view)

    plain = seen()
    choose(child(single.window, "lighting", QComboBox), "on")
    lit = seen()
    assert lit.sum() < plain.sum()
    choose(child(single.window, "lighting", QComboBox), "auto")
    assert (seen() == plain).all()
    choose(child(single.window, "color_mode", QComboBox), "depth")
    shaded = seen()
    choose(child(single.window, "lighting", QComboBox), "off")
    assert shaded.sum() < seen().sum()  # colourless modes are lit by default
    choose(child(single.window, "background", QComboBox), "white")
    assert seen()[2, 2:5].tolist() == [255, 255, 255]
    without_grid = seen()
    trigger(single, "grid")
    assert (seen() != without_grid).any()
    choose(child(single.window, "point_unit", QComboBox), "world")
    small = seen()
    slider = child(single.window, "world_size", QSlider)
    slider.setValue(slider.maximum())
    assert (seen() != small).any()
    share = single.state.scene.look.world_share
    wheel(view, Qt.KeyboardModifier.ControlModifier, -1)
    assert single.state.scene.look.world_share < share


def test_a_picture_larger_than_the_window_shows_the_same(single, qtbot, tmp_path):
    view = views(single)[0]
    trigger(single, "picture")
    dialog = child(single.window, "picture_dialog", QDialog)
    child(dialog, "picture_width", QSpinBox).setValue(3 * view.width())
    child(dialog, "picture_height", QSpinBox).setValue(3 * view.height())
    overlays = child(dialog, "picture_overlays", QCheckBox)
    qtbot.mouseClick(overlays, LEFT, pos=QPoint(8, overlays.height() // 2))
    qtbot.mouseClick(child(dialog, "picture_save", QPushButton), LEFT)
    target = tmp_path / "large.png"
    child(dialog, "picture_file", QFileDialog).fileSelected.emit(str(target))
    qtbot.waitUntil(target.exists)
    large = QImage(str(target))
    assert large.size() == view.size() * 3
    single.state.view.show_cameras(False)
    settle(qtbot, single)
    seen = view.grabFramebuffer()
    for place in ((-0.5, 0.0, NEAR_PLANE), (0.5, 0.1, FAR_PLANE), (-0.2, -0.3, NEAR_PLANE)):
        pixel = place_of(view, on_plane(*place))
        small = np.array(seen.pixelColor(pixel).getRgb()[:3])
        same = np.array(large.pixelColor(pixel * 3 + QPoint(1, 1)).getRgb()[:3])
        assert np.abs(small - same).max() < 24, place
    assert [file.name for file in tmp_path.glob("*large*")] == ["large.png"]


def test_the_light_of_a_picture_does_not_depend_on_its_size(single, qtbot):
    view = views(single)[0]
    choose(child(single.window, "color_mode", QComboBox), "depth")
    single.state.view.set_point_size_px(8)  # closed surfaces

    def shade(factor: int) -> float:
        """Share of the light that the shading takes."""
        sizes = (factor * view.width(), factor * view.height(), False)
        found = []
        for lighting in ("off", "on"):
            choose(child(single.window, "lighting", QComboBox), lighting)
            found.append(rgb_from_image(view.image(*sizes)).mean())
        return (found[0] - found[1]) / found[0]

    assert shade(1) > 0.001
    assert shade(3) == pytest.approx(shade(1), rel=0.2)
