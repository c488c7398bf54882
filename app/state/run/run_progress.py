"""A run as one watches it: what is done now, how far the whole is, how long it goes on."""

import json
import time
from collections.abc import Callable
from pathlib import PurePath

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import ProgressReport, ScenePrediction
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.run.reconstruction import Phase, ReconstructionState
from moe3d_viewer.state.run.run_forecast import (
    Forecast,
    Place,
    Step,
    corrected_paces,
    expected_seconds,
    forecast,
    place_of,
)
from moe3d_viewer.state.run.run_options import RunRequest
from moe3d_viewer.state.settings import Settings

BUILT_IN = "mini"
LONG_RUN_S = 30.0
"""Who waits as long may have gone to another window."""
TELL_EVERY_S = 0.1
"""Some stages report hundreds of times a second."""
PACES = "run_paces"
"""Of the settings: JSON, by model and device, then by step."""


class RunProgressState(QObject):
    """Follows a run from Run to its picture on the screen; keeps how long each step took."""

    changed = Signal()
    """Step, share or time; some times a second while a run goes on."""
    ended = Signal(str)
    """A run's result is on the screen: what came out, in a sentence."""
    long_run_ended = Signal(str)
    """The same of a run for which nobody waits at the screen any more."""

    def __init__(
        self,
        reconstruction: ReconstructionState,
        display: DisplayState,
        settings: Settings,
        notices: Notices,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._reconstruction, self._display = reconstruction, display
        self._settings, self._notices, self._clock = settings, notices, clock
        self._place = Place(Step.LOAD)
        self._reached = Step.LOAD
        self._expected: dict[Step, float] = {}
        self._spent: dict[Step, float] = {}
        self._reported: set[Step] = set()
        """Steps of which the run told: a model that is kept is not loaded again."""
        self._since = self._told_s = 0.0
        self._share = 0.0
        self._phase = Phase.IDLE
        reconstruction.phase_changed.connect(self._on_phase_changed)
        reconstruction.progressed.connect(self._on_progressed)
        reconstruction.answer_changed.connect(self.changed)
        reconstruction.run_finished.connect(self._on_finished)
        display.result_changed.connect(self.changed)

    @property
    def is_shown(self) -> bool:
        """Whether there is a run to be watched."""
        return self._reconstruction.is_running

    @property
    def share(self) -> float:
        """Of the whole run that is over, 0..1; never goes back."""
        return self._share

    @property
    def elapsed_s(self) -> float:
        """Since the run began."""
        return sum(self._spent.values())

    @property
    def heading(self) -> str:
        """The run in two words."""
        if self._phase is Phase.CANCELLING:
            return self.tr("Stopping…")
        if self._phase is Phase.PREPARING:
            return self.tr("Preparing the view…")
        return self.tr("Reconstructing…")

    @property
    def line(self) -> str:
        """What is done now, in plain words."""
        if self._phase is Phase.CANCELLING:
            return self.tr("Stopping at the next safe point")
        text = self._words(self._place.step)
        done, total = self._place.done, self._place.total
        if self._place.part:
            return self.tr("{}: {}").format(text, self._place.part)
        if self._place.step is Step.NETWORK or total <= 1:
            return text
        if total == self._num_photos:
            return self.tr("{}: photo {} of {}").format(text, min(done + 1, total), total)
        return self.tr("{}: {:.0f} %").format(text, 100 * min(done / total, 1.0))

    @property
    def time_text(self) -> str:
        """Elapsed and remaining time."""
        elapsed = clock_text(self.elapsed_s)
        if self._phase is Phase.CANCELLING:
            return elapsed
        return self.tr("{} · {}").format(elapsed, self._remaining_text(self._now().remaining_s))

    @property
    def note(self) -> str:
        """What the picture on the screen is while the run goes on; empty for nothing to say."""
        run = self._reconstruction
        if self._phase is Phase.RUNNING and run.is_provisional and self._display.answer is not None:
            return self.tr(
                "You see the network's first answer. "
                "It is replaced when the photos have refined it."
            )
        if self._display.answer is not None and self._display.answer is not run.answer:
            return self.tr("You see the result before. It stays until the new one is ready.")
        return ""

    def _words(self, step: Step) -> str:
        return {
            Step.SEND: self.tr("Sending the photos"),
            Step.WAIT: self.tr("Waiting for the server"),
            Step.FETCH: self.tr("Fetching the result"),
            Step.LOAD: self.tr("Loading the model"),
            Step.PHOTOS: self.tr("Reading the photos"),
            Step.NETWORK: self.tr("Estimating depth and cameras"),
            Step.SPOTS: self.tr("Finding distinct spots in every photo"),
            Step.MATCH: self.tr("Finding the same spots in other photos"),
            Step.PLACE: self.tr("Working out where the photos were taken"),
            Step.ADJUST: self.tr("Fitting cameras and spots together"),
            Step.COMPARE: self.tr("Comparing the photos"),
            Step.REFINE: self.tr("Refining the depth"),
            Step.CONFIRM: self.tr("Checking the depth in other photos"),
            Step.SHOW: self.tr("Preparing the view"),
        }[step]

    def _remaining_text(self, seconds: float) -> str:
        if seconds < 2:
            return self.tr("almost done")
        if seconds < 10:
            return self.tr("about {} s left").format(round(seconds))
        if seconds < 57:
            return self.tr("about {} s left").format(5 * round(seconds / 5))
        return self.tr("about {} min left").format(max(round(seconds / 60), 1))

    # how it goes on

    @property
    def _num_photos(self) -> int:
        request = self._reconstruction.request
        return len(request.views) if request is not None else 0

    def _now(self) -> Forecast:
        return forecast(self._expected, self._spent, self._place, reached=self._reached)

    @Slot(object)
    def _on_phase_changed(self, phase: Phase) -> None:
        self._phase = phase
        if phase is Phase.RUNNING:
            self._begin()
        elif phase is Phase.PREPARING:
            if self._reconstruction.request is None:  # a result from a file
                self._begin()
            self._go_to(Place(Step.SHOW))
        self.changed.emit()

    def _begin(self) -> None:
        request = self._reconstruction.request
        first = Step.SEND if request is not None and request.server else Step.LOAD
        self._place, self._reached, self._share = Place(first), first, 0.0
        self._spent, self._since = {}, self._clock()
        self._reported = set()
        self._expected = self._expected_of(request) if request is not None else self._of_file()

    def _expected_of(self, request: RunRequest) -> dict[Step, float]:
        return expected_seconds(
            len(request.views),
            is_built_in=request.model == BUILT_IN,
            on_server=bool(request.server),
            on_card=request.device.startswith(("cuda", "mps")),
            refine=request.refine,
            paces=self._paces().get(_key(request), {}),
        )

    def _of_file(self) -> dict[Step, float]:
        prediction = self._reconstruction.prediction
        whole = expected_seconds(prediction.num_views if prediction is not None else 1)
        return {Step.SHOW: whole[Step.SHOW]}

    @Slot(object)
    def _on_progressed(self, report: ProgressReport) -> None:
        place = place_of(report, self._place.step)
        self._reported.add(place.step)
        is_other = place.step is not self._place.step
        self._go_to(place, is_worth_it=is_other or self._clock() - self._told_s > TELL_EVERY_S)

    def _go_to(self, place: Place, *, is_worth_it: bool = True) -> None:
        self._count()
        self._place = place
        order = list(Step)
        if order.index(place.step) > order.index(self._reached):
            self._reached = place.step
        self._share = max(self._share, self._now().share)
        if is_worth_it:
            self._tell()

    def _tell(self) -> None:
        self._told_s = self._clock()
        self.changed.emit()

    @Slot()
    def look_at_clock(self) -> None:
        """Time has passed; whoever shows it calls this some times a second."""
        if self.is_shown:
            self._count()
            self._share = max(self._share, self._now().share)
            self._tell()

    def _count(self) -> None:
        """Seconds since the last look belong to the step until now."""
        now, step = self._clock(), self._place.step
        self._spent[step] = self._spent.get(step, 0.0) + now - self._since
        self._since = now

    # how it ends

    @Slot()
    def _on_finished(self) -> None:
        self._count()
        self._keep_paces()
        prediction = self._reconstruction.prediction
        if prediction is None:
            return
        text = self._outcome(prediction)
        self._notices.raise_toast(text)
        self.ended.emit(text)
        if self.elapsed_s > LONG_RUN_S:
            self.long_run_ended.emit(text)

    def _outcome(self, prediction: ScenePrediction) -> str:
        """What came out: photos placed, points, how many are confirmed, and how long it took."""
        count, agreement = prediction.num_views, prediction.agreement
        parts = []
        if agreement is not None and count > 1:
            parts.append(self.tr("{} of {} photos placed").format(agreement.num_placed, count))
        layer = self._display.layer
        parts.append(self.tr("{:,} points").format(self._display.total(layer)))
        confirmed = self._display.confirmed_share(layer)
        if confirmed is not None:
            parts.append(
                self.tr("{:.0f} % of them confirmed by another photo").format(100 * confirmed)
            )
        parts.append(self.tr("in {}").format(span_text(self.elapsed_s)))
        return ", ".join(parts)

    def _keep_paces(self) -> None:
        request = self._reconstruction.request
        if request is None:
            return
        kept, key = self._paces(), _key(request)
        counted = {
            step: seconds
            for step, seconds in self._spent.items()
            if step in self._reported or step is Step.SHOW
        }
        kept[key] = corrected_paces(kept.get(key, {}), self._expected, counted)
        self._settings.set_value(PACES, json.dumps(kept))

    def _paces(self) -> dict[str, dict[str, float]]:
        """As they were kept; whatever cannot be read is forgotten."""
        try:
            found = json.loads(self._settings.value(PACES, "{}"))
            return {
                str(key): {str(step): float(pace) for step, pace in paces.items() if pace > 0}
                for key, paces in found.items()
            }
        except (ValueError, TypeError, AttributeError):
            return {}


def _key(request: RunRequest) -> str:
    return f"{PurePath(request.model).name} on {request.server or request.device}"


def clock_text(seconds: float) -> str:
    """As a clock shows it: "0:07", "12:30"."""
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02}"


def span_text(seconds: float) -> str:
    """As people say it: "24 s", "3 min 5 s"."""
    whole = max(round(seconds), 1)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
