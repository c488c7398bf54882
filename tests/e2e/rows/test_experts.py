"""Who decides a pixel, and what if another did (rows D14 to D22).

The experts of `step_prediction` say 1, 2, 4/3 and 5/3 everywhere; the first wins left of x = 21,
the second right of it.
"""

import csv
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QScrollArea, QToolButton

from moe3d_viewer.widgets.maps.map_tile import MapTile
from moe3d_viewer.widgets.maps.value_bar import ValueBar
from tests.app.hands import color_at
from tests.app.questions import answer
from tests.e2e.rows.test_maps import TURBO_HIGH, TURBO_LOW, close
from tests.moe3d.evaluation.one_scene.test_scene_truth import truth_folder
from tests.scenes import step_prediction

pytestmark = pytest.mark.gui
CONTROL = Qt.KeyboardModifier.ControlModifier
ORANGE, BLUE = (230, 159, 0), (86, 180, 233)  # Okabe and Ito's first two
DARKEST, BRIGHTEST = (0, 0, 4), (252, 255, 164)  # ends of inferno


def load_truth(hands, tmp_path) -> None:
    hands.hotkey(Qt.Key.Key_T, CONTROL)
    hands.answer_file_dialog(truth_folder(tmp_path / "truth"))
    hands.wait(lambda: hands.window.findChild(MapTile, "tile_error_fused") is not None)


def test_every_expert_has_a_depth_map_on_the_range_of_the_result(hands):
    tiles = [hands.find(f"tile_expert_{number}", MapTile) for number in (1, 2, 3, 4)]
    near, far, nearer, farther = (color_at(hands.show(tile), 30, 9) for tile in tiles)
    assert close(near, TURBO_HIGH)
    assert close(far, TURBO_LOW)
    assert near == color_at(hands.find("tile_fused", MapTile), 3, 9)
    assert far == color_at(hands.find("tile_fused", MapTile), 30, 9)
    assert len({near, far, nearer, farther}) == 4
    assert [tile.title for tile in tiles] == [f"Expert {number}" for number in (1, 2, 3, 4)]


def is_tinted(color, by) -> bool:
    """Whether a colour is another, as dark as the photo makes it."""
    return close(np.multiply(color, max(by) / max(color)), by, 4)


def test_the_overlay_has_the_winners_colours_a_legend_and_an_opacity(hands):
    tile, photo = (hands.find(f"tile_{name}", MapTile) for name in ("gating", "photo"))
    hands.slide("overlay_opacity", 1.0)
    hands.show(tile)
    assert is_tinted(color_at(tile, 3, 9), ORANGE)
    assert is_tinted(color_at(tile, 38, 9), BLUE)
    for number, color in ((1, ORANGE), (2, BLUE)):
        box = hands.show(hands.find(f"legend_expert_{number}", QCheckBox))
        picture = box.grab().toImage()
        places = [(x, picture.height() // 2) for x in range(picture.width())]
        assert any(close(picture.pixelColor(*place).getRgb()[:3], color) for place in places)
    hands.slide("overlay_opacity", 0.0)
    assert color_at(hands.show(tile), 3, 9) == color_at(photo, 3, 9)
    hands.slide("overlay_opacity", 1.0)
    hands.tick("legend_expert_1")
    assert color_at(hands.show(tile), 3, 9) == color_at(photo, 3, 9)
    assert is_tinted(color_at(tile, 38, 9), BLUE)
    hands.key(hands.find("strip_scroll", QScrollArea), Qt.Key.Key_G)
    assert color_at(hands.show(tile), 38, 9) == color_at(photo, 38, 9)


def undecided_on_the_left():
    """Left of x = 10 all experts weigh alike."""
    plain = step_prediction()
    logits = plain.gate_logits.copy()
    logits[..., :10] = 0
    return replace(plain, gate_logits=logits)


def test_entropy_and_margin_say_where_the_gate_is_undecided(backend, request):
    backend.make = undecided_on_the_left
    hands = request.getfixturevalue("hands")
    hands.choose_from("which_maps", "Top-1 margin")
    values = hands.find("cursor_values", QLabel)
    for name, at_left, at_right in (("entropy", "1", "0"), ("margin", "0", "1")):
        for x, said in ((4, at_left), (30, at_right)):
            tile = hands.hover(name, x, 9)
            assert values.text().endswith(said), (name, x, values.text())
            assert close(color_at(tile, x, 20), BRIGHTEST if said == "1" else DARKEST)


def test_the_spread_of_the_experts_is_a_map(hands):
    hands.choose_from("which_maps", "Expert spread")
    tile = hands.hover("spread", 3, 9)
    spread = np.std([1, 2, 4 / 3, 5 / 3])  # 37 % of the left's depth, 19 % of the right's
    text = hands.find("cursor_values", QLabel).text()
    assert text.endswith(f"Expert spread {100 * spread:.2g} %")
    assert sum(color_at(tile, 3, 20)) > sum(color_at(tile, 38, 20))


def numbers_in(hands, kind: str) -> list[str]:
    """What the bars of the four experts say."""
    bars = [hands.find(f"{kind}_{number}", ValueBar) for number in (1, 2, 3, 4)]
    assert all(hands.show(bar).isVisible() for bar in bars)
    return [bar.text for bar in bars]


def coloured(bar: ValueBar, color) -> float:
    """Share of a bar that has a colour."""
    picture, room = bar.grab().toImage(), bar.bar_rect()
    row = [picture.pixelColor(x, int(room.center().y())) for x in range(int(room.width()))]
    return sum(close(pixel.getRgb()[:3], color) for pixel in row) / len(row)


def test_hovering_shows_bars_of_weights_and_depths_with_the_truth(hands, tmp_path):
    load_truth(hands, tmp_path)
    hands.hover("photo", 30, 9)
    assert numbers_in(hands, "weight_bar") == ["0.00", "1.00", "0.00", "0.00"]
    assert numbers_in(hands, "depth_bar_expert") == ["1", "2", "1.333", "1.667"]
    others = {name: hands.find(f"depth_bar_{name}", ValueBar) for name in ("fused", "vggt")}
    assert [bar.text for bar in others.values()] == ["2", "2"]
    truth = hands.show(hands.find("depth_bar_truth", ValueBar))
    assert truth.text == "2"  # the file says 6; its scale is taken out
    assert coloured(hands.find("weight_bar_2", ValueBar), BLUE) == pytest.approx(1, abs=0.05)
    assert coloured(hands.find("weight_bar_1", ValueBar), ORANGE) == 0
    hands.hover("fused", 19, 9)  # VGGT's ramp: 1 + (19 - 18.5) / 5
    assert others["vggt"].text == "1.1"
    assert (others["fused"].text, truth.text) == ("1", "1")
    hands.command("clear_truth")
    assert not truth.isVisible()


def lopsided():
    """The first expert wins all of the second photo."""
    plain = step_prediction()
    logits = plain.gate_logits.copy()
    logits[1, 0], logits[1, 1] = 10, 0
    return replace(plain, gate_logits=logits)


def test_a_result_of_as_many_experts_finds_their_rows_where_they_are(backend, request):
    hands = request.getfixturevalue("hands")
    rows = ("usage_1", ValueBar), ("eye_2", QToolButton), ("legend_expert_2", QCheckBox)
    hands.wait(lambda: hands.window.findChild(ValueBar, "usage_1") is not None)
    before = [hands.find(*row) for row in rows]
    hands.press("eye_2")
    backend.make = lopsided
    hands.hotkey(Qt.Key.Key_R, CONTROL)
    answer(hands.viewer, hands.qtbot, "discard")
    hands.wait(lambda: numbers_in(hands, "usage") == ["75 %", "25 %", "0 %", "0 %"])
    assert [hands.find(*row) for row in rows] == before
    hidden = hands.viewer.state.view.hidden_experts
    assert [button.isChecked() for button in before[1:]] == [1 not in hidden] * 2


def test_use_of_the_scene_of_a_photo_and_at_its_edges(backend, request):
    backend.make = lopsided
    hands = request.getfixturevalue("hands")
    hands.wait(lambda: numbers_in(hands, "usage") == ["75 %", "25 %", "0 %", "0 %"])
    hands.choose("usage_scope", "photo")
    assert numbers_in(hands, "usage") == ["50 %", "50 %", "0 %", "0 %"]
    assert numbers_in(hands, "edge_usage") == ["50 %", "50 %", "0 %", "0 %"]
    hands.wait(lambda: hands.find("usage_curve") is not None)  # made in a turn of its own
    curve = hands.show(hands.find("usage_curve"))
    assert ORANGE not in colors_near(curve)  # under the blue one, of the same height
    hands.key(hands.find("strip_scroll", QScrollArea), Qt.Key.Key_Right)
    assert numbers_in(hands, "usage") == ["100 %", "0 %", "0 %", "0 %"]
    hands.wait(lambda: ORANGE in colors_near(hands.show(curve)))
    dead = hands.show(hands.find("dead_experts", QLabel))
    assert "3, 4" in dead.text()


def colors_near(widget) -> set[tuple[int, int, int]]:
    """Which of the experts' colours can be seen in a plot."""
    picture = widget.grab().toImage()
    seen = {
        picture.pixelColor(x, y).getRgb()[:3]
        for x in range(picture.width())
        for y in range(picture.height())
    }
    wanted = [ORANGE, BLUE, (0, 158, 115), (204, 121, 167), (47, 191, 113), (138, 147, 165)]
    return {color for color in wanted if any(close(pixel, color, 6) for pixel in seen)}


def test_the_remix_changes_every_picture_at_once_and_one_click_leads_back(hands):
    fused = hands.show(hands.find("tile_fused", MapTile))
    banner, values = hands.find("what_if_banner"), hands.find("cursor_values", QLabel)
    near, far = color_at(fused, 3, 9), color_at(fused, 38, 9)
    hands.press("mute_1")
    hands.wait(lambda: color_at(hands.show(fused), 3, 9) != near)
    assert fused.title == "What-if: Fused"
    assert banner.isVisible()
    hands.hover("fused", 3, 9)  # the others weigh alike there
    hands.wait(lambda: "What-if 1.667 " in values.text())  # (2 + 4/3 + 5/3) / 3
    hands.choose("remix_rule", "hard")  # of equals, the one with the lowest number
    hands.wait(lambda: color_at(hands.show(fused), 3, 20) == far)
    hands.press("what_if_back")
    hands.wait(lambda: color_at(hands.show(fused), 3, 9) == near)
    assert not banner.isVisible()
    hands.slide("remix_temperature", 1.0)
    hands.wait(lambda: color_at(hands.show(fused), 3, 9) != near)
    assert hands.find("remix_temperature_value", QLabel).text() == "20"
    hands.hover("fused", 3, 9)
    first = np.exp(10 / 20)  # the winner's odds at temperature 20
    expected = (first * 1 + 2 + 4 / 3 + 5 / 3) / (first + 3)
    hands.wait(lambda: f"What-if {expected:.4g} " in values.text())
    hands.key(hands.find("strip_scroll", QScrollArea), Qt.Key.Key_0)
    hands.wait(lambda: color_at(hands.show(fused), 3, 9) == near)


def draw_profile(hands, tile: str, start, end):
    """Press P and drag a line over a map."""
    hands.key(hands.find("strip_scroll", QScrollArea), Qt.Key.Key_P)
    shown = hands.show(hands.find(f"tile_{tile}", MapTile))
    hands.drag(shown, *(shown.point_of(*place).toPoint() for place in (start, end)))
    return shown


def test_the_profile_has_a_curve_for_every_depth_the_gradient_and_the_truth(hands, tmp_path):
    load_truth(hands, tmp_path)
    draw_profile(hands, "expert_2", (14, 9), (28, 9))
    plots = hands.show(hands.find("profile_plots"))
    hands.wait(lambda: len(colors_near(plots)) == 6)  # four experts, VGGT, truth
    target = tmp_path / "edge.csv"
    hands.press("profile_csv")
    hands.answer_file_dialog(target)
    hands.wait(target.exists)
    rows = list(csv.DictReader(target.open()))
    assert [int(row["x"]) for row in rows] == list(range(14, 29))
    step = [1.0 if x < 21 else 2.0 for x in range(14, 29)]
    assert [float(row["fused"]) for row in rows] == step
    assert [float(row["truth"]) for row in rows] == pytest.approx(step)
    assert float(rows[6]["vggt"]) == pytest.approx(1.3)  # x = 20, on the ramp
    assert [float(rows[0][f"expert_{n}"]) for n in (1, 2, 3, 4)] == pytest.approx(
        [1, 2, 4 / 3, 5 / 3]
    )
    assert float(rows[0]["weight_1"]) == pytest.approx(1)
    assert float(rows[0]["photo_gradient"]) > 0


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_profile_is_saved_as_a_picture(hands, tmp_path, kind):
    draw_profile(hands, "fused", (14, 9), (28, 9))
    target = tmp_path / f"edge.{kind}"
    hands.press(f"profile_{kind}")
    hands.answer_file_dialog(target)
    hands.wait(target.exists)
    start = b"<?xml" if kind == "svg" else b"\x89PNG"
    assert target.read_bytes().startswith(start)


def test_the_cross_hair_of_the_profile_marks_the_maps(hands):
    draw_profile(hands, "fused", (14, 9), (28, 9))
    plots = hands.show(hands.find("profile_plots"))
    hands.qtbot.waitUntil(lambda: plots.viewport().width() > 100)
    values = hands.find("cursor_values", QLabel)
    middle = plots.viewport().rect().center()
    hands.qtbot.mouseMove(plots.viewport(), middle)
    hands.wait(lambda: "y 9 " in values.text())
    before = values.text()

    def moved_on() -> bool:  # again, as a hand does: the plots skip moves that follow too fast
        hands.qtbot.mouseMove(plots.viewport(), middle)
        hands.qtbot.mouseMove(plots.viewport(), middle * 1.2)
        return values.text() not in ("", before)

    hands.wait(moved_on)
    assert "y 9 " in values.text()
