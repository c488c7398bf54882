"""What is known of the scene: loaded, and forgotten."""

from collections.abc import Sequence

from PySide6.QtCore import SignalInstance, Slot

from moe3d_viewer.widgets.actions.command import Command, CommandGroup
from moe3d_viewer.widgets.actions.host import Host
from moe3d_viewer.widgets.compare.truth_dialogs import TruthDialogs


class TruthActions(CommandGroup):
    """True depth, cameras and clouds."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._dialogs = TruthDialogs(host.state, host.window)
        host.state.truth.loaded.connect(self._on_loaded)

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        truth = self.host.state.truth
        return (
            Command(
                "load_truth_beside",
                self.tr("Load the truth of this &scene"),
                "compare/truth",
                truth.load_beside,
                help=self.tr("Load the true depth and cameras that lie beside these photos"),
                is_enabled=lambda: truth.can_load and truth.beside is not None,
            ),
            Command(
                "load_truth",
                self.tr("Load &truth…"),
                "compare/truth",
                self._dialogs.choose_folder,
                ["Ctrl+T"],
                self.tr("Load a folder of true depth, cameras or a cloud, and show the metrics"),
                is_enabled=lambda: truth.can_load,
            ),
            Command(
                "load_truth_file",
                self.tr("Load truth from a &file…"),
                "compare/truth",
                self._dialogs.choose_file,
                help=self.tr("Load one file of true depth, cameras or a cloud"),
                is_enabled=lambda: truth.can_load,
            ),
            Command(
                "clear_truth",
                self.tr("F&orget truth"),
                "compare/truth",
                truth.clear,
                help=self.tr("Take the truth and its metrics away"),
                is_enabled=lambda: truth.truth is not None,
            ),
        )

    @Slot()
    def _on_loaded(self) -> None:
        """The panel that the truth fills comes to the front."""
        self.host.docks.open("compare")

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        state = self.host.state
        return (state.display.presence_changed, state.truth.changed)
