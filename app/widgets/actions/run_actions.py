"""Starting and stopping a reconstruction, and with which model."""

from collections.abc import Sequence

from PySide6.QtCore import SignalInstance

from app.state.photo_selection import PREVIEW_PHOTOS
from app.widgets.actions.command import Command, CommandGroup


class RunActions(CommandGroup):
    """The run."""

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        run, dialogs = self.host.state.reconstruction, self.host.dialogs
        return (
            Command(
                "run",
                self.tr("&Run"),
                "run/run",
                run.start,
                ["Ctrl+R", "F5"],
                self.tr("Reconstruct the photos"),
                "run",
                is_enabled=lambda: run.can_start,
            ),
            Command(
                "preview",
                self.tr("&Preview on 8 photos"),
                "run/run",
                run.start_preview,
                ["Ctrl+Shift+R"],
                self.tr("Reconstruct a few evenly spaced photos, for a quick look"),
                is_enabled=lambda: run.can_start and self._has_more_photos(),
            ),
            Command(
                "cancel",
                self.tr("&Cancel"),
                "run/run",
                run.cancel,
                ["Esc"],
                self.tr("Stop the run at its next safe point"),
                "stop",
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
