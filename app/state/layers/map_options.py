"""Which maps the 2D strip shows, and how the gating overlay marks undecided pixels and borders."""

from PySide6.QtCore import Signal

from moe3d_viewer.state.chosen_values import flag, one_of, words
from moe3d_viewer.state.remembered import Chosen, Remembered

EXTRA_MAPS = (
    "difference",
    "flying",
    "truth",
    "error",
    "entropy",
    "margin",
    "spread",
    "confidence",
)
FIRST_HIDDEN = frozenset({"flying", "margin", "spread", "confidence"})
"""Maps that wait in the menu until they are asked for."""


class MapOptionsState(Remembered):
    """Choices of the strip beyond those that the 3D view shares."""

    tiles_changed = Signal()
    """Other maps are shown."""
    overlay_changed = Signal()
    usage_changed = Signal()

    hidden_maps = Chosen(FIRST_HIDDEN, words)
    """Keys of the maps that are not shown, "expert" for all experts' depths."""
    overlay_shown = Chosen(True, flag, "show_overlay")
    """Whether the gating colours lie over the photo."""
    contours = Chosen(True, flag, "show_contours")
    """Draw a line where the winner changes, so that colour is not the only sign."""
    fades = Chosen(False, flag, "fade_undecided")
    """Let the overlay's opacity follow the largest weight, so that undecided pixels fade."""

    usage_scope = Chosen("scene", one_of(("scene", "photo")))
    """Whose pixels the experts' use is counted over."""

    def set_usage_scope(self, scope: str) -> None:
        """Count over the scene, or over the photo that is shown."""
        if self._keep("usage_scope", scope):
            self.usage_changed.emit()

    def set_hidden_maps(self, hidden: frozenset[str]) -> None:
        """Show every map but these."""
        if self._keep("hidden_maps", frozenset(hidden)):
            self.tiles_changed.emit()

    def show_map(self, key: str, shown: bool) -> None:
        """Show or hide one map."""
        hidden = self.hidden_maps - {key} if shown else self.hidden_maps | {key}
        self.set_hidden_maps(hidden)

    def is_shown(self, key: str) -> bool:
        """Whether a tile of this key is wanted; experts are one choice."""
        return key.partition(":")[0] not in self.hidden_maps

    def show_overlay(self, shown: bool) -> None:
        """Lay the gating colours over the photo, or show it alone."""
        if self._keep("overlay_shown", shown):
            self.overlay_changed.emit()

    def show_contours(self, shown: bool) -> None:
        """Draw borders between winners, or not."""
        if self._keep("contours", shown):
            self.overlay_changed.emit()

    def fade_undecided(self, fades: bool) -> None:
        """Let undecided pixels fade, or give all the same opacity."""
        if self._keep("fades", fades):
            self.overlay_changed.emit()
