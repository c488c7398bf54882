"""Calls into libraries that cannot be interrupted, made so that a cancel is noticed at once."""

import threading
from collections.abc import Callable
from typing import TypeVar

from moe3d.progress import Progress

T = TypeVar("T")
LOOK_EVERY_S = 0.1
"""How often the wish to stop is looked at."""


def run_interruptible(
    call: Callable[[], T],
    progress: Progress,
    stop: Callable[[], None] | None = None,
    on_look: Callable[[], None] | None = None,
) -> T:
    """Make a call in a thread of its own and wait for it, unless the job is cancelled.

    A cancelled call goes on to its end, or until `stop` ends it, and its result is dropped: it must
    change nothing that others see. The interpreter waits for it at its own end, as a thread that
    is torn out of a library aborts the process. `on_look` is called in the waiting thread, ten
    times a second.

    Raises:
        JobCancelledError: progress was cancelled.
    """
    result: list[T] = []
    failure: list[BaseException] = []

    def work() -> None:
        try:
            result.append(call())
        except BaseException as error:  # noqa: BLE001 (raised again in the caller's thread)
            failure.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    while thread.is_alive():
        thread.join(LOOK_EVERY_S)
        if progress.is_cancelled:
            if stop is not None:
                stop()
            break
        if on_look is not None:
            on_look()
    progress.raise_if_cancelled()
    if failure:
        raise failure[0]
    return result[0]
