"""How MoE3D and VGGT are compared on the screen: border of the swipe, side of the flip, mask."""

from PySide6.QtCore import Signal

from moe3d_viewer.state.chosen_values import flag, number
from moe3d_viewer.state.remembered import Chosen, Remembered


class ComparisonState(Remembered):
    """Choices that only layouts with two sides use."""

    swipe_changed = Signal(float)
    flipped_changed = Signal(bool)
    mask_changed = Signal(bool)

    swipe = Chosen(0.5, number(0, 1), in_history=False)
    """Share of the width left of the border: MoE3D's part."""
    flipped = Chosen(False, flag, in_history=False)
    """Whether the flip shows VGGT."""
    same_mask = Chosen(True, flag)
    """Whether both sides show only pixels that are valid and confident enough on both."""

    def set_swipe(self, share: float) -> None:
        """Move the border."""
        if self._keep("swipe", min(max(float(share), 0.0), 1.0)):
            self.swipe_changed.emit(self.swipe)

    def set_flipped(self, flipped: bool) -> None:
        """Show one side of the flip or the other."""
        if self._keep("flipped", flipped):
            self.flipped_changed.emit(flipped)

    def set_same_mask(self, same: bool) -> None:
        """Show the same pixels on both sides, or each side's own."""
        if self._keep("same_mask", same):
            self.mask_changed.emit(same)
