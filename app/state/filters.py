"""Filters of the points beside confidence and experts: support, edges, photos, flying points,
colours."""

from PySide6.QtCore import QObject

from app.state.chosen_values import flag, flag_or_none, indices, number, whole
from app.state.remembered import Chosen, Remembered

USUAL_EDGE_RTOL = 0.03
MOST_SUPPORT = 6
"""The 3D view does not tell more confirming photos apart."""
SMALLEST_EDGE_RTOL, LARGEST_EDGE_RTOL = 0.002, 1.9


class FiltersState(Remembered):
    """All act at once in the 3D view and in the next export; the result is untouched."""

    min_support = Chosen(0, whole(0, MOST_SUPPORT))
    """How many other photos must confirm a point; 0 asks for none."""
    edge_on = Chosen(False, flag)
    """Whether points at depth jumps are hidden."""
    edge_rtol = Chosen(USUAL_EDGE_RTOL, number(SMALLEST_EDGE_RTOL, LARGEST_EDGE_RTOL))
    """Largest relative depth jump that stays while the edge filter is on."""
    hidden_photos = Chosen(frozenset[int](), indices)
    """0-based photos whose points are hidden."""
    flying_hidden = Chosen(False, flag)
    """Whether points that hang between two surfaces are hidden."""
    sky_hidden = Chosen[bool | None](None, flag_or_none)
    """Whether points of the sky are hidden; None: where there is more than a little of it."""
    black_hidden = Chosen(False, flag)
    """Whether points as black as a masked background are hidden."""
    white_hidden = Chosen(False, flag)
    """Whether points as white as a masked background are hidden."""

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

    def set_edge_on(self, on: bool) -> None:
        """Hide points at depth jumps, or not."""
        self._keep("edge_on", on)

    def set_edge_rtol(self, rtol: float) -> None:
        """Choose how large a jump may be; does not switch the filter on."""
        self._keep("edge_rtol", min(max(float(rtol), SMALLEST_EDGE_RTOL), LARGEST_EDGE_RTOL))

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

    def set_flying_hidden(self, hidden: bool) -> None:
        """Hide flying points, or not."""
        self._keep("flying_hidden", hidden)

    def set_sky_hidden(self, hidden: bool | None) -> None:
        """Hide the sky, or not; None leaves it to how much of it there is."""
        self._keep("sky_hidden", hidden)

    def set_black_hidden(self, hidden: bool) -> None:
        """Hide black points, or not."""
        self._keep("black_hidden", hidden)

    def set_white_hidden(self, hidden: bool) -> None:
        """Hide white points, or not."""
        self._keep("white_hidden", hidden)

    def reset_for_scene(self) -> None:
        """Show every photo's points; another scene has other photos."""
        self.set_hidden_photos(frozenset())
