"""A small file is written in a job: one notice says that it is there, or why it is not."""

from pathlib import Path

from PySide6.QtCore import QObject, Slot

from moe3d_viewer.state.job import Jobs, LatestJob, Work, error_text, was_cancelled
from moe3d_viewer.state.notices import Notices


class FileWriting(QObject):
    """One file at a time; a newer one takes the place of one that is being written."""

    def __init__(self, jobs: Jobs, notices: Notices, problem: str, parent: QObject) -> None:
        """Nothing is written yet.

        Args:
            jobs: runs the work.
            notices: are told.
            problem: title of the notice when it fails: "Could not save the map".
            parent: the state that writes.
        """
        super().__init__(parent)
        self._notices, self._problem = notices, problem
        self._job = LatestJob(jobs, self)
        self._job.succeeded.connect(self._on_written)
        self._job.failed.connect(self._on_failed)

    def start(self, work: Work) -> None:
        """Begin; the work answers with the path of the file."""
        self._job.start(work)

    @Slot(object)
    def _on_written(self, path: Path) -> None:
        self._notices.raise_toast(self.tr("Saved {}").format(path.name), path.parent)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if not was_cancelled(error):
            self._notices.raise_error(self._problem, error_text(error))
