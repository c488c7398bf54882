"""Results for other programs."""

from collections.abc import Sequence

from PySide6.QtCore import QUrl, SignalInstance
from PySide6.QtGui import QDesktopServices

from moe3d import EXPORT_PRESETS, ExportPreset
from moe3d_viewer.widgets.actions.command import Command, CommandGroup


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
            *(self._purpose(preset) for preset in EXPORT_PRESETS),
            Command(
                "open_export",
                self.tr("Open &folder of the last export"),
                "export/files",
                self._open_folder,
                help=self.tr("Show the files that were written last in the file manager"),
                is_enabled=lambda: state.export.last_folder is not None,
            ),
            Command(
                "figure",
                self.tr("&Figure for a paper…"),
                "export/pictures",
                self.host.dialogs.figure,
                ["Ctrl+Shift+E"],
                self.tr("Photos by maps as one grid, or the profile, as PDF, SVG or PNG for print"),
                is_enabled=lambda: state.display.prediction is not None,
            ),
            Command(
                "shot",
                self.tr("Save picture of the &window…"),
                "export/pictures",
                self.host.shell.request_shot,
                ["F12"],
                icon="shot",
            ),
        )

    def _purpose(self, preset: ExportPreset) -> Command:
        export = self.host.state.export
        return Command(
            f"export_for_{preset.key}",
            self.tr("Export for {}").format(preset.title),
            "export.for/purposes",
            lambda: export.export_for(preset.key),
            help=self.tr("{} Written at once, where the last of its kind went").format(preset.hint),
            is_enabled=lambda: export.can_export_for(preset.key),
        )

    def _open_folder(self) -> None:
        folder = self.host.state.export.last_folder
        if folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        return (self.host.state.display.presence_changed, self.host.state.export.running_changed)
