"""How fast a run goes, and how much of it fits into a time."""

import time
from collections.abc import Callable

SETTLING_STEPS, TIMED_STEPS = 10, 60


class Pace:
    """Seconds a step; the first ones, in which everything is set up, do not count."""

    def __init__(self, first_step: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Start the clock.

        Args:
            first_step: steps before this one are of another kind, and do not count either.
            clock: tells the time in seconds.
        """
        self._clock = clock
        self._first = first_step + SETTLING_STEPS
        self._start = self._since = self._last = clock()
        self._longest = 0.0
        self._counted = 0

    def count(self, step: int) -> None:
        """Step number `step` is done; the first is 1."""
        now = self._clock()
        self._longest, self._last = max(self._longest, now - self._last), now
        if step <= self._first:
            self._since = now
        self._counted = step - self._first

    @property
    def is_known(self) -> bool:
        """Whether enough steps were timed."""
        return self._counted >= TIMED_STEPS

    def steps_within(self, seconds: float) -> int:
        """Further steps that fit, if the clock was started `seconds` before the end; at least 1."""
        left = seconds - (self._last - self._start)
        return max(1, int(left * self._counted / (self._last - self._since)))

    def next_end(self) -> float:
        """When the next step will be done at the latest, on the clock."""
        return self._last + self._longest
