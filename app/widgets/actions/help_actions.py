"""What helps the user along."""

from collections.abc import Sequence

from app.widgets.actions.command import Command, CommandGroup


class HelpActions(CommandGroup):
    """Keys and facts."""

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        return (
            Command(
                "shortcuts",
                self.tr("&Keys and mouse"),
                "help/help",
                self.host.window.show_keys,
                ["F1", "?"],
                self.tr("List every key"),
            ),
            Command(
                "about",
                self.tr("&About MoE3D Viewer"),
                "help/about",
                self.host.dialogs.about,
            ),
        )
