"""The truth of the open scene, once the user has loaded one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from jaxtyping import Float32
from PySide6.QtCore import QObject, Signal, Slot

from moe3d import AlignedTruth, Progress, ScenePrediction, truth_beside
from moe3d_viewer.state.chosen_values import text
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, error_text, was_cancelled
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.remembered import Chosen, Remembered
from moe3d_viewer.state.scene.session import SessionState

SIDES = ("fused", "vggt", "refined", "vggt-refined")
"""Layers whose errors are shown."""
READ_TRUTH = JobKind[Callable[[Path, ScenePrediction, Progress], AlignedTruth]]("read_truth")
"""Read what a file or folder knows of the prediction's photos."""


class TruthChoice(Remembered):
    """Which truth belongs to the scene: kept in sessions."""

    path_changed = Signal()

    path = Chosen("", text, in_history=False)
    """File or folder; empty without truth."""

    def set_path(self, path: str) -> None:
        """Let this truth belong to the scene."""
        if self._keep("path", path):
            self.path_changed.emit()


class TruthState(QObject):
    """Holds truth for the prediction on the screen; another prediction reads it anew."""

    changed = Signal()
    """Truth came, or went."""
    loading_changed = Signal(bool)
    loaded = Signal()
    """The truth that the user asked for is there."""

    def __init__(
        self,
        jobs: Jobs,
        display: DisplayState,
        session: SessionState,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._jobs, self._display, self._notices = jobs, display, notices
        self._session, self._is_asked = session, False
        self.choice = TruthChoice(self)
        self._truth: AlignedTruth | None = None
        self._prediction: ScenePrediction | None = None
        self._asked_path: Path | None = None
        self._asked: ScenePrediction | None = None
        self._reading = LatestJob(jobs, self)
        self._reading.succeeded.connect(self._on_read)
        self._reading.failed.connect(self._on_failed)
        display.depths_changed.connect(self._on_display_changed)
        self.choice.path_changed.connect(self._on_chosen)

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
        return {f"error:{side}": (-most, most) for side in SIDES}

    @property
    def can_load(self) -> bool:
        """Whether there is a result that truth could belong to."""
        return self._display.prediction is not None

    @property
    def is_loading(self) -> bool:
        """Whether files are being read."""
        return self._reading.is_running

    @property
    def beside(self) -> Path | None:
        """The truth that lies beside the photos, as with the sample; None without any."""
        return truth_beside(self._session.paths)

    def load_beside(self) -> None:
        """Read the truth that lies beside the photos."""
        if self.beside is not None:
            self.load(self.beside)

    def load(self, path: Path) -> None:
        """Read a folder or file of truth, as the user asked; what was loaded before stays until
        that is done."""
        self._is_asked = True
        self._read(path)

    def _read(self, path: Path) -> None:
        prediction, jobs = self._display.prediction, self._jobs
        if prediction is None:
            return
        self._asked_path, self._asked = path, prediction
        self._reading.start(lambda progress, _publish: jobs[READ_TRUTH](path, prediction, progress))
        self.loading_changed.emit(True)

    def clear(self) -> None:
        """Forget the truth."""
        self.choice.set_path("")

    @Slot(object)
    def _on_read(self, truth: AlignedTruth) -> None:
        self._truth, self._prediction = truth, self._asked
        self.choice.set_path(str(self._asked_path))
        self.loading_changed.emit(False)
        self.changed.emit()
        if self._is_asked:
            self._is_asked = False
            self.loaded.emit()
            self._notices.raise_toast(self._told_of(truth))
        for note in truth.notes:
            self._notices.raise_toast(note)

    def _told_of(self, truth: AlignedTruth) -> str:
        parts = []
        if truth.has_depth:
            parts.append(self.tr("depth of {} photos").format(truth.num_known_views))
        if truth.camera_from_world is not None:
            parts.append(self.tr("cameras"))
        if truth.cloud is not None:
            parts.append(self.tr("a cloud"))
        text = self.tr("Truth loaded: {}. Compare has its rows, Maps the errors.")
        return text.format(", ".join(parts))

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._is_asked = False
        self.loading_changed.emit(False)
        if not was_cancelled(error):
            self._notices.raise_error(self.tr("Could not load the truth"), error_text(error))

    @Slot()
    def _on_chosen(self) -> None:
        """A session or undo brought another path, or none."""
        if not self.choice.path:
            self._reading.abandon()
            self._forget()
        elif self._display.is_preparing:
            return  # of another scene or result: read once that is on the screen
        elif self._truth is None or Path(self.choice.path) != self._asked_path:
            self._read(Path(self.choice.path))

    @Slot()
    def _on_display_changed(self) -> None:
        """Another result of the same photos reads the same truth anew."""
        if self._display.prediction is self._prediction:
            return
        self._prediction = self._display.prediction
        self._forget()
        if self.choice.path:
            self._read(Path(self.choice.path))

    def _forget(self) -> None:
        if self._truth is not None:
            self._truth = None
            self.changed.emit()
