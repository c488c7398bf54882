"""All filters in one list, with how many points each takes: what the chips and exports go by."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from app.state.backend import Backend
from app.state.comparison import ComparisonState
from app.state.display import DisplayState
from app.state.extent import ExtentState
from app.state.filters import FiltersState
from app.state.job import JobRunner, LatestJob
from app.state.point_filters import PointCounts, PointFilters
from app.state.section_box import SectionBoxState
from app.state.view_options import Layout, ViewOptionsState
from moe3d.scene.records import ScenePrediction
from moe3d.scene.sky import USUAL_SHARE


@dataclass(frozen=True)
class FilterEntry:
    """One filter, as a chip shows it."""

    name: str
    """One of FILTER_NAMES."""
    is_active: bool
    removed: int | None
    """Points that it took from what the filters before it left; None while they are counted."""
    clear: Callable[[], None]
    """Switch it off."""


class FilterListState(QObject):
    """Joins the states that filter; counts in one job at a time, the newest wish after it."""

    changed = Signal()
    """A filter or a count is another one."""

    def __init__(
        self,
        backend: Backend,
        runner: JobRunner,
        display: DisplayState,
        filters: FiltersState,
        section: SectionBoxState,
        extent: ExtentState,
        options: ViewOptionsState,
        comparison: ComparisonState,
    ) -> None:
        super().__init__()
        self._backend, self._display, self._options = backend, display, options
        self._filters, self._section, self._extent = filters, section, extent
        self._comparison = comparison
        self._counts: dict[str, PointCounts] = {}
        self._waiting: list[str] = []
        self._counted = PointFilters()
        self._counted_of: ScenePrediction | None = None
        self._is_stale = False
        self._job = LatestJob(runner, self)
        self._job.succeeded.connect(self._on_counted)
        self._job.failed.connect(self._on_failed)
        for signal in (
            filters.changed,
            section.changed,
            options.percentile_changed,
            options.points_changed,
            display.changed,
            display.layers_shown_changed,
            extent.changed,
            comparison.mask_changed,
        ):
            signal.connect(self._on_changed)

    @property
    def now(self) -> PointFilters:
        """Everything that is hidden now."""
        filters = self._filters
        return PointFilters(
            percentile=self._options.percentile,
            hidden_experts=self._options.hidden_experts,
            hidden_photos=filters.hidden_photos,
            min_support=filters.min_support if self._display.has_support else 0,
            edge_rtol=filters.edge_rtol if filters.edge_on else None,
            hide_flying=filters.flying_hidden,
            same_mask=self._has_same_mask,
            hide_sky=self._hides_sky,
            hide_black=filters.black_hidden,
            hide_white=filters.white_hidden,
            box=self._section.box(self._extent.box),
        )

    @property
    def entries(self) -> tuple[FilterEntry, ...]:
        """Every filter, in the order in which they run."""
        now, filters, options = self.now, self._filters, self._options
        rows: tuple[tuple[str, bool, Callable[[], None]], ...] = (
            ("confidence", now.percentile > 0, lambda: options.set_percentile(0)),
            ("other_side", now.same_mask, lambda: self._comparison.set_same_mask(False)),
            ("support", now.min_support > 0, lambda: filters.set_min_support(0)),
            ("edges", filters.edge_on, lambda: filters.set_edge_on(False)),
            ("photos", bool(now.hidden_photos), lambda: filters.set_hidden_photos(frozenset())),
            ("experts", bool(now.hidden_experts), lambda: options.set_hidden_experts(frozenset())),
            ("flying", now.hide_flying, lambda: filters.set_flying_hidden(False)),
            ("sky", now.hide_sky, lambda: filters.set_sky_hidden(False)),
            ("black", now.hide_black, lambda: filters.set_black_hidden(False)),
            ("white", now.hide_white, lambda: filters.set_white_hidden(False)),
            ("section", self._section.is_on, lambda: self._section.set_on(False)),
        )
        counts = self.counts(self._display.layer)
        return tuple(
            FilterEntry(name, on, None if counts is None else counts.removed.get(name, 0), clear)
            for name, on, clear in rows
        )

    @property
    def _hides_sky(self) -> bool:
        """As chosen; without a choice where there is more than a little sky."""
        chosen, share = self._filters.sky_hidden, self._display.sky_share
        return share > USUAL_SHARE if chosen is None else chosen and share > 0

    @property
    def _has_same_mask(self) -> bool:
        """In every layout that compares, while the switch is on."""
        return self._comparison.same_mask and self._display.layout is not Layout.SINGLE

    def counts(self, layer: str) -> PointCounts | None:
        """What the filters leave of a layer; None while it is being counted."""
        return self._counts.get(layer) if self._counted == self.now else None

    def stop(self) -> None:
        """Drop the count that is under way."""
        self._job.abandon()

    @Slot()
    @Slot(str)
    @Slot(float)
    def _on_changed(self, _what: object = None) -> None:
        if self._job.is_running:
            self._is_stale = True
        elif self._is_to_count():
            self._count()
        self.changed.emit()

    def _is_to_count(self) -> bool:
        shown = self._display.layers_shown
        is_another = self._display.prediction is not self._counted_of
        return is_another or any(self.counts(layer) is None for layer in shown)

    def _count(self) -> None:
        self._is_stale = False
        self._counts, self._counted = {}, self.now
        self._counted_of = self._display.prediction
        shown = self._display.layers_shown
        self._waiting = [layer for layer in dict.fromkeys(shown) if layer in self._display.layers]
        self._count_next()

    def _count_next(self) -> None:
        prediction, backend, filters = self._display.prediction, self._backend, self._counted
        if prediction is None or not self._waiting:
            return
        layer = self._waiting[0]
        self._job.start(
            lambda progress, _publish: backend.count_points(prediction, layer, filters, progress)
        )

    @Slot(object)
    def _on_counted(self, counts: PointCounts) -> None:
        if self._is_stale:
            self._count()
        else:
            self._counts[self._waiting.pop(0)] = counts
            self._count_next()
        self.changed.emit()

    @Slot(object)
    def _on_failed(self, _error: Exception) -> None:
        self._waiting = []
        if self._is_stale:
            self._count()
