import threading
import time

import pytest

from app.state.job import Job, LatestJob
from app.workers.thread_runner import ThreadRunner
from moe3d.errors import JobCancelledError
from tests.app.signals import record

pytestmark = pytest.mark.gui


@pytest.fixture
def runner(qapp):
    made = ThreadRunner()
    yield made
    assert made.shutdown(20)


def test_work_is_done_elsewhere_and_heard_here(runner, qtbot):
    latest = LatestJob(runner)
    here = threading.get_ident()
    with qtbot.waitSignal(latest.succeeded, timeout=20_000) as heard:
        latest.start(lambda progress, publish: threading.get_ident())
    assert heard.args[0] != here


def test_an_exception_becomes_a_failure(runner, qtbot):
    latest = LatestJob(runner)

    def work(progress, publish):
        raise KeyError("depth")

    with qtbot.waitSignal(latest.failed, timeout=20_000) as heard:
        latest.start(work)
    assert isinstance(heard.args[0], KeyError)


def test_cancelling_reaches_a_busy_worker_at_once(runner, qtbot):
    latest = LatestJob(runner)

    def work(progress, publish):
        while True:
            progress.report("spin")
            time.sleep(0.01)

    with qtbot.waitSignal(latest.failed, timeout=20_000) as heard:
        latest.start(work)
        qtbot.wait(50)
        latest.cancel()
    assert isinstance(heard.args[0], JobCancelledError)


def test_an_abandoned_job_runs_out_unheard(runner, qtbot):
    latest, gate = LatestJob(runner), threading.Event()
    results = record(latest.succeeded)

    def old(progress, publish):
        gate.wait(20)
        return "old"

    latest.start(old)
    with qtbot.waitSignal(latest.succeeded, timeout=20_000):
        latest.start(lambda progress, publish: "new")
    gate.set()
    qtbot.waitUntil(lambda: runner.num_running == 0)
    qtbot.wait(20)
    assert results == [("new",)]


def test_the_end_waits_no_longer_than_its_limit(qapp, qtbot):
    runner, gate = ThreadRunner(), threading.Event()
    runner.start(Job(lambda progress, publish: gate.wait(30)))
    began = time.monotonic()
    assert not runner.shutdown(0.2)
    assert time.monotonic() - began < 10
    gate.set()
    assert runner.shutdown(20)
