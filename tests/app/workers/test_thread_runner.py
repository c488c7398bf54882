import itertools
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from moe3d.errors import JobCancelledError
from moe3d_viewer.state.job import Job, Jobs, LatestJob
from moe3d_viewer.workers.thread_runner import ThreadRunner
from tests.app.signals import record
from tests.patience import turns

pytestmark = pytest.mark.gui


@pytest.fixture
def runner(qapp):
    made = ThreadRunner()
    yield made
    assert made.shutdown(20)


def test_work_is_done_elsewhere_and_heard_here(runner, qtbot):
    latest = LatestJob(Jobs({}, runner))
    here = threading.get_ident()
    with qtbot.waitSignal(latest.succeeded) as heard:
        latest.start(lambda progress, publish: threading.get_ident())
    assert heard.args[0] != here


def test_an_exception_becomes_a_failure(runner, qtbot):
    latest = LatestJob(Jobs({}, runner))

    def work(progress, publish):
        raise KeyError("depth")

    with qtbot.waitSignal(latest.failed) as heard:
        latest.start(work)
    assert isinstance(heard.args[0], KeyError)


def test_cancelling_reaches_a_busy_worker_at_once(runner, qtbot):
    latest = LatestJob(Jobs({}, runner))

    spins = itertools.count()
    is_busy = threading.Event()

    def work(progress, publish):
        while True:
            progress.report("spin")
            if next(spins) == 3:
                is_busy.set()

    with qtbot.waitSignal(latest.failed) as heard:
        latest.start(work)
        qtbot.waitUntil(is_busy.is_set)
        latest.cancel()
    assert isinstance(heard.args[0], JobCancelledError)


def test_an_abandoned_job_runs_out_unheard(runner, qtbot):
    latest, gate = LatestJob(Jobs({}, runner)), threading.Event()
    results = record(latest.succeeded)

    def old(progress, publish):
        gate.wait(20)
        return "old"

    latest.start(old)
    with qtbot.waitSignal(latest.succeeded):
        latest.start(lambda progress, publish: "new")
    gate.set()
    qtbot.waitUntil(lambda: runner.num_running == 0)
    turns(qtbot)
    assert results == [("new",)]


def test_the_end_waits_no_longer_than_its_limit(qapp, qtbot):
    runner, gate = ThreadRunner(), threading.Event()
    runner.start(Job(lambda progress, publish: gate.wait()))
    assert not runner.shutdown(0.2)  # comes back, though the job would wait for ever
    assert runner.num_running == 1
    gate.set()
    assert runner.shutdown(20)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a priority is the whole program's")
def test_jobs_and_the_threads_they_start_let_the_window_go_first(runner, qtbot):
    latest = LatestJob(Jobs({}, runner))

    def niceness():
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def work(progress, publish):
        with ThreadPoolExecutor(max_workers=1) as pool:
            return niceness(), pool.submit(niceness).result()

    here = niceness()
    with qtbot.waitSignal(latest.succeeded) as heard:
        latest.start(work)
    assert heard.args[0] == (max(here, 10), max(here, 10))
    assert niceness() == here
