"""Undo and redo of what is chosen for the view."""

from collections.abc import Sequence

from PySide6.QtCore import SignalInstance

from moe3d_viewer.widgets.actions.command import Command, CommandGroup


class EditActions(CommandGroup):
    """Steps back and forth."""

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        history = self.host.state.history
        return (
            Command(
                "undo",
                self.tr("&Undo"),
                "edit/history",
                history.undo,
                ["Ctrl+Z"],
                self.tr("Take back the last change of view or filter"),
                is_enabled=lambda: history.can_undo,
            ),
            Command(
                "redo",
                self.tr("&Redo"),
                "edit/history",
                history.redo,
                ["Ctrl+Shift+Z", "Ctrl+Y"],
                self.tr("Make the change that was taken back once more"),
                is_enabled=lambda: history.can_redo,
            ),
        )

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        return (self.host.state.history.changed,)
