"""The command line's words for what the window would do, on the clipboard."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import SignalInstance
from PySide6.QtGui import QGuiApplication

from moe3d_viewer.state.exports.command_line import export_command, run_command
from moe3d_viewer.widgets.actions.command import Command, CommandGroup


class CommandLineActions(CommandGroup):
    """Copy what a script would say."""

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        return (
            Command(
                "copy_run",
                self.tr("Copy run &command"),
                "run/copy",
                self._copy_run,
                help=self.tr("Copy the moe3d line that makes the next run, headless"),
                is_enabled=lambda: bool(self._run_line()),
            ),
            Command(
                "copy_export",
                self.tr("Copy export &command"),
                "export/copy",
                self._copy_export,
                help=self.tr("Copy the moe3d line that writes the points on the screen"),
                is_enabled=lambda: self.host.state.display.prediction is not None,
            ),
        )

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        state = self.host.state
        return (state.session.views_changed, state.display.presence_changed)

    def _run_line(self) -> str:
        state = self.host.state
        if not state.session.can_run:
            return ""
        rate = state.video_frames.rate if state.video_frames.has_video else 1.0
        return run_command(state.session.paths, state.run_options, state.session.title, rate)

    def _copy_run(self) -> None:
        state = self.host.state
        note = ""
        if len(state.selection.chosen) < state.session.num_views or state.selection.order:
            note = self.tr(" It takes all photos in their own order: ticks have no command.")
        self._copy(self._run_line(), note)

    def _copy_export(self) -> None:
        state = self.host.state
        if state.display.prediction is None:
            return
        saved = state.scene_file.path or Path("out") / state.session.title
        filters = state.scene.filter_list.now
        factor = state.scene.scale.factor
        line = export_command(saved, state.display.layer, filters, factor)
        note = (
            "" if state.scene_file.path else self.tr(" It reads a run's folder; save to name one.")
        )
        self._copy(line, note)

    def _copy(self, line: str, note: str) -> None:
        QGuiApplication.clipboard().setText(line)
        self.host.state.notices.raise_toast(self.tr("Copied: {}").format(line) + note)
