"""The whole window with its 3D view, on a display with OpenGL."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QSlider

from moe3d_viewer.widgets.maps.map_tile import MapTile
from moe3d_viewer.widgets.maps.value_bar import ValueBar
from tests.app.drawn_window import backend_with_points, pixels, settle, views
from tests.app.hands import Hands
from tests.app.window_fixtures import build_viewer, child
from tests.patience import rest, turns

pytestmark = [pytest.mark.gui, pytest.mark.gl]


def test_both_clouds_are_drawn_side_by_side_and_move_together(drawn, qtbot):
    left, right = views(drawn)
    assert left.isVisible()
    assert right.isVisible()
    assert child(drawn.window, "leftCloudHeading", QLabel).text().startswith("MoE3D (fused)")
    before = [pixels(view) for view in (left, right)]
    assert all(picture.std() > 10 for picture in before)
    centre = QPoint(left.width() // 2, left.height() // 2)
    qtbot.mousePress(left, Qt.MouseButton.LeftButton, pos=centre)
    qtbot.mouseMove(left, centre + QPoint(60, 20))
    qtbot.mouseRelease(left, Qt.MouseButton.LeftButton, pos=centre + QPoint(60, 20))
    settle(qtbot, drawn)
    np.testing.assert_allclose(left.camera.eye, right.camera.eye)
    assert all((pixels(v) != old).any() for v, old in zip((left, right), before, strict=True))


def test_the_slider_hides_as_many_points_as_it_says(drawn, qtbot):
    slider = child(drawn.window, "confidence_slider", QSlider)
    slider.setFocus()
    for _ in range(4):
        qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    settle(qtbot, drawn)
    left, right = views(drawn)
    assert left.visible_count() == drawn.state.display.kept("fused")
    assert right.visible_count() == drawn.state.display.kept("vggt")
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert left.visible_count() == drawn.state.display.total("fused")


def test_a_window_at_rest_draws_nothing(drawn, qtbot):
    left, _ = views(drawn)
    frames = []
    left.frameSwapped.connect(lambda: frames.append(1))
    tile = child(drawn.window, "tile_fused", MapTile)
    for place in (None, tile.point_of(24, 9).toPoint()):  # the second one marks points in 3D
        if place is not None:
            qtbot.mouseMove(tile, place)
            qtbot.waitUntil(lambda: left.overlays.hypotheses is not None)
        settle(qtbot, drawn)
        rest(qtbot, drawn.window, [drawn.runner])
        frames.clear()
        turns(qtbot, 60)
        assert len(frames) <= 3  # a text cursor may blink


def test_one_view_and_both_again(drawn, qtbot):
    Hands(drawn, qtbot).press("tool_single")
    left, right = views(drawn)
    assert not right.isVisible()
    Hands(drawn, qtbot).press("tool_split")
    settle(qtbot, drawn)
    assert right.isVisible()
    assert pixels(right).std() > 10
    assert left.isVisible()


def test_a_letter_acts_while_the_view_has_the_focus(drawn, qtbot):
    left, _ = views(drawn)
    drawn.window.activateWindow()
    qtbot.waitUntil(drawn.window.isActiveWindow)
    left.setFocus()
    qtbot.waitUntil(left.hasFocus)
    before = pixels(left)
    qtbot.keyClick(left, Qt.Key.Key_C)
    assert drawn.state.view.color_mode == "depth"
    settle(qtbot, drawn)
    assert (pixels(left) != before).any()


def test_an_eye_hides_points(drawn, qtbot):
    left, _ = views(drawn)
    hands = Hands(drawn, qtbot)
    hands.slide("confidence_slider", 0.0)
    hands.press("eye_1")
    assert left.visible_count() == drawn.state.display.total("fused") // 2


def test_another_layer_is_built_and_drawn(drawn, qtbot):
    drawn.state.view.select_layer("expert:2")
    qtbot.waitUntil(lambda: drawn.state.display.cloud("expert:2") is not None)
    settle(qtbot, drawn)
    assert child(drawn.window, "leftCloudHeading", QLabel).text() == "Expert 2"
    assert pixels(views(drawn)[0]).std() > 10


def test_the_screenshot_shows_the_clouds(qtbot, store, photos, tmp_path):
    target = tmp_path / "window.png"
    words = [str(photos), "--run", "--screenshot", str(target), "--size", "1280x720"]
    viewer = build_viewer(qtbot, store, backend_with_points(), *words)
    qtbot.waitUntil(lambda: viewer.exit_code is not None)
    assert viewer.exit_code == 0
    picture = QImage(str(target))
    left = views(viewer)[0]
    corner = left.mapTo(viewer.window, QPoint(0, 0))
    middle = [
        picture.pixelColor(corner + QPoint(x, left.height() // 2)).getRgb()[:3]
        for x in range(0, left.width(), 5)
    ]
    assert len(set(middle)) > 10


def test_a_digit_shows_one_expert_alone_in_3d_and_says_what_if(drawn, qtbot):
    left, right = views(drawn)
    drawn.state.view.set_color_mode("depth")
    settle(qtbot, drawn)
    qtbot.waitUntil(lambda: drawn.runner.num_running == 0)
    own, other = pixels(left), pixels(right)
    drawn.window.activateWindow()
    qtbot.waitUntil(drawn.window.isActiveWindow)
    left.setFocus()
    qtbot.waitUntil(left.hasFocus)
    badge = child(left, "what_if_badge", QLabel)
    assert not badge.isVisible()
    qtbot.keyClick(left, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: drawn.state.remix.shown.points is not None)
    settle(qtbot, drawn)
    assert badge.isVisible()
    assert badge.text() == "What-if: not the model's result"
    drawn.state.view.set_color_mode("expert")
    assert "colours are the model's own" in badge.text()
    drawn.state.view.set_color_mode("depth")
    middle = left.width() / 2, left.height() / 2
    places = [(middle[0] + x, middle[1]) for x in (-90, -40, 40, 90)]
    picked = [left.pick(place) for place in places]
    assert any(picked)
    far = [point.position[2] for point in picked if point is not None]
    np.testing.assert_allclose(far, 2.0, atol=1e-5)  # expert 2 says the far plane everywhere
    assert (pixels(left) != own).mean() > 0.1
    assert (pixels(right) == other).all()
    noted = left.picture(400, 300, overlays=False)
    left.overlays.note = ""
    plain = left.picture(400, 300, overlays=False)
    assert noted.copy(0, 0, 300, 40) != plain.copy(0, 0, 300, 40)  # saved pictures say it, too
    qtbot.keyClick(left, Qt.Key.Key_3, Qt.KeyboardModifier.ShiftModifier)
    assert drawn.state.remix.soloed == {1, 2}
    qtbot.keyClick(left, Qt.Key.Key_0)
    qtbot.waitUntil(lambda: not drawn.state.remix.shown.is_active)
    qtbot.waitUntil(lambda: drawn.runner.num_running == 0)
    settle(qtbot, drawn)
    assert not badge.isVisible()
    assert (pixels(left) == own).all()


def test_the_paper_s_colours_reach_the_points(drawn, qtbot):
    left, _ = views(drawn)
    drawn.state.view.set_color_mode("expert")
    settle(qtbot, drawn)
    safe = pixels(left)
    drawn.state.view.set_palette("paper")
    settle(qtbot, drawn)
    assert (pixels(left) != safe).mean() > 0.1


def test_hovering_a_map_marks_every_expert_s_point_in_3d_and_hovering_3d_marks_the_maps(
    drawn, qtbot
):
    left, _ = views(drawn)
    before = pixels(left)
    tile = child(drawn.window, "tile_fused", MapTile)
    qtbot.mouseMove(tile, tile.point_of(30, 14).toPoint())
    qtbot.waitUntil(lambda: left.overlays.hypotheses is not None)
    marked = left.overlays.hypotheses
    assert marked.names == ("expert:1", "expert:2", "expert:3", "expert:4", "fused", "vggt")
    np.testing.assert_allclose(marked.points[:, 2], [1, 2, 4 / 3, 5 / 3, 2, 2], rtol=1e-5)
    directions = marked.points / marked.points[:, 2:]  # the first camera stands at the origin
    np.testing.assert_allclose(directions, np.tile(directions[0], (6, 1)), atol=1e-6)
    seen = pixels(left)
    ring = marked.points[2]  # in the air between the planes
    clip = left.frame_now().clip_from_world @ np.append(ring, 1.0)
    column = int((clip[0] / clip[3] + 1) / 2 * left.width())
    row = int((1 - clip[1] / clip[3]) / 2 * left.height())
    around = np.s_[row - 8 : row + 9, 3 * (column - 8) : 3 * (column + 9)]
    assert (seen[around] != before[around]).mean() > 0.1
    qtbot.mouseMove(tile, QPoint(3, 3))
    qtbot.waitUntil(lambda: left.overlays.hypotheses is None)
    settle(qtbot, drawn)
    assert (pixels(left) == before).all()
    middle = QPoint(left.width() // 2 + 40, left.height() // 2)
    qtbot.mouseMove(left, middle)
    qtbot.waitUntil(lambda: drawn.state.cursor.pixel is not None)
    weights = [child(drawn.window, f"weight_bar_{n}", ValueBar).text for n in (1, 2)]
    assert "1.00" in weights
    assert left.overlays.hypotheses is not None


def test_every_click_into_a_submenu_does_what_it_says(drawn, qtbot):
    """Menus come to a display later than they are opened; the hands wait for that."""
    hands, panel = Hands(drawn, qtbot), drawn.window.commands["panel_compare"]
    was_shown = panel.isChecked()
    for times in range(1, 7):
        hands.command("panel_compare")
        assert panel.isChecked() is (was_shown if times % 2 == 0 else not was_shown)
