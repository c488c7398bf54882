"""How long a run will take, from what runs took before: plain arithmetic, without Qt and clock.

The shares were measured; a machine, a device and a model each have a pace of their own, which every
run corrects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from moe3d import ProgressReport


class Step(StrEnum):
    """What a run does, in the order in which it does it."""

    SEND = "send"
    WAIT = "wait"
    LOAD = "load"
    PHOTOS = "photos"
    NETWORK = "network"
    SPOTS = "spots"
    MATCH = "match"
    PLACE = "place"
    ADJUST = "adjust"
    COMPARE = "compare"
    REFINE = "refine"
    CONFIRM = "confirm"
    FETCH = "fetch"
    SHOW = "show"


STEP_OF = MappingProxyType(
    {
        "send photos": Step.SEND,
        "wait for the server": Step.WAIT,
        "fetch the result": Step.FETCH,
        "load model": Step.LOAD,
        "load the model": Step.LOAD,
        "check the model file": Step.LOAD,
        "prepare photos": Step.PHOTOS,
        "network": Step.NETWORK,
        "find keypoints": Step.SPOTS,
        "match photos": Step.MATCH,
        "place cameras": Step.PLACE,
        "adjust cameras": Step.ADJUST,
        "compare photos": Step.COMPARE,
        "refine depth": Step.REFINE,
        "confirm depth": Step.CONFIRM,
    }
)
"""Steps of the stages that a job reports; a stage that is not here belongs to the step before."""


@dataclass(frozen=True)
class Cost:
    """Seconds of a step."""

    once: float
    a_photo: float
    a_pair: float = 0.0
    """For every photo with every other one."""
    partners: int = 10**6
    """Others with which each photo is paired, at most."""

    def of(self, num_photos: int) -> float:
        """Seconds for so many photos."""
        pairs = num_photos * min(num_photos, self.partners)
        return self.once + num_photos * self.a_photo + pairs * self.a_pair


ON_CPU = MappingProxyType(
    {
        Step.SEND: Cost(0.2, 0.1),
        Step.WAIT: Cost(0.1, 0.0),
        Step.LOAD: Cost(1.5, 0.0),
        Step.PHOTOS: Cost(0.02, 0.005),
        Step.NETWORK: Cost(0.05, 0.32, 0.002),
        Step.SPOTS: Cost(0.2, 0.30),
        Step.MATCH: Cost(0.0, 0.0, 0.037, partners=22),
        Step.PLACE: Cost(0.0, 0.16),
        Step.ADJUST: Cost(0.4, 0.80),
        Step.COMPARE: Cost(0.1, 0.36),
        Step.REFINE: Cost(0.3, 0.18),
        Step.CONFIRM: Cost(0.0, 0.05),
        Step.FETCH: Cost(0.1, 0.05),
        Step.SHOW: Cost(0.3, 0.06),
    }
)
"""The built-in model on two processor cores, 1, 2, 4 and 8 photos of a room."""
LARGE_MODEL = 60.0
"""Times as long as the built-in network takes one of VGGT-1B's size."""
ON_CARD = 0.02
"""Of the network's seconds on two cores, those on a card; the photos are compared on the cores."""
REFINING_DEPTH = frozenset((Step.COMPARE, Step.REFINE))
ELSEWHERE = frozenset((Step.SEND, Step.WAIT, Step.FETCH))
"""Only where another machine computes."""
REFINING = REFINING_DEPTH | {Step.SPOTS, Step.MATCH, Step.PLACE, Step.ADJUST, Step.CONFIRM}
NEWEST = 0.6
"""How much the last run counts in the pace that is kept."""
SLOWEST = 1000.0
STEADY_S = 2.0
"""Seconds before the pace of this run is believed."""


def expected_seconds(
    num_photos: int,
    *,
    is_built_in: bool = True,
    on_card: bool = False,
    on_server: bool = False,
    refine: str = "auto",
    paces: Mapping[str, float] | None = None,
) -> dict[Step, float]:
    """Seconds of every step of a run, in order.

    Args:
        num_photos: of the run.
        is_built_in: whether the model is the built-in one.
        on_card: whether the network runs on a graphics card.
        on_server: whether another machine computes.
        refine: the run's option.
        paces: by step, how many times the table's seconds this machine's last runs took.
    """
    skipped: frozenset[Step] = frozenset()
    if refine == "off" or num_photos < 2:
        skipped = REFINING
    elif refine == "cameras":
        skipped = REFINING_DEPTH
    if not on_server:
        skipped |= ELSEWHERE
    found = {step: cost.of(num_photos) for step, cost in ON_CPU.items() if step not in skipped}
    found[Step.NETWORK] *= (1.0 if is_built_in else LARGE_MODEL) * (ON_CARD if on_card else 1.0)
    if not is_built_in:
        found[Step.LOAD] += 10.0
    known = paces or {}
    return {step: seconds * known.get(step, 1.0) for step, seconds in found.items()}


@dataclass(frozen=True)
class Place:
    """Where a run is."""

    step: Step
    done: int = 0
    total: int = 0
    """Parts of the step; 0 when unknown."""
    part: str = ""
    """Of a step that a job tells in parts: "chunk 2 of 5"."""
    told: float | None = None
    """Share of the step that the job tells, where its parts are long or unequal."""

    @property
    def share(self) -> float | None:
        """Of the step, 0..1; None when it is not known."""
        if self.told is not None:
            return self.told
        return min(self.done / self.total, 1.0) if self.total > 0 else None


def place_of(report: ProgressReport, before: Step) -> Place:
    """The place that a job's report tells; `before` is the step until now."""
    stage, _, part = report.stage.partition(", ")
    return Place(STEP_OF.get(stage, before), report.done, report.total, part, report.share)


@dataclass(frozen=True)
class Forecast:
    """Of the whole run."""

    share: float
    """That is over, 0..1."""
    remaining_s: float


def forecast(
    expected: Mapping[Step, float],
    spent: Mapping[Step, float],
    place: Place,
    *,
    reached: Step | None = None,
) -> Forecast:
    """How far a run is, and how long it will go on.

    Args:
        expected: seconds of the steps, in their order.
        spent: seconds that this run took in each step until now.
        place: where it is.
        reached: the furthest step until now; a step that comes again is only late.
    """
    order: Sequence[Step] = list(Step)
    furthest = max(order.index(place.step), order.index(reached or place.step))
    over = [step for step in order[:furthest] if step in spent and step is not place.step]
    pace = _pace(expected, spent, over)
    later = sum(seconds for step, seconds in expected.items() if order.index(step) > furthest)
    here = _rest(expected.get(place.step, 0.0) * pace, spent.get(place.step, 0.0), place.share)
    remaining = later * pace + here
    elapsed = sum(spent.values())
    whole = elapsed + remaining
    return Forecast(elapsed / whole if whole > 0 else 0.0, remaining)


def _pace(
    expected: Mapping[Step, float], spent: Mapping[Step, float], over: Sequence[Step]
) -> float:
    """How many times as long this run takes as others did, as far as that is known."""
    wanted = sum(expected.get(step, 0.0) for step in over)
    took = sum(spent[step] for step in over)
    return min(max((took + STEADY_S) / (wanted + STEADY_S), 0.25), 4.0)


def _rest(expected_s: float, spent_s: float, share: float | None) -> float:
    """Seconds that a step goes on: by what was expected at first, by its own share later."""
    if share is None or share <= 0:
        return max(expected_s - spent_s, 0.1 * spent_s)
    believed = min(2 * share, 1.0)
    by_share = spent_s / share
    whole = believed * by_share + (1 - believed) * max(expected_s, spent_s)
    return max(whole - spent_s, 0.0)


def corrected_paces(
    paces: Mapping[str, float], expected: Mapping[Step, float], spent: Mapping[Step, float]
) -> dict[str, float]:
    """Paces to keep after a run.

    Args:
        paces: kept until now, with which `expected` was made.
        expected: seconds of the steps.
        spent: seconds that the run took.
    """
    found = dict(paces)
    for step, seconds in spent.items():
        was = paces.get(step, 1.0)
        plain = expected.get(step, 0.0) / was
        if plain > 0:
            now = min(max(seconds / plain, 1 / SLOWEST), SLOWEST)
            found[step] = now if step not in paces else NEWEST * now + (1 - NEWEST) * was
    return found
