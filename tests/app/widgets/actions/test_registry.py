"""Commands over a bare QMainWindow: they need their Host, and no window of ours."""

from collections.abc import Sequence

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMainWindow

from moe3d_viewer.widgets.actions.command import Command, CommandGroup
from moe3d_viewer.widgets.actions.help_actions import HelpActions
from moe3d_viewer.widgets.actions.host import Host
from moe3d_viewer.widgets.actions.registry import Actions
from moe3d_viewer.widgets.actions.view_actions import ViewActions

pytestmark = pytest.mark.gui


class Part:
    """Stands for every part of a window: remembers what commands asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str):
        return lambda *_: self.asked.append(name)


@pytest.fixture
def host(state, theme, show) -> Host:
    part = Part()
    return Host(state, theme, part, part, part, part, show(QMainWindow()))


def test_a_command_asks_the_part_that_it_is_about(host):
    actions = Actions(host, (HelpActions,))
    actions["palette"].trigger()
    actions["about"].trigger()
    assert host.shell.asked == ["show_palette", "about"]


def test_commands_wait_for_what_they_act_on(host):
    actions = Actions(host, (ViewActions,))
    assert not actions["frame"].isEnabled()
    actions["frame"].trigger()
    assert host.shell.asked == []


def test_two_commands_of_one_name_are_a_mistake(host):
    class Twice(CommandGroup):
        def commands(self) -> Sequence[Command]:
            return (Command("same", "A", "help"), Command("same", "B", "help"))

    with pytest.raises(AssertionError, match="two commands are called same"):
        Actions(host, (Twice,))


def test_the_parts_of_a_menu_keep_together(host):
    class Parted(CommandGroup):
        def commands(self) -> Sequence[Command]:
            return (
                Command("a", "A", "edit/first"),
                Command("b", "B", "edit/second"),
                Command("c", "C", "edit/first"),
                Command("d", "D", "view/first"),
            )

    actions = Actions(host, (Parted,))
    assert [entry.command.name for entry in actions.in_menu("edit")] == ["a", "c", "b"]


class Lamp(QObject):
    """On or off, and how often somebody asked."""

    switched = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.is_on, self.asked = False, 0

    def ask(self) -> bool:
        self.asked += 1
        return self.is_on

    def switch(self, on: bool) -> None:
        self.is_on = on
        self.switched.emit(on)


def group_of(name: str, lamp: Lamp) -> type[CommandGroup]:
    class LampGroup(CommandGroup):
        def commands(self):
            return [Command(name, name, "view", is_enabled=lamp.ask, is_checked=lamp.ask)]

        def changes(self):
            return [lamp.switched]

    return LampGroup


def test_a_signal_asks_the_rules_of_its_own_group(host):
    first, second = Lamp(), Lamp()
    actions = Actions(host, [group_of("first", first), group_of("second", second)])
    asked = second.asked
    first.switch(True)
    assert actions["first"].isEnabled()
    assert actions["first"].isChecked()
    assert second.asked == asked
    second.is_on = True
    actions["first"].trigger()  # what a command does may concern every group
    assert actions["second"].isEnabled()
