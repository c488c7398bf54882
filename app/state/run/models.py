"""Models that can be chosen, and the download of one, which only the user starts."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import Progress, ProgressReport
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, error_text, was_cancelled
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.run.run_options import RunOptionsState


@dataclass(frozen=True)
class ModelInfo:
    """A model that is built in or can be fetched, with what a user must know before."""

    key: str
    title: str
    size_bytes: int
    licence: str
    source: str = ""
    """Where a download comes from; empty for built-in models."""
    path: Path | None = None
    """Where the weights lie on this machine; None when they must be fetched first."""

    @property
    def is_here(self) -> bool:
        """Whether it can be used without a download."""
        return self.path is not None


KNOWN_MODELS = JobKind[Callable[[Progress], tuple[ModelInfo, ...]]]("known_models")
"""Models that can be chosen; asks no network."""
DOWNLOAD_MODEL = JobKind[Callable[[str, Progress], Path]]("download_model")
"""Fetch a model; only ever after the user's explicit word."""


class ModelsState(QObject):
    """The list of known models and at most one download."""

    models_changed = Signal()
    download_changed = Signal()
    """A download started, went on, or ended."""

    def __init__(
        self,
        jobs: Jobs,
        options: RunOptionsState,
        notices: Notices,
    ) -> None:
        super().__init__()
        self._jobs, self._options, self._notices = jobs, options, notices
        self._models: tuple[ModelInfo, ...] = ()
        self._downloading = ""
        self._report: ProgressReport | None = None
        self._listing = LatestJob(jobs, self)
        self._listing.succeeded.connect(self._on_listed)
        self._listing.failed.connect(self._on_failed)
        self._fetching = LatestJob(jobs, self)
        self._fetching.progressed.connect(self._on_progressed)
        self._fetching.succeeded.connect(self._on_fetched)
        self._fetching.failed.connect(self._on_failed)

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """Known models; empty until they were asked for."""
        return self._models

    @property
    def downloading(self) -> str:
        """Key of the model that is being fetched; empty when none is."""
        return self._downloading

    @property
    def download_report(self) -> ProgressReport | None:
        """How far the download is."""
        return self._report

    def ask_models(self) -> None:
        """Look which models are on this machine; asks no network."""
        jobs = self._jobs
        self._listing.start(lambda progress, _publish: jobs[KNOWN_MODELS](progress))

    def choose(self, key: str) -> None:
        """Use a known model for the next run."""
        self._options.set_model(key)

    def choose_file(self, path: Path) -> None:
        """Use a checkpoint file for the next run; it is checked when the run starts."""
        self._options.set_model(str(path))

    def download(self, key: str) -> None:
        """Fetch a model; ignored while another is on its way."""
        if self._downloading:
            return
        jobs = self._jobs
        self._downloading, self._report = key, None
        self._fetching.start(lambda progress, _publish: jobs[DOWNLOAD_MODEL](key, progress))
        self.download_changed.emit()

    def cancel_download(self) -> None:
        """Stop fetching; what has come is kept for the next try."""
        self._fetching.cancel()

    @Slot(object)
    def _on_listed(self, models: tuple[ModelInfo, ...]) -> None:
        self._models = models
        self.models_changed.emit()

    @Slot(object)
    def _on_progressed(self, report: ProgressReport) -> None:
        self._report = report
        self.download_changed.emit()

    @Slot(object)
    def _on_fetched(self, _path: object) -> None:
        key, self._downloading = self._downloading, ""
        self.download_changed.emit()
        self._notices.raise_toast(self.tr("Model {} is ready").format(key))
        self._options.set_model(key)
        self.ask_models()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        was_download, self._downloading = bool(self._downloading), ""
        self.download_changed.emit()
        if not was_cancelled(error):
            title = self.tr("The download failed" if was_download else "Could not list the models")
            self._notices.raise_error(title, error_text(error))
