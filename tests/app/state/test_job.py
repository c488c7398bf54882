import threading

from PySide6.QtCore import QCoreApplication

from moe3d.errors import CheckpointError, JobCancelledError
from moe3d.progress import Progress
from moe3d_viewer.state.job import Job, JobKind, Jobs, LatestJob, error_text
from tests.app.fakes import FakeRunner
from tests.app.signals import record


def test_a_job_ends_exactly_once():
    job = Job(lambda progress, publish: None)
    ends = record(job.succeeded), record(job.failed)
    job.succeed(1)
    job.succeed(2)
    job.fail(ValueError())
    assert ends == ([(1,)], [])


def test_reports_parts_and_result_are_passed_on():
    runner = FakeRunner()
    latest = LatestJob(Jobs({}, runner))
    heard = [record(s) for s in (latest.progressed, latest.published, latest.succeeded)]

    def work(progress, publish):
        progress.report("stage", 1, 2)
        publish("part")
        return "all"

    latest.start(work)
    assert latest.is_running
    runner.run_next()
    assert heard[0][0][0].fraction == 0.5
    assert heard[1:] == [[("part",)], [("all",)]]
    assert not latest.is_running


def test_an_older_job_is_cancelled_and_no_longer_heard():
    runner = FakeRunner()
    latest = LatestJob(Jobs({}, runner))
    results, failures = record(latest.succeeded), record(latest.failed)
    latest.start(lambda progress, publish: "old")
    latest.start(lambda progress, publish: "new")
    assert runner.waiting[0].progress.is_cancelled
    runner.run_all()
    assert results == [("new",)]
    assert failures == []


class DroppingRunner:
    """Does the work in another thread and keeps no job, so that its signals may outlive it."""

    def start(self, job):
        worker = threading.Thread(target=lambda: job.succeed(job.work(job.progress, None)))
        worker.start()
        worker.join()


def test_a_job_that_is_gone_before_its_result_arrives_is_not_heard(qapp):
    latest = LatestJob(Jobs({}, DroppingRunner()))
    results = record(latest.succeeded)
    latest.start(lambda progress, publish: "old")
    latest.abandon()
    QCoreApplication.processEvents()
    assert results == []


def test_a_cancelled_job_fails_with_the_reason():
    runner = FakeRunner()
    latest = LatestJob(Jobs({}, runner))
    failures = record(latest.failed)
    latest.start(lambda progress, publish: progress.report("stage"))
    latest.cancel()
    runner.run_next()
    assert isinstance(failures[0][0], JobCancelledError)


def test_our_errors_speak_for_themselves_and_others_name_their_kind():
    assert error_text(CheckpointError("x.pt is cut short")) == "x.pt is cut short"
    assert "KeyError" in error_text(KeyError("depth"))
    assert "fewer photos" in error_text(MemoryError())


DOUBLE = JobKind("double")


def test_a_kind_of_job_is_done_by_the_function_that_is_joined_to_it():
    functions = dict([DOUBLE.done_by(lambda number, progress: 2 * number)])
    jobs = Jobs(functions, FakeRunner())
    assert jobs[DOUBLE](21, Progress()) == 42
    functions[DOUBLE] = lambda number, progress: number + number + 1  # tests join others
    assert jobs[DOUBLE](21, Progress()) == 43


def test_closing_abandons_a_job_that_nobody_lists():
    runner = FakeRunner()
    jobs = Jobs({}, runner)
    latest = LatestJob(jobs)
    ends = record(latest.succeeded), record(latest.failed)
    latest.start(lambda progress, publish: "late")
    jobs.closing.stop_all()
    assert runner.waiting[0].progress.is_cancelled
    assert not latest.is_running
    runner.run_all()
    assert ends == ([], [])
