"""The window itself: full screen, colours."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import SignalInstance

from moe3d_viewer.widgets.actions.command import Command, CommandGroup


class WindowActions(CommandGroup):
    """How the window looks."""

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        return (
            *self._panels(),
            self._theme("system", self.tr("As the &system")),
            self._theme("light", self.tr("&Light")),
            self._theme("dark", self.tr("&Dark")),
            Command(
                "reset_layout",
                self.tr("&Reset layout"),
                "view.panels/reset",
                self.host.docks.reset,
                help=self.tr("Bring every panel back to its place and usual size"),
            ),
            Command(
                "full_screen",
                self.tr("F&ull screen"),
                "view/window",
                self._on_full_screen,
                ["F11"],
                self.tr("Fill the screen, or go back"),
            ),
        )

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        return (self.host.state.settings.theme_changed,)

    def _panels(self) -> Sequence[Command]:
        return tuple(
            Command(f"panel_{name}", toggle.text(), "view.panels/panels", action=toggle)
            for name, toggle in self.host.docks.toggles.items()
        )

    def _theme(self, key: str, text: str) -> Command:
        settings = self.host.state.settings

        def choose() -> None:
            settings.set_theme(key)

        is_checked: Callable[[], bool] = lambda: settings.theme == key  # noqa: E731
        return Command(
            f"theme_{key}", text, "view.theme", choose, is_checked=is_checked, choice="theme"
        )

    def _on_full_screen(self) -> None:
        window = self.host.window
        window.showNormal() if window.isFullScreen() else window.showFullScreen()
