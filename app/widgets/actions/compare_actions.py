"""One 3D view or two, and how they hang together."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import SignalInstance

from moe3d_viewer.state.layers.view_options import Layout
from moe3d_viewer.widgets.actions.command import Command, CommandGroup


class CompareActions(CommandGroup):
    """MoE3D beside plain VGGT."""

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        return (*self._layouts(), *self._links())

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        state = self.host.state
        return (
            state.display.result_changed,
            state.view.layout_changed,
            state.view.linked_changed,
            state.comparison.mask_changed,
        )

    def _layouts(self) -> Sequence[Command]:
        state = self.host.state
        has_result = lambda: state.display.prediction is not None  # noqa: E731
        return (
            self._layout(Layout.SINGLE, self.tr("&Single"), self.tr("One 3D view"), has_result),
            self._layout(
                Layout.SPLIT, self.tr("S&plit"), self.tr("MoE3D and VGGT beside each other")
            ),
            self._layout(
                Layout.SWIPE,
                self.tr("S&wipe"),
                self.tr("One view: MoE3D left and VGGT right of a border that you drag"),
                keys=["X"],
            ),
            self._layout(
                Layout.FLIP,
                self.tr("&Flip"),
                self.tr("One view: MoE3D and VGGT in turn; Tab in the view shows the other"),
            ),
            self._layout(
                Layout.DIFFERENCE,
                self.tr("&Difference"),
                self.tr("One view, coloured by MoE3D minus VGGT"),
            ),
        )

    def _layout(
        self,
        layout: Layout,
        text: str,
        help_text: str,
        is_enabled: Callable[[], bool] | None = None,
        keys: Sequence[str] = (),
    ) -> Command:
        state = self.host.state
        return Command(
            layout.value,
            text,
            "compare/layout",
            lambda: state.view.set_layout(layout),
            keys,
            help_text,
            layout.value,
            is_enabled=is_enabled or (lambda: state.display.has_baseline),
            is_checked=lambda: state.display.layout is layout,
            choice="layout",
            in_views=bool(keys),
        )

    def _links(self) -> Sequence[Command]:
        state = self.host.state
        return (
            Command(
                "other_side",
                self.tr("Show the &other side"),
                "compare/flip",
                state.flip,
                help=self.tr("Flip between MoE3D and VGGT; Tab while the 3D view has the focus"),
                is_enabled=lambda: state.display.has_baseline,
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
