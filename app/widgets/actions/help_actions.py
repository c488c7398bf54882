"""What helps the user along."""

from collections.abc import Sequence

from moe3d_viewer.widgets.actions.command import Command, CommandGroup


class HelpActions(CommandGroup):
    """Help, palette, keys and facts."""

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        shell = self.host.shell
        return (
            Command(
                "help",
                self.tr("&Help"),
                "help/help",
                shell.show_help,
                ["F1"],
                self.tr("The first steps, what the pictures mean, and every command"),
            ),
            Command(
                "palette",
                self.tr("&Find a command…"),
                "help/help",
                shell.show_palette,
                ["Ctrl+K"],
                self.tr("Type a few letters of any command"),
            ),
            Command(
                "shortcuts",
                self.tr("&Keys and mouse"),
                "help/help",
                shell.show_keys,
                ["?"],
                self.tr("List every key"),
            ),
            Command(
                "about",
                self.tr("&About MoE3D Viewer"),
                "help/about",
                self.host.dialogs.about,
                help=self.tr("Version, papers and licences"),
            ),
        )
