from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QMenu,
    QRadioButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from moe3d_viewer.widgets.controls.binding import bind_checked, bind_choice, bind_value
from moe3d_viewer.widgets.controls.sliders import Scale, ScaledSlider

pytestmark = pytest.mark.gui
LEFT = Qt.MouseButton.LeftButton


class Kept(QObject):
    """A value with a setter that tells, and what was written to it."""

    changed = Signal()

    def __init__(self, value, clamp: Callable = lambda value: value) -> None:
        super().__init__()
        self.value, self.clamp, self.writes = value, clamp, []

    def get(self):
        return self.value

    def take(self, value) -> None:
        self.writes.append(value)
        self.put(value)

    def put(self, value) -> None:
        value = self.clamp(value)
        if value != self.value:
            self.value = value
            self.changed.emit()


def slider(low: int = 0, high: int = 99) -> QSlider:
    made = QSlider(Qt.Orientation.Horizontal)
    made.setRange(low, high)
    return made


def click_box(qtbot, box: QWidget) -> None:
    qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))


@pytest.mark.parametrize(("value", "shown"), [(12.3, 12), (100.0, 99), (-5.0, 0)])
def test_a_value_between_or_beyond_the_places_is_shown_and_stays(show, value, shown):
    kept, control = Kept(0.0), slider()
    bind_value(control, kept.get, kept.take, kept.changed)
    kept.put(value)
    show(control)
    assert control.value() == shown
    assert (kept.value, kept.writes) == (value, [])


def test_a_value_that_was_there_before_the_control_stays(show):
    kept, control = Kept(100.0), slider()
    bind_value(control, kept.get, kept.take, kept.changed)
    show(control)
    assert (kept.value, kept.writes, control.value()) == (100.0, [], 99)


def test_a_key_on_the_slider_writes_once_what_it_then_shows(show, qtbot):
    kept, control = Kept(12.3), slider()
    bind_value(control, kept.get, kept.take, kept.changed)
    show(control).setFocus()
    qtbot.keyClick(control, Qt.Key.Key_Up)
    assert kept.writes == [13]
    assert control.value() == 13


def test_the_end_of_a_slider_is_left_only_when_the_user_moves(show, qtbot):
    kept, control = Kept(100.0), slider()
    bind_value(control, kept.get, kept.take, kept.changed)
    show(control).setFocus()
    qtbot.keyClick(control, Qt.Key.Key_End)  # it stands there already
    assert kept.writes == []
    qtbot.keyClick(control, Qt.Key.Key_Down)
    assert kept.writes == [98]


def test_a_scaled_slider_keeps_a_value_between_two_places(show, qtbot):
    kept = Kept(0.0123)
    control = ScaledSlider("scaled", "Scaled", "", Scale(0.001, 1.0, logarithmic=True))
    control.bind(kept.get, kept.take, kept.changed)
    show(control).setFocus()
    assert kept.value == 0.0123
    assert control.value() == control.scale.place(0.0123)
    place = control.value()
    qtbot.keyClick(control, Qt.Key.Key_Up)
    assert kept.writes == [control.scale.value(place + 1)]


def test_a_field_shows_its_decimals_and_the_state_keeps_all_of_them(show, qtbot):
    kept, control = Kept(0.0), QDoubleSpinBox()
    control.setDecimals(2)
    bind_value(control, kept.get, kept.take, kept.changed)
    show(control)
    kept.put(0.12345)
    assert control.text() == "0.12"
    assert kept.value == 0.12345
    control.setFocus()
    control.selectAll()
    qtbot.keyClicks(control, "3")
    assert kept.writes == [3.0]
    assert control.text() == "3"  # what is typed is not written anew
    qtbot.keyClicks(control, ".5")
    assert kept.writes == [3.0, 3.5]


def test_a_field_shows_what_the_state_made_of_a_number(show, qtbot):
    kept, control = Kept(2, clamp=lambda value: min(value, 6)), QSpinBox()
    bind_value(control, kept.get, kept.take, kept.changed)
    show(control).setFocus()
    control.selectAll()
    qtbot.keyClicks(control, "8")
    assert (kept.writes, kept.value, control.value()) == ([8], 6, 6)


def test_a_box_follows_and_writes_once_a_click(show, qtbot):
    kept, control = Kept(False), QCheckBox("box")
    bind_checked(control, kept.get, kept.take, kept.changed)
    show(control)
    kept.put(True)
    assert control.isChecked()
    assert kept.writes == []
    click_box(qtbot, control)
    assert (kept.writes, control.isChecked()) == ([False], False)


def test_a_box_shows_no_tick_that_the_state_did_not_take(show, qtbot):
    kept, control = Kept(False, clamp=lambda _wish: False), QCheckBox("box")
    bind_checked(control, kept.get, kept.take, kept.changed)
    show(control)
    click_box(qtbot, control)
    assert (kept.writes, control.isChecked()) == ([True], False)


def test_one_of_two_round_buttons_writes_once(show, qtbot):
    kept, page = Kept(True), QWidget()
    first, second, group = QRadioButton("first"), QRadioButton("second"), QButtonGroup(page)
    rows = QVBoxLayout(page)
    for button in (first, second):
        group.addButton(button)
        rows.addWidget(button)
    bind_checked(first, kept.get, kept.take, kept.changed)
    bind_checked(second, lambda: not kept.value, lambda on: kept.take(not on), kept.changed)
    show(page)
    click_box(qtbot, second)
    assert (kept.writes, first.isChecked(), second.isChecked()) == ([False], False, True)
    kept.put(True)
    assert (kept.writes, first.isChecked(), second.isChecked()) == ([False], True, False)


def test_a_tick_in_a_menu_follows_and_writes_once(show, qtbot):
    kept, menu = Kept(True), QMenu()
    tick = QAction("tick", menu)
    tick.setCheckable(True)
    menu.addAction(tick)
    bind_checked(tick, kept.get, kept.take, kept.changed)
    show(menu)
    kept.put(False)
    assert (tick.isChecked(), kept.writes) == (False, [])
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(tick).center())
    assert (tick.isChecked(), kept.writes) == (True, [True])


def test_a_list_follows_and_writes_once_a_choice(show, qtbot):
    kept, control = Kept("b"), QComboBox()
    for key in "abc":
        control.addItem(key.upper(), key)
    bind_choice(control, kept.get, kept.take, kept.changed)
    show(control).setFocus()
    assert control.currentData() == "b"
    kept.put("c")
    assert (control.currentData(), kept.writes) == ("c", [])
    qtbot.keyClick(control, Qt.Key.Key_Up)
    assert (control.currentData(), kept.writes) == ("b", ["b"])


def test_a_key_that_the_list_lacks_stays_in_the_state(show):
    kept, control = Kept("a"), QComboBox()
    control.addItem("A", "a")
    binding = bind_choice(control, kept.get, kept.take, kept.changed)
    show(control)
    kept.put("new")
    assert (control.currentData(), kept.value, kept.writes) == ("a", "new", [])
    control.addItem("New", "new")
    binding.show()
    assert (control.currentData(), kept.writes) == ("new", [])
