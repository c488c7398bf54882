"""Calls that cannot be interrupted: what comes back, and when the caller gets free."""

import threading

import pytest

from moe3d.errors import JobCancelledError
from moe3d.multiview.matches.background import run_interruptible
from moe3d.progress import Progress


def test_the_result_of_the_call_comes_back():
    assert run_interruptible(lambda: 6 * 7, Progress()) == 42


def test_the_call_runs_in_a_thread_of_its_own():
    assert run_interruptible(threading.current_thread, Progress()) != threading.current_thread()


def test_an_exception_of_the_call_reaches_the_caller():
    def fail() -> None:
        raise ZeroDivisionError("by hand")

    with pytest.raises(ZeroDivisionError, match="by hand"):
        run_interruptible(fail, Progress())


def test_a_cancel_stops_the_call_and_frees_the_caller():
    progress, stopped, ended = Progress(), threading.Event(), threading.Event()

    def call() -> None:
        progress.cancel()
        stopped.wait()  # without `stop` it would never end
        ended.set()

    with pytest.raises(JobCancelledError):
        run_interruptible(call, progress, stopped.set)
    assert ended.wait(60)


def test_a_cancel_frees_the_caller_of_a_call_that_goes_on():
    progress, may_end = Progress(), threading.Event()

    def call() -> None:
        progress.cancel()
        may_end.wait()

    with pytest.raises(JobCancelledError):
        run_interruptible(call, progress)
    may_end.set()


def test_a_result_that_came_too_late_is_dropped():
    progress = Progress()
    with pytest.raises(JobCancelledError):
        run_interruptible(progress.cancel, progress)
