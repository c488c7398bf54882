"""How many frames of a video become photos."""

import math

from PySide6.QtCore import QObject, Signal, Slot

from app.state.reconstruction import ReconstructionState
from app.state.scene_file import SceneFileState
from app.state.session import SessionState
from app.state.settings import Settings

LOWEST_RATE, HIGHEST_RATE = 0.05, 60.0


class VideoFramesState(QObject):
    """Keeps the rate, and reads the open videos again when it is changed."""

    changed = Signal()
    """The rate, or whether it can be changed."""

    def __init__(
        self,
        settings: Settings,
        session: SessionState,
        scene_file: SceneFileState,
        reconstruction: ReconstructionState,
    ) -> None:
        super().__init__(session)
        self._settings, self._session = settings, session
        self._scene_file, self._reconstruction = scene_file, reconstruction
        session.set_frames_per_second(_kept_rate(settings))
        session.views_changed.connect(self._tell)
        scene_file.changed.connect(self._tell)
        reconstruction.phase_changed.connect(self._tell)

    @property
    def rate(self) -> float:
        """Frames a second."""
        return self._session.frames_per_second

    @property
    def has_video(self) -> bool:
        """Whether frames of a video are open."""
        views = self._session.views.views if self._session.views is not None else ()
        return any(view.frame_s is not None for view in views)

    @property
    def can_change(self) -> bool:
        """Whether the frames can be taken anew without losing a result."""
        is_busy = self._reconstruction.is_running or self._scene_file.is_modified
        return self.has_video and self._session.can_run and not is_busy

    def set_rate(self, rate: float) -> None:
        """Take the frames of the open videos anew, and those of later ones, at this rate."""
        rate = min(max(float(rate), LOWEST_RATE), HIGHEST_RATE)
        if rate == self.rate or not self.can_change:
            self.changed.emit()  # the panel shows the rate that holds
            return
        self._session.set_frames_per_second(rate)
        self._settings.set_value("frames_per_second", f"{rate:g}")
        self._session.open_paths(self._session.paths)
        self.changed.emit()

    @Slot()
    @Slot(object)
    def _tell(self, _phase: object = None) -> None:
        self.changed.emit()


def _kept_rate(settings: Settings) -> float:
    try:
        rate = float(settings.value("frames_per_second", "1"))
    except ValueError:
        return 1.0
    return rate if math.isfinite(rate) and LOWEST_RATE <= rate <= HIGHEST_RATE else 1.0
