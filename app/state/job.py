"""Slow work as the window sees it: kinds of job, one job, and the rule that only the newest counts.

A state declares a `JobKind` beside itself and asks `jobs[KIND]` for the function that does it; the
functions are plain ones of `moe3d_viewer.workers`, joined in `workers.jobs`. Tests join others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar, cast

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import JobCancelledError, MoE3DError, Progress
from moe3d_viewer.state.closing import Closing

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


FunctionT = TypeVar("FunctionT", bound=Callable[..., object])


class JobKind(Generic[FunctionT]):
    """A kind of slow work, with the type of the function that does it in a worker's thread."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"JobKind({self.name!r})"

    def done_by(self, function: FunctionT) -> "tuple[JobKind[Any], Callable[..., object]]":
        """Join the function that does this."""
        return self, function


Functions = Mapping[JobKind[Any], Callable[..., object]]
"""Who does what."""


@dataclass(frozen=True, eq=False)
class Jobs:
    """What a state needs to have slow work done: the functions, the runner, and the end of both."""

    functions: Functions
    runner: JobRunner
    closing: Closing = field(default_factory=Closing)

    def __getitem__(self, kind: JobKind[FunctionT]) -> FunctionT:
        """The function that does this kind of work; call it in a job."""
        return cast(FunctionT, self.functions[kind])


class LatestJob(QObject):
    """Runs one job at a time and passes on the newest one's signals only.

    Closing the window abandons it; whoever makes one has nothing to do for that.
    """

    progressed = Signal(object)
    published = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = jobs.runner
        self._job: Job | None = None
        jobs.closing.add(self.abandon)

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
