"""Opening, saving, leaving."""

from collections.abc import Sequence

from PySide6.QtCore import SignalInstance

from moe3d_viewer.widgets.actions.command import Command, CommandGroup


class FileActions(CommandGroup):
    """Photos and results in and out."""

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        state, dialogs = self.host.state, self.host.dialogs
        return (
            Command(
                "open_folder",
                self.tr("&Open folder…"),
                "file/open",
                dialogs.open_folder,
                ["Ctrl+O"],
                self.tr("Open a folder of photos"),
                "folder",
            ),
            Command(
                "open_files",
                self.tr("Open &photos…"),
                "file/open",
                dialogs.open_photos,
                ["Ctrl+Alt+O"],
                self.tr("Open several photos or videos, or a zip of photos"),
                "photos",
            ),
            Command(
                "open_session",
                self.tr("Open s&ession…"),
                "file/open",
                self.host.sessions.open,
                ["Ctrl+Shift+O"],
                self.tr("Open a saved session or a saved result"),
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
                "earlier_results",
                self.tr("Ea&rlier results…"),
                "file/open",
                self.host.sessions.earlier_results,
                help=self.tr("Bring back an unsaved result that another one took the place of"),
                is_enabled=lambda: state.earlier is not None,
            ),
            *self._save_commands(),
            Command("quit", self.tr("&Quit"), "file/quit", self.host.window.close, ["Ctrl+Q"]),
        )

    def _save_commands(self) -> Sequence[Command]:
        state, sessions = self.host.state, self.host.sessions
        return (
            Command(
                "save",
                self.tr("&Save session"),
                "file/save",
                sessions.save,
                ["Ctrl+S"],
                self.tr("Save photos, result and everything that is chosen as one file"),
                is_enabled=lambda: state.scene_file.can_save,
            ),
            Command(
                "save_as",
                self.tr("Save session &as…"),
                "file/save",
                sessions.save_as,
                ["Ctrl+Shift+S"],
                self.tr("Save the session as another file"),
                is_enabled=lambda: state.scene_file.can_save,
            ),
            Command(
                "find_photos",
                self.tr("Find &moved photos…"),
                "file/save",
                sessions.find_photos,
                help=self.tr("Show where the session's photos lie now; they are known by content"),
                is_enabled=lambda: bool(state.scene_file.missing),
            ),
            Command(
                "save_result",
                self.tr("Save &result as NPZ…"),
                "file/save",
                self.host.dialogs.save_result,
                help=self.tr("Save the network's raw answer as arrays"),
                is_enabled=lambda: state.display.prediction is not None,
            ),
        )

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        state = self.host.state
        return (
            state.display.presence_changed,
            state.session.views_changed,
            state.scene_file.changed,
        )
