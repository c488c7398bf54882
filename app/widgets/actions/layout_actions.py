"""View > Layout: panels and views for one kind of work."""

from collections.abc import Sequence

from PySide6.QtCore import SignalInstance

from app.widgets.actions.command import Command, CommandGroup
from app.widgets.layouts import WindowLayout, window_layouts
from app.widgets.section_column import SectionColumn

CHOSEN = "window_layout"


class LayoutActions(CommandGroup):
    """Ctrl+1 to Ctrl+4."""

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        return tuple(
            self._command(index, layout) for index, layout in enumerate(window_layouts(), 1)
        )

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        return (self.host.state.session.views_changed,)

    def _command(self, number: int, layout: WindowLayout) -> Command:
        state = self.host.state

        def choose() -> None:
            self._choose(layout)

        def is_chosen() -> bool:
            return state.settings.value(CHOSEN, "reconstruct") == layout.name

        return Command(
            f"layout_{layout.name}",
            layout.title,
            "view.layout",
            choose,
            [f"Ctrl+{number}"],
            layout.help,
            is_enabled=lambda: state.session.views is not None,
            is_checked=is_chosen,
            choice="window_layout",
        )

    def _choose(self, layout: WindowLayout) -> None:
        state = self.host.state
        state.settings.set_value(CHOSEN, layout.name)
        self.host.docks.want(layout.panels, layout.front)
        inspector = self.host.docks.content("inspector")
        if isinstance(inspector, SectionColumn):
            inspector.open_section(layout.section)
        state.view.set_layout(layout.views)
