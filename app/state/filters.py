"""Filters of the points beside confidence and experts: edges, photos, flying points, colours."""

from app.state.chosen_values import flag, indices, number
from app.state.remembered import Chosen, Remembered

USUAL_EDGE_RTOL = 0.03
SMALLEST_EDGE_RTOL, LARGEST_EDGE_RTOL = 0.002, 1.9


class FiltersState(Remembered):
    """All act at once in the 3D view and in the next export; the result is untouched."""

    edge_on = Chosen(False, flag)
    """Whether points at depth jumps are hidden."""
    edge_rtol = Chosen(USUAL_EDGE_RTOL, number(SMALLEST_EDGE_RTOL, LARGEST_EDGE_RTOL))
    """Largest relative depth jump that stays while the edge filter is on."""
    hidden_photos = Chosen(frozenset[int](), indices)
    """0-based photos whose points are hidden."""
    flying_hidden = Chosen(False, flag)
    """Whether points that hang between two surfaces are hidden."""
    black_hidden = Chosen(False, flag)
    """Whether points as black as a masked background are hidden."""
    white_hidden = Chosen(False, flag)
    """Whether points as white as a masked background are hidden."""

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

    def set_black_hidden(self, hidden: bool) -> None:
        """Hide black points, or not."""
        self._keep("black_hidden", hidden)

    def set_white_hidden(self, hidden: bool) -> None:
        """Hide white points, or not."""
        self._keep("white_hidden", hidden)

    def reset_for_scene(self) -> None:
        """Show every photo's points; another scene has other photos."""
        self.set_hidden_photos(frozenset())
