"""The profile along a line."""

from collections.abc import Sequence

from PySide6.QtCore import SignalInstance, Slot

from app.widgets.actions.command import Command, CommandGroup, Host


class ProfileActions(CommandGroup):
    """Drawing the line opens its panel."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        host.state.profile.drawn.connect(self._on_drawn)

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        state = self.host.state
        return (
            Command(
                "profile",
                self.tr("Draw &profile line"),
                "experts/profile",
                state.profile.arm,
                ["P"],
                self.tr("Drag a line over a map: every expert's depth along it"),
                is_enabled=lambda: state.display.prediction is not None,
                is_checked=lambda: state.profile.is_armed,
                in_views=True,
            ),
            Command(
                "clear_profile",
                self.tr("&Clear profile line"),
                "experts/profile",
                state.profile.clear,
                is_enabled=lambda: state.profile.line is not None,
            ),
        )

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        state = self.host.state
        profile = state.profile
        return (state.display.changed, profile.armed_changed, profile.line_changed)

    @Slot()
    def _on_drawn(self) -> None:
        self.host.docks.open("profile")
