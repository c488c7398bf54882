"""All commands as QActions: menus, tool bar, key sheet and palette take them from here."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from moe3d_viewer.widgets.actions.command import Command, CommandGroup
from moe3d_viewer.widgets.actions.host import Host
from moe3d_viewer.widgets.controls.icons import icon


@dataclass(frozen=True)
class Entry:
    """A command and its action."""

    command: Command
    action: QAction

    def refresh(self) -> None:
        """Ask the command's rules again."""
        command = self.command
        if command.is_enabled is not None:
            self.action.setEnabled(command.is_enabled())
        if command.is_checked is not None:
            self.action.setChecked(command.is_checked())


class _Refresher(QObject):
    """Asks the rules of one group's commands after every signal of the group."""

    def __init__(self, entries: Sequence[Entry], parent: QObject) -> None:
        super().__init__(parent)
        self._entries = entries

    @Slot()
    def refresh(self) -> None:
        for entry in self._entries:
            entry.refresh()


class Actions(QObject):
    """Named actions; their enabled and checked states follow their groups' rules."""

    def __init__(self, host: Host, groups: Sequence[type[CommandGroup]]) -> None:
        super().__init__(host.window)
        self._host = host
        self._entries: dict[str, Entry] = {}
        self._choices: dict[str, QActionGroup] = {}
        self._groups = [group(host) for group in groups]
        for group in self._groups:
            made = _Refresher([self._add(command) for command in group.commands()], self)
            for signal in group.changes():
                signal.connect(made.refresh)
        host.theme.changed.connect(self._show_icons)
        self._show_icons()
        self.refresh()

    def __getitem__(self, name: str) -> QAction:
        return self._entries[name].action

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every command, in the order in which the groups name them."""
        return tuple(self._entries.values())

    def in_menu(self, menu: str) -> tuple[Entry, ...]:
        """Commands of one menu; parts of it keep together, in the order of their first command."""
        found = [e for e in self.entries if e.command.menu.partition("/")[0] == menu]
        parts = list(dict.fromkeys(e.command.menu for e in found))
        return tuple(sorted(found, key=lambda e: parts.index(e.command.menu)))

    def in_views(self) -> tuple[QAction, ...]:
        """Actions that act while the 3D view or the maps have the focus."""
        return tuple(e.action for e in self.entries if e.command.in_views)

    def _add(self, command: Command) -> Entry:
        assert command.name not in self._entries, f"two commands are called {command.name}"
        made = Entry(command, command.action or self._make(command))
        self._entries[command.name] = made
        return made

    def _make(self, command: Command) -> QAction:
        action = QAction(command.text, self._host.window)
        action.setObjectName(f"action_{command.name}")
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        if command.in_views:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        plain = command.help or command.title
        action.setToolTip(f"{plain} ({command.keys[0]})" if command.keys else plain)
        action.setStatusTip(plain)
        if command.is_checked is not None:
            action.setCheckable(True)
        if command.choice:
            self._choice(command.choice).addAction(action)
        action.triggered.connect(command.call)
        action.triggered.connect(self.refresh)
        return action

    def _choice(self, name: str) -> QActionGroup:
        if name not in self._choices:
            self._choices[name] = QActionGroup(self)
        return self._choices[name]

    @Slot()
    @Slot(bool)
    def refresh(self, _checked: bool = False) -> None:
        """Ask every rule again."""
        for entry in self._entries.values():
            entry.refresh()

    @Slot()
    def _show_icons(self) -> None:
        tokens = self._host.theme.tokens
        for entry in self._entries.values():
            if entry.command.icon:
                entry.action.setIcon(icon(entry.command.icon, tokens.text, tokens.disabled))
