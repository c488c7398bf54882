"""One 3D view or two, and how they hang together."""

from collections.abc import Sequence

from PySide6.QtCore import SignalInstance

from app.state.view_options import Layout
from app.widgets.actions.command import Command, CommandGroup


class CompareActions(CommandGroup):
    """MoE3D beside plain VGGT."""

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        state = self.host.state
        return (
            Command(
                "single",
                self.tr("&Single"),
                "compare/layout",
                lambda: state.view.set_layout(Layout.SINGLE),
                help=self.tr("One 3D view"),
                icon="single",
                is_enabled=lambda: state.display.prediction is not None,
                is_checked=lambda: not self._is_split(),
                choice="layout",
            ),
            Command(
                "split",
                self.tr("S&plit"),
                "compare/layout",
                lambda: state.view.set_layout(Layout.SPLIT),
                help=self.tr("MoE3D and VGGT beside each other"),
                icon="split",
                is_enabled=lambda: state.display.has_baseline,
                is_checked=self._is_split,
                choice="layout",
            ),
            Command(
                "link",
                self.tr("&Link views"),
                "compare/link",
                state.view.link_cameras,
                ["L"],
                self.tr("Move both 3D views together"),
                "link",
                is_enabled=lambda: state.display.has_baseline,
                is_checked=lambda: state.view.cameras_linked,
                in_views=True,
            ),
        )

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        state = self.host.state
        return (state.display.changed, state.view.layout_changed, state.view.linked_changed)

    def _is_split(self) -> bool:
        state = self.host.state
        return state.display.has_baseline and state.view.layout is Layout.SPLIT
