"""Jobs make garbage; the GUI thread clears it away."""

import gc
import threading
import weakref

import pytest

from app.state.job import Job

pytestmark = pytest.mark.gui


class Knot:
    """Holds itself."""

    def __init__(self) -> None:
        self.me = self


def test_a_job_never_collects_garbage_and_the_window_does(viewer, qtbot):
    threads, made = set(), []

    def note(phase: str, _info: dict) -> None:
        if phase == "start":
            threads.add(threading.current_thread())

    def work(_progress, _publish) -> None:
        for _ in range(50_000):  # Python's limit is 700
            knot = Knot()
        made.append(weakref.ref(knot))

    job = Job(work)
    gc.callbacks.append(note)
    try:
        with qtbot.waitSignal(job.succeeded, timeout=20_000):
            viewer.runner.start(job)
        qtbot.waitUntil(lambda: made[0]() is None, timeout=20_000)
    finally:
        gc.callbacks.remove(note)
    assert threads == {threading.main_thread()}


def test_python_collects_again_when_the_window_is_closed(viewer):
    assert not gc.isenabled()
    viewer.close_down()
    assert gc.isenabled()
