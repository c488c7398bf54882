"""The newest wish waits, older ones are dropped: work for a slider that is dragged."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from moe3d_viewer.state.job import LatestJob, Work


class NewestWish(QObject):
    """Runs one job at a time to its end; what is wished meanwhile is asked for once, after it.

    So a dragged slider shows as many answers as the machine can give, and the last one is never
    missing. Whoever owns it says what is wished for at the moment when work can begin.
    """

    published = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)

    def __init__(self, job: LatestJob, next_work: Callable[[], Work | None]) -> None:
        """Take a job runner of its own.

        Args:
            job: what runs the work; nobody else may start it.
            next_work: what has to be done for the newest wish; None: nothing, it is fulfilled.
        """
        super().__init__(job)
        self._job, self._next_work = job, next_work
        self._has_newer = False
        job.published.connect(self.published)
        job.succeeded.connect(self._on_succeeded)
        job.failed.connect(self._on_failed)

    @property
    def is_running(self) -> bool:
        """Whether work is under way."""
        return self._job.is_running

    def ask(self) -> None:
        """There may be a new wish: begin, or remember that the running job is not the last one."""
        if self._job.is_running:
            self._has_newer = True
            return
        self._has_newer = False
        work = self._next_work()
        if work is not None:
            self._job.start(work)

    def abandon(self) -> None:
        """Drop what is running and what waits; nothing more is heard of either."""
        self._has_newer = False
        self._job.abandon()

    @Slot(object)
    def _on_succeeded(self, result: object) -> None:
        self.succeeded.emit(result)
        self._go_on()

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        self.failed.emit(error)
        self._go_on()

    def _go_on(self) -> None:
        if self._has_newer:
            self.ask()
