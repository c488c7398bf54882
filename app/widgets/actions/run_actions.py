"""Starting and stopping a reconstruction, and with which model."""

from collections.abc import Sequence

from PySide6.QtCore import SignalInstance

from moe3d_viewer.state.run.photo_selection import PREVIEW_PHOTOS
from moe3d_viewer.widgets.actions.command import Command, CommandGroup


class RunActions(CommandGroup):
    """The run."""

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        run, dialogs = self.host.state.reconstruction, self.host.dialogs
        leaving = self.host.state.leaving
        return (
            Command(
                "run",
                self.tr("&Run"),
                "run/run",
                leaving.run,
                ["Ctrl+R", "F5"],
                self.tr("Reconstruct the photos"),
                "run",
                is_enabled=lambda: run.can_start,
            ),
            Command(
                "preview",
                self.tr("&Preview on 8 photos"),
                "run/run",
                leaving.run_preview,
                ["Ctrl+Shift+R"],
                self.tr("Reconstruct a few evenly spaced photos, for a quick look"),
                is_enabled=lambda: run.can_start and self._has_more_photos(),
            ),
            Command(
                "cancel",
                self.tr("&Cancel"),
                "run/run",
                run.cancel,
                help=self.tr("Stop the run at its next safe point (Esc)"),
                icon="stop",
                is_enabled=lambda: run.can_cancel,
            ),
            Command(
                "model",
                self.tr("&Model…"),
                "run/model",
                dialogs.choose_model,
                ["Ctrl+M"],
                self.tr("Choose the network of the next run, or fetch another one"),
                "model",
            ),
            Command(
                "run_on",
                self.tr("Run &on…"),
                "run/model",
                dialogs.choose_computer,
                help=self.tr("Choose the computer that does the next run: this one, or a server"),
            ),
        )

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        state = self.host.state
        return (
            state.reconstruction.phase_changed,
            state.session.views_changed,
            state.session.loading_changed,
            state.selection.selection_changed,
        )

    def _has_more_photos(self) -> bool:
        return len(self.host.state.selection.chosen) > PREVIEW_PHOTOS
