"""Results for other programs."""

from collections.abc import Sequence

from PySide6.QtCore import SignalInstance

from app.widgets.actions.command import Command, CommandGroup


class ExportActions(CommandGroup):
    """Files and pictures."""

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        state = self.host.state
        return (
            Command(
                "export",
                self.tr("&Export…"),
                "export/files",
                self.host.dialogs.export,
                ["Ctrl+E"],
                self.tr("Write points, meshes, cameras or maps for other programs"),
                "export",
                is_enabled=lambda: state.export.can_export,
            ),
            Command(
                "shot",
                self.tr("Save picture of the &window…"),
                "export/pictures",
                self.host.window.shot_requested.emit,
                ["F12"],
                icon="shot",
            ),
        )

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        return (self.host.state.display.changed, self.host.state.export.running_changed)
