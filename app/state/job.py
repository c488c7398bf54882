"""One piece of work as the window sees it, and the rule that only the newest one counts."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from moe3d.errors import JobCancelledError, MoE3DError
from moe3d.progress import Progress

Publish = Callable[[object], None]
Work = Callable[[Progress, Publish], object]


class Job(QObject):
    """Work that has not been done yet; ends in exactly one of `succeeded`, `failed`.

    Made in the GUI thread; a runner does the work elsewhere and calls the emitting methods from
    there, so that receivers in the GUI thread get queued signals.
    """

    progressed = Signal(object)
    """ProgressReport."""
    published = Signal(object)
    """A part of the result, while the work goes on."""
    succeeded = Signal(object)
    failed = Signal(object)
    """The exception."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self.work = work
        self.progress = Progress(self.progressed.emit)
        self.is_finished = False

    def cancel(self) -> None:
        """Ask the work to stop; only sets a flag, so it never waits for the worker."""
        self.progress.cancel()

    def succeed(self, result: object) -> None:
        """End well, unless the job has ended already."""
        if not self.is_finished:
            self.is_finished = True
            self.succeeded.emit(result)

    def fail(self, error: Exception) -> None:
        """End badly, unless the job has ended already."""
        if not self.is_finished:
            self.is_finished = True
            self.failed.emit(error)


class JobRunner(Protocol):
    """Does the work of a job, somewhere, some time."""

    def start(self, job: Job) -> None:
        """Begin; returns at once."""
        ...


class LatestJob(QObject):
    """Runs one job at a time and passes on the newest one's signals only."""

    progressed = Signal(object)
    published = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._job: Job | None = None

    @property
    def is_running(self) -> bool:
        """Whether the newest job has not ended yet."""
        return self._job is not None

    def start(self, work: Work) -> None:
        """Begin this work; an older job is cancelled and no longer listened to."""
        self.abandon()
        job = self._job = Job(work)
        job.progressed.connect(self._on_progressed)
        job.published.connect(self._on_published)
        job.succeeded.connect(self._on_succeeded)
        job.failed.connect(self._on_failed)
        self._runner.start(job)

    def cancel(self) -> None:
        """Ask the running job to stop; it still ends in `failed`."""
        if self._job is not None:
            self._job.cancel()

    def abandon(self) -> None:
        """Stop the running job and forget it: nothing more is heard of it."""
        self.cancel()
        self._job = None

    def _is_newest(self, job: QObject | None) -> bool:
        """No sender means a job that is gone already: never the one that is kept here."""
        return job is not None and job is self._job

    @Slot(object)
    def _on_progressed(self, report: object) -> None:
        if self._is_newest(self.sender()):
            self.progressed.emit(report)

    @Slot(object)
    def _on_published(self, part: object) -> None:
        if self._is_newest(self.sender()):
            self.published.emit(part)

    @Slot(object)
    def _on_succeeded(self, result: object) -> None:
        if self._is_newest(self.sender()):
            self._job = None
            self.succeeded.emit(result)

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        if self._is_newest(self.sender()):
            self._job = None
            self.failed.emit(error)


def error_text(error: BaseException) -> str:
    """What to tell the user: the message of our own errors, a frank sentence for all others."""
    if isinstance(error, MoE3DError):
        return str(error)
    if isinstance(error, MemoryError):
        return "out of memory: close other programs, or use fewer photos"
    return f"unexpected error: {type(error).__name__}: {error}"


def was_cancelled(error: BaseException) -> bool:
    """Whether this is no failure but the user's wish."""
    return isinstance(error, JobCancelledError)
