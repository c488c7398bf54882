"""Opening, saving, leaving."""

from collections.abc import Sequence

from PySide6.QtCore import SignalInstance

from app.widgets.actions.command import Command, CommandGroup


class FileActions(CommandGroup):
    """Photos and results in and out."""

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        state, dialogs = self.host.state, self.host.dialogs
        return (
            Command(
                "open_folder",
                self.tr("&Open photos…"),
                "file/open",
                dialogs.open_folder,
                ["Ctrl+O"],
                self.tr("Open a folder of photos"),
                "folder",
            ),
            Command("open_files", self.tr("Open photo &files…"), "file/open", dialogs.open_photos),
            Command(
                "open_result",
                self.tr("Open saved &result…"),
                "file/open",
                dialogs.open_result,
                ["Ctrl+Shift+O"],
            ),
            Command(
                "open_sample",
                self.tr("Open &sample"),
                "file/open",
                state.open_sample,
                help=self.tr("Open the photos that come with the program"),
                is_enabled=lambda: state.sample_path is not None,
            ),
            Command(
                "save_result",
                self.tr("&Save result…"),
                "file/save",
                dialogs.save_result,
                ["Ctrl+S"],
                is_enabled=lambda: state.display.prediction is not None,
            ),
            Command("quit", self.tr("&Quit"), "file/quit", self.host.window.close, ["Ctrl+Q"]),
        )

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        return (self.host.state.display.changed,)
