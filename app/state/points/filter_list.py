"""All filters in one list, with how many points each takes: what the chips and exports go by."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import Progress, ScenePrediction
from moe3d.scene.filters.kinds.photos import shown_of
from moe3d.scene.filters.point_filter import PointFilter
from moe3d.scene.filters.registry import FILTERS
from moe3d.scene.sky import USUAL_SHARE
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, Work
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.layers.view_options import Layout, ViewOptionsState
from moe3d_viewer.state.newest_wish import NewestWish
from moe3d_viewer.state.points.filters import FiltersState
from moe3d_viewer.state.points.point_filters import PointCounts, PointFilters
from moe3d_viewer.state.points.section_box import SectionBoxState
from moe3d_viewer.state.scene.comparison import ComparisonState
from moe3d_viewer.state.viewport.extent import ExtentState
from moe3d_viewer.state.viewport.metric_scale import MetricScaleState

COUNT_POINTS = JobKind[Callable[[ScenePrediction, str, PointFilters, Progress], PointCounts]](
    "count_points"
)
"""What the filters leave of a layer, and which takes what."""


@dataclass(frozen=True)
class FilterEntry:
    """One filter, as a chip shows it."""

    name: str
    """One of the names of FILTERS."""
    is_active: bool
    removed: int | None
    """Points that it took from what the filters before it left; None while they are counted."""
    clear: Callable[[], None]
    """Switch it off."""


class FilterListState(QObject):
    """Joins the states that filter; counts for the newest wish, one layer after the other."""

    changed = Signal()
    """A filter or a count is another one."""

    def __init__(
        self,
        jobs: Jobs,
        display: DisplayState,
        filters: FiltersState,
        section: SectionBoxState,
        extent: ExtentState,
        options: ViewOptionsState,
        comparison: ComparisonState,
        scale: MetricScaleState,
    ) -> None:
        super().__init__()
        self._scale = scale
        self._jobs, self._display, self._options = jobs, display, options
        self._filters, self._section, self._extent = filters, section, extent
        self._comparison = comparison
        self._counts: dict[str, PointCounts] = {}
        self._counted = PointFilters()
        self._counted_of: ScenePrediction | None = None
        self._layer = ""
        self._counting = NewestWish(LatestJob(jobs, self), self._next_count)
        self._counting.succeeded.connect(self._on_counted)
        for signal in (
            filters.changed,
            section.changed,
            options.percentile_changed,
            options.points_changed,
            display.layers_shown_changed,
            extent.changed,  # also when other depths are shown
            comparison.mask_changed,
            display.told,
        ):
            signal.connect(self._on_changed)

    @property
    def now(self) -> PointFilters:
        """Everything that is hidden now."""
        prediction = self._display.prediction
        photos = 0 if prediction is None else prediction.num_views
        experts = 0 if prediction is None else prediction.num_experts
        others = {
            "confidence_percentile": self._options.percentile,
            "same_pixels": self._has_same_mask,
            "min_support": self._filters.min_support if self._display.has_support else 0,
            "views": shown_of(photos, self._filters.hidden_photos),
            "experts": shown_of(experts, self._options.hidden_experts),
            "hide_sky": self._hides_sky,
            "box": self._section.box(self._extent.box),
        }
        return PointFilters(**(self._filters.options(self._scale.factor) | others))

    @property
    def entries(self) -> tuple[FilterEntry, ...]:
        """Every filter, in the order in which they run."""
        now = self.now
        counts = self._counts.get(self._display.layer) if self._counted == now else None
        return tuple(
            FilterEntry(
                item.name,
                self._section.is_on if item.name == "section" else item.is_on(now),
                None if counts is None else counts.removed.get(item.name, 0),
                self._clearing(item),
            )
            for item in FILTERS
        )

    def _clearing(self, point_filter: PointFilter) -> Callable[[], None]:
        """What switches a filter off: in its rows, or where else the window has it."""
        if point_filter.controls:
            return lambda: self._filters.clear(point_filter)
        elsewhere: dict[str, Callable[[], None]] = {
            "confidence": lambda: self._options.set_percentile(0),
            "other_side": lambda: self._comparison.set_same_mask(False),
            "support": lambda: self._filters.set_min_support(0),
            "photos": lambda: self._filters.set_hidden_photos(frozenset()),
            "experts": lambda: self._options.set_hidden_experts(frozenset()),
            "section": lambda: self._section.set_on(False),
        }
        return elsewhere[point_filter.name]

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

    @Slot()
    @Slot(str)
    @Slot(float)
    def _on_changed(self, _what: object = None) -> None:
        if not self._display.is_changing:
            self._counting.ask()
            self.changed.emit()

    def _next_count(self) -> Work | None:
        """The next layer on the screen that was not counted with what is hidden now."""
        prediction, now, jobs = self._display.prediction, self.now, self._jobs
        if prediction is not self._counted_of or now != self._counted:
            self._counts, self._counted, self._counted_of = {}, now, prediction
        layers = [layer for layer in self._display.layers_shown if layer in self._display.layers]
        missing = [layer for layer in layers if layer not in self._counts]
        if prediction is None or not missing:
            return None
        layer = self._layer = missing[0]
        return lambda progress, _publish: jobs[COUNT_POINTS](prediction, layer, now, progress)

    @Slot(object)
    def _on_counted(self, counts: PointCounts) -> None:
        self._counts[self._layer] = counts
        self._counting.ask()
        self.changed.emit()
