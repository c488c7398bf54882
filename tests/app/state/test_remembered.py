import json

import pytest
from PySide6.QtCore import Signal

from moe3d_viewer.state.chosen_values import flag, indices, number, one_of, text, whole
from moe3d_viewer.state.layers.scene_display import RangeLock
from moe3d_viewer.state.layers.view_options import Layout, ViewOptionsState
from moe3d_viewer.state.remembered import Chosen, Remembered, RememberedRegistry
from tests.app.signals import record


class Lamp(Remembered):
    """Two values and a signal of its own."""

    lit = Signal(float)
    power = Chosen(1.0, number(0, 10))
    color = Chosen("white", one_of(("white", "red")))

    def set_power(self, power: float) -> None:
        if self._keep("power", power):
            self.lit.emit(power)

    def set_color(self, color: str) -> None:
        self._keep("color", color)


def test_each_object_has_values_of_its_own():
    lamp, other = Lamp(), Lamp()
    lamp.set_power(3.0)
    assert (lamp.power, other.power) == (3.0, 1.0)


def test_a_value_cannot_be_set_behind_the_setters_back():
    with pytest.raises(AttributeError, match="set_power"):
        Lamp().power = 3.0


def test_changes_name_the_value_and_happen_only_once():
    lamp = Lamp()
    heard = record(lamp.changed)
    lamp.set_power(3.0)
    lamp.set_power(3.0)
    lamp.set_color("red")
    assert heard == [("power",), ("color",)]


def test_several_changes_of_one_act_are_told_as_one():
    lamp = Lamp()
    heard, lit = record(lamp.changed), record(lamp.lit)
    with lamp.one_change("party"):
        lamp.set_power(3.0)
        lamp.set_color("red")
    with lamp.one_change("nothing"):
        lamp.set_color("red")
    assert heard == [("party",)]
    assert lit == [(3.0,)]


def test_restoring_takes_what_fits_and_passes_over_the_rest():
    lamp = Lamp()
    lamp.restore({"power": 99, "color": "infrared", "shade": "round"})
    assert (lamp.power, lamp.color) == (10.0, "white")
    lamp.restore({"power": "bright", "color": "red"})
    assert (lamp.power, lamp.color) == (10.0, "red")


def test_all_view_options_survive_json():
    view = ViewOptionsState()
    view.set_layout(Layout.SINGLE)
    view.set_range_lock(RangeLock.PHOTO)
    view.set_hidden_experts(frozenset({2, 0}))
    view.select_view(1)
    view.set_percentile(35)
    written = json.loads(json.dumps(view.to_json()))
    assert written["hidden_experts"] == [0, 2]
    other = ViewOptionsState()
    other.restore(written)
    assert other.to_json() == view.to_json()
    assert other.layout is Layout.SINGLE
    assert other.range_lock is RangeLock.PHOTO
    assert other.hidden_experts == {0, 2}


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (number(), True),
        (number(), float("nan")),
        (number(), "1"),
        (whole(), 1.5),
        (whole(), False),
        (flag, 1),
        (text, None),
        (indices, 3),
        (indices, ["a"]),
        (one_of(("a",)), ["a"]),
    ],
)
def test_readers_refuse_what_is_no_such_value(read, value):
    with pytest.raises((TypeError, ValueError)):
        read(value)


def test_a_snapshot_holds_every_part_and_comes_back():
    registry, lamp, spare = RememberedRegistry(), Lamp(), Lamp()
    registry.add("lamp", lamp)
    registry.add("spare", spare)
    heard = record(registry.changed)
    lamp.set_power(3.0)
    assert heard == [("lamp", "power")]
    kept = registry.snapshot()
    lamp.set_power(5.0)
    spare.set_color("red")
    registry.restore({"lamp": kept["lamp"], "spare": "not a part", "later": {"x": 1}})
    assert (lamp.power, spare.color) == (3.0, "red")
