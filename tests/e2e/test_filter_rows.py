"""Every row of the section of filters in the real window: it hides, is counted, named, kept."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QCheckBox,
    QDoubleSpinBox,
    QToolButton,
)

from moe3d.scene.filters.point_filter import Amount
from moe3d.scene.filters.registry import FILTERS, OPTIONS
from tests.app.hands import Hands
from tests.app.window_fixtures import child, run_photos

pytestmark = pytest.mark.gui
ROWS = [
    pytest.param(item, control, id=control.option)
    for item in FILTERS
    for control in item.controls
    if control.option not in ("hide_flying", "hide_sky")  # this result has neither
]


def tick_name(control) -> str:
    return control.tick_key.removesuffix("_on").removesuffix("_hidden") + "_filter"


@pytest.mark.parametrize(("item", "control"), ROWS)
def test_a_row_acts_at_once_and_its_chip_switches_it_off(viewer, photos, qtbot, item, control):
    run_photos(viewer, photos, qtbot)
    hands, state = Hands(viewer, qtbot), viewer.state
    tick = hands.find(tick_name(control), QCheckBox)
    chip = child(viewer.window, f"chip_{item.name}", QToolButton)
    option = OPTIONS[control.option]
    assert not tick.isChecked()
    assert not chip.isVisible()
    assert tick.toolTip()
    hands.tick(tick_name(control))
    assert option.is_on(getattr(state.scene.filter_list.now, control.option))
    assert chip.isVisible()
    hands.wait(lambda: "\N{MINUS SIGN}" in chip.text())  # counted
    kept = state.remembered.snapshot()
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert not tick.isChecked()
    assert not option.is_on(getattr(state.scene.filter_list.now, control.option))
    state.remembered.restore(kept)
    assert tick.isChecked()


@pytest.mark.parametrize(
    ("item", "control"), [row for row in ROWS if isinstance(row.values[1], Amount)]
)
def test_a_number_is_changed_beside_its_tick(viewer, photos, qtbot, item, control):
    run_photos(viewer, photos, qtbot)
    hands, state = Hands(viewer, qtbot), viewer.state
    number = hands.find(control.option)
    assert isinstance(number, QAbstractSlider | QAbstractSpinBox)
    assert not number.isEnabled()
    hands.tick(tick_name(control))
    assert number.isEnabled()
    before = getattr(state.scene.filter_list.now, control.option)
    hands.key(hands.show(number), Qt.Key.Key_Up)
    assert getattr(state.scene.filter_list.now, control.option) > before
    chip = child(viewer.window, f"chip_{item.name}", QToolButton)
    value = getattr(state.scene.filter_list.now, control.option)
    hands.wait(lambda: OPTIONS[control.option].text(value) in chip.text())


@pytest.mark.parametrize(
    ("item", "control"), [row for row in ROWS if OPTIONS[row.values[1].option].is_length]
)
def test_a_length_is_in_metres_once_a_scale_is_known(viewer, photos, qtbot, item, control):
    run_photos(viewer, photos, qtbot)
    hands, state = Hands(viewer, qtbot), viewer.state
    hands.tick(tick_name(control))
    field, before = hands.find(control.option, QDoubleSpinBox), state.display.prediction
    chosen = getattr(state.scene.filter_list.now, control.option)
    assert (field.value(), field.suffix()) == (pytest.approx(chosen), " units")
    state.scene.scale.set_metres_per_unit(2.0)
    hands.wait(lambda: state.display.prediction is not before)
    assert (field.value(), field.suffix()) == (pytest.approx(2 * chosen), " m")
    assert getattr(state.scene.filter_list.now, control.option) == pytest.approx(2 * chosen)
    chip = child(viewer.window, f"chip_{item.name}", QToolButton)
    hands.wait(lambda: f"{2 * chosen:g} m" in chip.text())
