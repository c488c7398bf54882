"""Which photos the next run takes, in which order, and what is odd about them."""

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot

from moe3d import View, ViewSet, check_warnings
from moe3d.io.photos.photo_checks import shape_warning
from moe3d_viewer.state.chosen_values import name_set, names
from moe3d_viewer.state.remembered import Chosen, Remembered
from moe3d_viewer.state.scene.session import SessionState

PREVIEW_PHOTOS = 8
_InOrder = tuple[tuple[View, ...], tuple[str, ...], tuple[View, ...]]
"""Photos as they were opened, the chosen order, and the photos in it."""


class PhotoSelectionState(Remembered):
    """Ticks and order of the photos panel; the first photo with a tick is the reference camera."""

    selection_changed = Signal()
    warnings_changed = Signal()

    excluded = Chosen(frozenset[str](), name_set)
    """Names of photos without a tick."""
    order = Chosen[tuple[str, ...]]((), names)
    """Names in the order of the user; photos that it does not hold follow in their own order."""

    def __init__(self, session: SessionState) -> None:
        super().__init__(session)
        self._session = session
        self._warnings: Mapping[str, tuple[str, ...]] = {}
        self._masked: Mapping[str, float] = {}
        self._in_order: _InOrder = ((), (), ())
        session.views_changed.connect(self._on_views_changed)
        session.checks_changed.connect(self._judge)

    @property
    def views(self) -> tuple[View, ...]:
        """All photos, in the chosen order."""
        views = self._session.views.views if self._session.views is not None else ()
        known, order, found = self._in_order
        if known is not views or order != self.order:  # a list of photos asks for it once a card
            places = {name: place for place, name in enumerate(self.order)}
            found = tuple(sorted(views, key=lambda view: places.get(view.name, len(places))))
            self._in_order = (views, self.order, found)
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all photos, in the chosen order."""
        return tuple(view.name for view in self.views)

    @property
    def can_run(self) -> bool:
        """Whether there are photo files behind the names."""
        return self._session.can_run

    @property
    def reference(self) -> str:
        """Name of the photo whose camera is the world of the next run; empty without photos."""
        return next((name for name in self.names if name not in self.excluded), "")

    @property
    def chosen(self) -> ViewSet:
        """Photos with a tick, in the chosen order."""
        excluded = self.excluded
        kept = tuple(view for view in self.views if view.name not in excluded)
        return ViewSet(kept, self._session.refused, self._session.notes)

    @property
    def preview(self) -> ViewSet:
        """A few of them, evenly spaced, the reference first."""
        chosen = self.chosen
        last = len(chosen) - 1
        if last < PREVIEW_PHOTOS:
            return chosen
        return chosen.select(
            [round(n * last / (PREVIEW_PHOTOS - 1)) for n in range(PREVIEW_PHOTOS)]
        )

    def warnings(self, name: str) -> tuple[str, ...]:
        """What is odd about a photo, one short sentence each."""
        return self._warnings.get(name, ())

    def masked(self, name: str) -> float:
        """Share of a photo, 0..1, that its mask or transparency takes out of the scene."""
        return self._masked.get(name, 0.0)

    def scene_warning(self) -> str:
        """What is odd about the photos together; empty when nothing is."""
        texts = (*self._session.notes, shape_warning(self.chosen))
        return "\n".join(text for text in texts if text)

    def include(self, name: str, included: bool) -> None:
        """Give a photo its tick, or take it."""
        self.set_excluded(self.excluded - {name} if included else self.excluded | {name})

    def set_excluded(self, excluded: frozenset[str]) -> None:
        """Leave these photos out; the last one with a tick keeps it."""
        known = {view.name for view in self.views}
        if known and known <= excluded:
            self.selection_changed.emit()  # the panel shows the tick again
            return
        if self._keep("excluded", frozenset(excluded)):
            self.selection_changed.emit()

    def set_order(self, order: tuple[str, ...]) -> None:
        """Put the photos in this order."""
        if self._keep("order", tuple(order)):
            self.selection_changed.emit()

    def use_as_reference(self, name: str) -> None:
        """Make a photo the first: the world is its camera's. It gets its tick if it had none."""
        others = [view.name for view in self.views if view.name != name]
        with self.one_change("reference"):
            self.set_excluded(self.excluded - {name})
            self.set_order((name, *others))

    def move(self, name: str, step: int) -> None:
        """Move a photo up or down by so many places."""
        names = self.names
        if name in names:
            self.move_to(name, names.index(name) + step)

    def move_to(self, name: str, place: int) -> None:
        """Put a photo at another place, or at the one nearest to it that `place_for` allows."""
        found = self.place_for(name, place)
        if found is not None:
            self.set_order(_moved(self.names, name, found))

    def place_for(self, name: str, place: int) -> int | None:
        """Where a photo would stand if it were put at a place: below the reference, which stays.

        None where it can only stay where it is.
        """
        names, reference = self.names, self.reference
        if not self._session.can_run or name not in names:
            return None
        found = min(max(place, 0), len(names) - 1)
        if name not in self.excluded and name != reference:
            found = max(found, _moved(names, name, 0).index(reference))
        order = _moved(names, name, found)
        is_kept = next(n for n in order if n not in self.excluded) == reference
        return found if is_kept and order != names else None

    @Slot()
    def _on_views_changed(self) -> None:
        self._warnings = {}
        with self.one_change("scene"):
            self._keep("excluded", frozenset())
            self._keep("order", ())
        self.selection_changed.emit()

    @Slot()
    def _judge(self) -> None:
        views = self._session.views.views if self._session.views is not None else ()
        found: dict[str, list[str]] = {view.name: list(view.warnings) for view in views}
        checks = self._session.checks
        self._masked = {}
        if len(checks) == len(views):
            pairs = zip(views, checks, strict=True)
            self._masked = {view.name: check.masked for view, check in pairs}
            for name, texts in check_warnings([view.name for view in views], checks).items():
                found[name].extend(texts)
        self._warnings = {name: tuple(texts) for name, texts in found.items() if texts}
        self.warnings_changed.emit()


def _moved(names: tuple[str, ...], name: str, place: int) -> tuple[str, ...]:
    """The names with one of them at another place."""
    others = [other for other in names if other != name]
    return (*others[:place], name, *others[place:])
