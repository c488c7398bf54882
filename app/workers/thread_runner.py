"""Does jobs in threads of their own, and ends them when the window closes."""

import logging
import time

from PySide6.QtCore import QObject, QThread, Slot

from moe3d import JobCancelledError
from moe3d_viewer.state.job import Job
from moe3d_viewer.workers.thread_priority import give_way_to_window

logger = logging.getLogger(__name__)
STACK_BYTES = 64 * 1024 * 1024  # the default of macOS, 512 KB, is too small for torch


class _JobThread(QThread):
    """Runs one job; the job's signals reach the GUI thread queued."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job = job
        self.setStackSize(STACK_BYTES)

    def run(self) -> None:
        """Do the work; called by Qt in the new thread."""
        job = self.job
        give_way_to_window()
        try:
            result = job.work(job.progress, job.published.emit)
        except Exception as error:
            if not job.progress.is_cancelled:
                logger.info("a job failed", exc_info=error)
            job.fail(error)
        else:
            job.succeed(result)


class ThreadRunner(QObject):
    """A thread a job. Lives in the GUI thread and keeps threads and jobs alive while they run."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads: list[_JobThread] = []
        self._is_shut = False

    @property
    def num_running(self) -> int:
        """Jobs that have not ended yet, abandoned ones included."""
        return sum(thread.isRunning() for thread in self._threads)

    def start(self, job: Job) -> None:
        """Begin; returns at once. After `shutdown` a job counts as cancelled."""
        if self._is_shut:
            job.fail(JobCancelledError("the program is closing"))
            return
        thread = _JobThread(job)
        self._threads.append(thread)
        thread.finished.connect(self._on_finished)
        thread.start()

    def shutdown(self, limit_s: float = 10.0) -> bool:
        """Cancel every job and wait, all together no longer than the limit; take no new one.

        What a job says from now on is not heard: who would hear it is being taken down.

        Returns:
            Whether all threads have ended; if not, the process must not be torn down normally.
        """
        deadline = time.monotonic() + limit_s
        self._is_shut = True
        for thread in self._threads:
            thread.job.cancel()
            thread.job.blockSignals(True)
        for thread in self._threads:
            thread.wait(max(int((deadline - time.monotonic()) * 1000), 1))
        return self.num_running == 0

    @Slot()
    def _on_finished(self) -> None:
        self._threads = [thread for thread in self._threads if not thread.isFinished()]
