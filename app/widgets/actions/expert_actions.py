"""Experts by their digits: one alone, several, all."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtGui import QGuiApplication

from moe3d_viewer.widgets.actions.command import Command, CommandGroup

MAX_DIGIT = 8


class ExpertActions(CommandGroup):
    """The overlay; solo by the digits, Shift adds; 0 is the model's own fusion."""

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        remix, state = self.host.state.remix, self.host.state
        return (
            Command(
                "gating",
                self.tr("&Gating overlay"),
                "experts/overlay",
                state.maps.show_overlay,
                ["G"],
                self.tr("Lay the winners' colours over the photo"),
                is_enabled=lambda: state.display.has_experts,
                is_checked=lambda: state.maps.overlay_shown,
                in_views=True,
            ),
            Command(
                "fused",
                self.tr("&Model's own fusion"),
                "experts/solo",
                remix.reset,
                ["0"],
                self.tr("Let every expert in, weighted as the model weights them"),
                is_enabled=lambda: state.display.has_experts,
                in_views=True,
            ),
            *(self._solo(index) for index in range(MAX_DIGIT)),
        )

    def _solo(self, index: int) -> Command:
        remix, number = self.host.state.remix, str(index + 1)
        return Command(
            f"solo_{number}",
            self.tr("Show only expert &{}").format(number),
            "experts/solo",
            self._soloing(index),
            [number, f"Shift+{number}"],
            self.tr("What-if: expert {} alone; with Shift, beside the others").format(number),
            is_enabled=lambda: index < remix.num_experts and remix.num_experts > 1,
            is_checked=lambda: index in remix.soloed,
            in_views=True,
        )

    def _soloing(self, index: int) -> Callable[[], None]:
        def solo() -> None:
            shift = Qt.KeyboardModifier.ShiftModifier
            adds = bool(QGuiApplication.keyboardModifiers() & shift)
            self.host.state.remix.solo(index, adds)

        return solo

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        state = self.host.state
        return (state.display.result_changed, state.remix.wish_changed, state.maps.overlay_changed)
