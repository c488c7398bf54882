"""The truth of the open scene, once the user has loaded one."""

from pathlib import Path

import numpy as np
from jaxtyping import Float32
from PySide6.QtCore import QObject, Signal, Slot

from app.state.backend import Backend
from app.state.display import DisplayState
from app.state.job import JobRunner, LatestJob, error_text, was_cancelled
from app.state.notices import Notices
from moe3d.scene.records import ScenePrediction
from moe3d.scene.truth import AlignedTruth


class TruthState(QObject):
    """Holds truth for the prediction on the screen; another prediction reads it anew."""

    changed = Signal()
    """Truth came, or went."""
    loading_changed = Signal(bool)

    def __init__(
        self,
        backend: Backend,
        runner: JobRunner,
        display: DisplayState,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._backend, self._display, self._notices = backend, display, notices
        self._truth: AlignedTruth | None = None
        self._path: Path | None = None
        self._names: tuple[str, ...] = ()
        self._prediction: ScenePrediction | None = None
        self._asked_path: Path | None = None
        self._asked: ScenePrediction | None = None
        self._reading = LatestJob(runner, self)
        self._reading.succeeded.connect(self._on_read)
        self._reading.failed.connect(self._on_failed)
        display.changed.connect(self._on_display_changed)

    @property
    def truth(self) -> AlignedTruth | None:
        """Truth of the prediction on the screen; None when none was loaded."""
        return self._truth

    @property
    def depth(self) -> Float32[np.ndarray, "S H W"] | None:
        """True z-depth on the network's grid in the prediction's units, NaN where unknown; None
        without any."""
        known = self._truth is not None and self._truth.has_depth
        return self._truth.depth if self._truth is not None and known else None

    @property
    def error_ranges(self) -> dict[str, tuple[float, float]]:
        """Ends of the colours of the error maps, by key; empty without true depth."""
        if self._truth is None or self.depth is None:
            return {}
        most = self._truth.usual_error
        return {f"error:{side}": (-most, most) for side in ("fused", "vggt")}

    @property
    def path(self) -> Path | None:
        """Where the truth was read from, for sessions."""
        return self._path if self._truth is not None else None

    @property
    def can_load(self) -> bool:
        """Whether there is a result that truth could belong to."""
        return self._display.prediction is not None

    @property
    def is_loading(self) -> bool:
        """Whether files are being read."""
        return self._reading.is_running

    def load(self, path: Path) -> None:
        """Read a folder or file of truth; what was loaded before stays until that is done."""
        prediction, backend = self._display.prediction, self._backend
        if prediction is None:
            return
        self._asked_path, self._asked = path, prediction
        self._reading.start(
            lambda progress, _publish: backend.read_truth(path, prediction, progress)
        )
        self.loading_changed.emit(True)

    def clear(self) -> None:
        """Forget the truth."""
        self._reading.abandon()
        self._path = None
        if self._truth is not None:
            self._truth = None
            self.changed.emit()

    def stop(self) -> None:
        """Drop all work that is under way."""
        self._reading.abandon()

    @Slot(object)
    def _on_read(self, truth: AlignedTruth) -> None:
        self._truth, self._path, self._prediction = truth, self._asked_path, self._asked
        self._names = self._asked.names if self._asked is not None else ()
        self.loading_changed.emit(False)
        self.changed.emit()
        for note in truth.notes:
            self._notices.raise_toast(note)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.loading_changed.emit(False)
        if not was_cancelled(error):
            self._notices.raise_error(self.tr("Could not load the truth"), error_text(error))

    @Slot()
    def _on_display_changed(self) -> None:
        """Another result of the same photos reads the same truth; other photos have another."""
        prediction, path = self._display.prediction, self._path
        if prediction is self._prediction:
            return
        again = prediction is not None and prediction.names == self._names
        self.clear()
        self._prediction = prediction
        if again and path is not None:
            self.load(path)
