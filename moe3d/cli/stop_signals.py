"""Ctrl+C, a closed terminal and the wish of another program to end: one way out for all three."""

import os
import signal
import sys
import time
from types import FrameType

EXIT_CODES = {"SIGINT": 130, "SIGHUP": 130, "SIGTERM": 143}
"""By the name of the signal; not every system has all."""
_TOGETHER_S = 1.0
"""Signals that come within this time are one wish: `make` and service managers send several."""


class StopSignals:
    """Turns signals into KeyboardInterrupt, until `end`; use in the main thread.

    A library may take the interrupt for an error of its own, or drop it. So the wish is remembered
    here, and said again while nobody is on the way out.
    """

    def __init__(self) -> None:
        self.exit_code: int | None = None
        """None while nobody wished to stop."""
        self._process = os.getpid()
        self._asked_at_s = -_TOGETHER_S
        self._before: dict[int, object] = {}

    def begin(self) -> None:
        """Listen; a signal that whoever started the program wants ignored (nohup) stays ignored."""
        for name in EXIT_CODES:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._on_signal)

    def end(self) -> None:
        """Listen no more."""
        self._ask_again_in(0.0)
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._before = {}

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if os.getpid() != self._process:  # a child by fork: as if nothing had been set
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        now_s = time.monotonic()
        if self.exit_code is not None and now_s - self._asked_at_s < _TOGETHER_S:
            return
        self._asked_at_s = now_s
        self.exit_code = self.exit_code or EXIT_CODES[signal.Signals(number).name]
        self._ask_again_in(_TOGETHER_S)
        raise KeyboardInterrupt

    def _ask_again_in(self, seconds: float) -> None:
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, self._on_alarm)
            signal.setitimer(signal.ITIMER_REAL, seconds, seconds)

    def _on_alarm(self, _number: int, _frame: FrameType | None) -> None:
        if not _is_on_the_way_out(sys.exception()):
            raise KeyboardInterrupt


def _is_on_the_way_out(error: BaseException | None) -> bool:
    """Whether an interrupt is being handled, be it in the guise of another error."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False
