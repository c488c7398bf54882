"""How many frames of a video become photos."""

import math
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from moe3d_viewer.state.scene.session import SessionState
from moe3d_viewer.state.settings import Settings

LOWEST_RATE, HIGHEST_RATE = 0.05, 60.0


class VideoFramesState(QObject):
    """Keeps the rate, and reads the open videos again when it is changed."""

    changed = Signal()
    """The rate, or whether it can be changed."""

    def __init__(
        self,
        settings: Settings,
        session: SessionState,
        replace: Callable[[Callable[[], None], str], None],
    ) -> None:
        """Make one.

        Args:
            settings: keeps the rate.
            session: with the videos.
            replace: lets another scene of this name take the place of this one, if the user agrees.
        """
        super().__init__(session)
        self._settings, self._session, self._replace = settings, session, replace
        session.set_frames_per_second(_kept_rate(settings))
        session.views_changed.connect(self._tell)

    @property
    def rate(self) -> float:
        """Frames a second."""
        return self._session.frames_per_second

    @property
    def num_frames(self) -> int:
        """How many of the open photos are frames of videos."""
        views = self._session.views.views if self._session.views is not None else ()
        return sum(view.frame_s is not None for view in views)

    @property
    def has_video(self) -> bool:
        """Whether frames of a video are open."""
        return self.num_frames > 0

    @property
    def can_change(self) -> bool:
        """Whether the frames can be taken anew."""
        return self.has_video and self._session.can_run

    def set_rate(self, rate: float) -> None:
        """Take the frames of the open videos anew, and those of later ones, at this rate.

        They are another scene: what would be lost is asked about first.
        """
        rate = min(max(float(rate), LOWEST_RATE), HIGHEST_RATE)
        if rate != self.rate and self.can_change:
            name = self.tr("{} at {:g} frames a second").format(self._session.title, rate)
            self._replace(lambda: self._take(rate), name)
        self.changed.emit()  # the panel shows the rate that holds

    def _take(self, rate: float) -> None:
        self._session.set_frames_per_second(rate)
        self._settings.set_value("frames_per_second", f"{rate:g}")
        self._session.open_paths(self._session.paths)
        self.changed.emit()

    @Slot()
    def _tell(self) -> None:
        self.changed.emit()


def _kept_rate(settings: Settings) -> float:
    try:
        rate = float(settings.value("frames_per_second", "1"))
    except ValueError:
        return 1.0
    return rate if math.isfinite(rate) and LOWEST_RATE <= rate <= HIGHEST_RATE else 1.0
