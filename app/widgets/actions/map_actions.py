"""The chosen map: seen large, another one, as a file; and the profile along a line over it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import SignalInstance, Slot

from moe3d import MAP_FORMATS
from moe3d_viewer.widgets.actions.command import Command, CommandGroup
from moe3d_viewer.widgets.actions.host import Host


class MapActions(CommandGroup):
    """Up and Down walk the maps, as Left and Right walk the photos."""

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        state = self.host.state
        maps = state.map_view
        return (
            Command(
                "large_map",
                self.tr("&Enlarge map"),
                "view/map",
                self._show_large,
                ["Z"],
                self.tr("Show the chosen map in the middle of the window, or the 3D view again"),
                is_enabled=self._has_map,
                is_checked=lambda: maps.is_large,
                in_views=True,
            ),
            Command(
                "previous_map",
                self.tr("Map &before"),
                "view/map",
                lambda: maps.step(-1),
                ["Up"],
                self.tr("Choose the map before this one"),
                is_enabled=self._has_map,
                in_views=True,
            ),
            Command(
                "next_map",
                self.tr("Map &after"),
                "view/map",
                lambda: maps.step(1),
                ["Down"],
                self.tr("Choose the map after this one"),
                is_enabled=self._has_map,
                in_views=True,
            ),
            *(self._saving(name) for name in MAP_FORMATS),
        )

    def _saving(self, name: str) -> Command:
        maps, title = self.host.state.map_view, MAP_FORMATS[name].title
        return Command(
            f"save_map_{name}",
            self.tr("Map: {}…").format(self.tr(title)),
            "export/map",
            self._asking(name),
            help=self.tr("Save the chosen map of this photo: {}").format(self.tr(title)),
            is_enabled=lambda: maps.can_save(name),
        )

    def _asking(self, name: str) -> Callable[[], None]:
        return lambda: self.host.state.map_view.ask_for_file(name)

    def _show_large(self, large: bool) -> None:
        maps = self.host.state.map_view
        if large:
            maps.enlarge()
        else:
            maps.leave()

    def _has_map(self) -> bool:
        return bool(self.host.state.map_view.chosen)

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        state = self.host.state
        maps = state.map_view
        return (
            state.display.result_changed,
            maps.chosen_changed,
            maps.large_changed,
        )


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
        return (state.display.presence_changed, profile.armed_changed, profile.line_changed)

    @Slot()
    def _on_drawn(self) -> None:
        self.host.docks.open("profile")
