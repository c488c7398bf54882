"""Filters of the points beside confidence and experts: support, photos, and all that have rows in
the section of filters, as `moe3d.scene.filters` defines them."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from moe3d.scene.filters.point_filter import Amount, PointFilter, Switch
from moe3d.scene.filters.registry import FILTERS, OPTIONS
from moe3d.scene.multiview import MOST_CONFIRMING
from moe3d_viewer.state.chosen_values import flag, flag_or_none, indices, number, whole
from moe3d_viewer.state.remembered import Chosen, Remembered

MOST_SUPPORT = MOST_CONFIRMING
CONTROLS: tuple[Switch | Amount, ...] = tuple(
    control for point_filter in FILTERS for control in point_filter.controls
)
"""Rows of the section of filters."""


class FiltersState(Remembered):
    """All act at once in the 3D view and in the next export; the result is untouched."""

    min_support = Chosen(0, whole(0, MOST_SUPPORT))
    """How many other photos must confirm a point; 0 asks for none."""
    hidden_photos = Chosen(frozenset[int](), indices)
    """0-based photos whose points are hidden."""
    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._support_is_due = False

    def set_min_support(self, photos: int) -> None:
        """Hide points that fewer other photos confirm."""
        self._support_is_due = False
        self._keep("min_support", min(max(int(photos), 0), MOST_SUPPORT))

    def expect_result(self) -> None:
        """Another result is on its way: unless a choice comes first, it gets its usual support."""
        self._support_is_due = True

    def take_usual_support(self, photos: int) -> None:
        """What is usual for the result that was expected; nothing when a choice came first."""
        if self._support_is_due:
            self.set_min_support(photos)

    def set_hidden_photos(self, hidden: frozenset[int]) -> None:
        """Show the points of all photos but these."""
        self._keep("hidden_photos", hidden)

    def show_photo(self, index: int, shown: bool) -> None:
        """Show or hide the points of one photo."""
        hidden = self.hidden_photos - {index} if shown else self.hidden_photos | {index}
        self.set_hidden_photos(hidden)

    def show_only_photo(self, index: int, num_photos: int) -> None:
        """Hide the points of all other photos."""
        self.set_hidden_photos(frozenset(range(num_photos)) - {index})

    def choose(self, key: str, value: object) -> None:
        """Set a value of a filter's row, by its name in sessions."""
        chosen = getattr(type(self), key)
        self._keep(key, chosen.read(value))

    def options(self, factor: float = 1.0) -> dict[str, Any]:
        """What the rows come to, by the names of the filters' options; "auto" where the result is
        to decide.

        Args:
            factor: from the network's units, in which lengths are kept, to those of the screen.
        """
        found: dict[str, Any] = {}
        for control in CONTROLS:
            if isinstance(control, Switch):
                value = getattr(self, control.key)
                found[control.option] = "auto" if value is None else value
            else:
                is_on, number_ = getattr(self, control.tick_key), getattr(self, control.key)
                value = control.shown(number_) if is_on else None
                found[control.option] = OPTIONS[control.option].scaled(value, 1 / factor)
        return found

    def clear(self, point_filter: PointFilter) -> None:
        """Switch off a filter that has rows here."""
        with self.one_change(point_filter.name):
            for control in point_filter.controls:
                self.choose(control.key if isinstance(control, Switch) else control.tick_key, False)

    def reset_for_scene(self) -> None:
        """Show every photo's points; another scene has other photos."""
        self.set_hidden_photos(frozenset())


def _remember(name: str, chosen: Chosen[Any]) -> None:
    """Let every FiltersState hold a value, and set it by `set_` and its name."""

    def take(filters: FiltersState, value: object) -> None:
        filters.choose(name, value)

    chosen.__set_name__(FiltersState, name)
    setattr(FiltersState, name, chosen)
    setattr(FiltersState, chosen.setter, take)


for _control in CONTROLS:
    if isinstance(_control, Switch):
        usual = None if _control.is_automatic else False
        _remember(_control.key, Chosen(usual, flag_or_none if _control.is_automatic else flag))
    else:
        _remember(_control.tick_key, Chosen(False, flag))
        _remember(_control.key, Chosen(_control.usual, number(_control.low, _control.high)))
