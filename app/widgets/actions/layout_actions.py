"""View > Layout: panels and views for one kind of work."""

from collections.abc import Sequence

from PySide6.QtCore import SignalInstance, Slot

from moe3d_viewer.widgets.actions.command import Command, CommandGroup
from moe3d_viewer.widgets.actions.host import Host
from moe3d_viewer.widgets.actions.layouts import WindowLayout, layout_of, window_layouts
from moe3d_viewer.widgets.inspector.section_column import SectionColumn


class LayoutActions(CommandGroup):
    """Ctrl+1 to Ctrl+5."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        host.state.work.chosen.connect(self._arrange)

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        return tuple(
            self._command(index, layout) for index, layout in enumerate(window_layouts(), 1)
        )

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        state = self.host.state
        return (state.session.views_changed, state.work.chosen)

    def _command(self, number: int, layout: WindowLayout) -> Command:
        state = self.host.state

        def choose() -> None:
            state.work.choose(layout.name)

        return Command(
            f"layout_{layout.name}",
            layout.title,
            "view.layout",
            choose,
            [f"Ctrl+{number}"],
            layout.help,
            is_enabled=lambda: state.session.views is not None,
            is_checked=lambda: state.work.name == layout.name,
            choice="window_layout",
        )

    @Slot(str)
    def _arrange(self, name: str) -> None:
        layout = layout_of(name)
        self.host.docks.want(layout.panels, layout.front)
        inspector = self.host.docks.content("inspector")
        if isinstance(inspector, SectionColumn):
            inspector.open_section(layout.section)
