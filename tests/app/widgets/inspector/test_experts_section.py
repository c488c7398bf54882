"""Use, solo, mute and re-mix in the inspector, by real clicks and keys."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from moe3d_viewer.widgets.inspector.experts_section import ExpertsSection
from moe3d_viewer.widgets.inspector.inspector import Inspector
from moe3d_viewer.widgets.inspector.usage_curve import UsageCurve
from moe3d_viewer.widgets.maps.map_strip import MapStrip
from moe3d_viewer.widgets.maps.map_tile import MapTile
from moe3d_viewer.widgets.maps.value_bar import ValueBar
from moe3d_viewer.widgets.shell.what_if_banner import WhatIfBanner
from tests.app.window_fixtures import child
from tests.scenes import step_prediction

pytestmark = pytest.mark.gui
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def inspector(result, theme, show, runner, qtbot):
    runner.run_all()
    made = show(Inspector(result, theme), 300, 1300)
    qtbot.mouseMove(made, QPoint(1, 1))  # wherever the test before left it
    return made


def uses(inspector, kind):
    return [child(inspector, f"{kind}_{number}", ValueBar).text for number in (1, 2, 3, 4)]


@pytest.mark.parametrize("section", ["experts_section", "remix_section"])
def test_a_mouse_on_its_way_to_a_wish_makes_the_cloud_ready(
    result, inspector, runner, section, qtbot
):
    assert not runner.waiting
    qtbot.mouseMove(child(inspector, section, QWidget))
    runner.run_all()
    result.remix.solo(1)
    runner.run_next()  # the mixing alone
    assert not runner.waiting
    assert result.remix.shown.points is not None
    qtbot.mouseMove(inspector, QPoint(1, 1))  # away, for the next test


def test_nothing_is_built_for_nobody_and_all_of_it_when_it_is_seen(
    result, theme, show, runner, qtbot
):
    runner.run_all()
    page = QWidget()
    section = ExpertsSection(result, theme, page)
    QVBoxLayout(page).addWidget(section)
    result.view.show_expert(1, False)  # nobody sees this either
    result.view.select_view(1)
    assert section.findChild(ValueBar, "usage_1") is None
    show(page, 300, 500)
    eyes = [child(section, f"eye_{number}", QToolButton).isChecked() for number in (1, 2, 3)]
    assert eyes == [True, False, True]
    assert uses(section, "usage")[0].endswith("%")
    qtbot.waitUntil(lambda: section.findChild(UsageCurve) is not None)


def lopsided():
    """Expert 1 wins the left of photo 1, all of photo 2."""
    plain = step_prediction()
    logits = plain.gate_logits.copy()
    logits[1, 0], logits[1, 1] = 10, 0
    return replace(plain, gate_logits=logits)


def test_use_is_counted_over_scene_photo_and_edges(
    state, runner, photos, backend, theme, show, qtbot
):
    backend.make = lopsided
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    inspector = show(Inspector(state, theme), 300, 1300)
    assert uses(inspector, "usage") == ["75 %", "25 %", "0 %", "0 %"]
    box = child(inspector, "usage_scope", QComboBox)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert uses(inspector, "usage") == ["50 %", "50 %", "0 %", "0 %"]
    state.view.select_view(1)
    assert uses(inspector, "usage") == ["100 %", "0 %", "0 %", "0 %"]
    assert uses(inspector, "edge_usage") == ["100 %", "0 %", "0 %", "0 %"]
    qtbot.waitUntil(lambda: inspector.findChild(UsageCurve, "usage_curve") is not None)
    curve = child(inspector, "usage_curve", UsageCurve)
    wanted = np.where(np.arange(40) < 21, 100, np.nan)
    qtbot.waitUntil(lambda: bool(curve.curves()))  # drawn in a turn of its own
    qtbot.waitUntil(lambda: np.allclose(curve.curves()[0], wanted, equal_nan=True))
    dead = child(inspector, "dead_experts", QLabel)
    assert dead.isVisible()
    assert "3, 4" in dead.text()
    assert "2.5 %" in dead.text()


def test_solo_shows_an_expert_as_a_what_if_and_one_click_leads_back(
    inspector, result, runner, show, qtbot
):
    strip = show(MapStrip(result), 1800, 220)
    banner = WhatIfBanner(result, show(QWidget(), 900, 300))
    fused, expert = (child(strip, f"tile_{name}", MapTile) for name in ("fused", "expert_2"))
    own = fused.grab().toImage()
    assert not banner.isVisible()
    qtbot.mouseClick(child(inspector, "solo_2", QToolButton), LEFT)
    runner.run_all()
    middle = fused.point_of(5, 9).toPoint()
    assert fused.grab().toImage().pixel(middle) == expert.grab().toImage().pixel(middle)
    assert fused.title == "What-if: Fused"
    assert expert.title == "Expert 2"
    assert banner.isVisible()
    assert "only expert 2" in child(banner, "what_if_text", QLabel).text()
    qtbot.mouseClick(
        child(inspector, "solo_3", QToolButton), LEFT, Qt.KeyboardModifier.ShiftModifier
    )
    assert result.remix.soloed == {1, 2}
    qtbot.mouseClick(child(banner, "what_if_back", QPushButton), LEFT)
    runner.run_all()
    assert fused.grab().toImage() == own
    assert not banner.isVisible()


def test_a_muted_expert_presses_no_other_button(inspector, result, show, qtbot):
    banner = WhatIfBanner(result, show(QWidget(), 900, 300))
    qtbot.mouseClick(child(inspector, "mute_1", QToolButton), LEFT)
    pressed = {
        name
        for name in (f"{kind}_{number}" for kind in ("solo", "mute") for number in (1, 2, 3, 4))
        if child(inspector, name, QToolButton).isChecked()
    }
    assert pressed == {"mute_1"}
    qtbot.mouseClick(child(inspector, "mute_2", QToolButton), LEFT)
    assert "without expert 1, 2" in child(banner, "what_if_text", QLabel).text()


def test_mute_and_the_last_one_heard(inspector, result, qtbot):
    for number in (1, 2, 3):
        qtbot.mouseClick(child(inspector, f"mute_{number}", QToolButton), LEFT)
    assert result.remix.muted == {0, 1, 2}
    assert not child(inspector, "mute_4", QToolButton).isEnabled()
    assert child(inspector, "solo_4", QToolButton).isChecked()
    qtbot.mouseClick(child(inspector, "mute_1", QToolButton), LEFT)
    assert child(inspector, "mute_4", QToolButton).isEnabled()


def test_hard_and_temperature_change_the_picture_and_the_values(inspector, result, runner, qtbot):
    back = child(inspector, "remix_reset", QPushButton)
    value = child(inspector, "remix_temperature_value", QLabel)
    assert value.text() == "0.5 (model)"
    assert not back.isEnabled()
    slider = child(inspector, "remix_temperature", QSlider)
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_End)
    runner.run_all()
    assert value.text() == "20"
    own = result.display.prediction
    weights = np.exp(own.gate_logits / 20)
    expected = (weights * own.expert_depths).sum(axis=1) / weights.sum(axis=1)
    np.testing.assert_allclose(result.remix.shown.depth, expected, rtol=1e-5)
    rule = child(inspector, "remix_rule", QComboBox)
    rule.setFocus()
    qtbot.keyClick(rule, Qt.Key.Key_End)
    runner.run_all()
    assert result.remix.shown.remix.hard
    assert result.remix.shown.remix.temperature == pytest.approx(20)
    qtbot.mouseClick(back, LEFT)
    runner.run_all()
    assert value.text() == "0.5 (model)"
    assert rule.currentData() == "soft"
    assert not result.remix.shown.is_active
