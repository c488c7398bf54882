"""A row over the photos: how many frames a second of the open videos are used."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QWidget

from app.state.video_frames import HIGHEST_RATE, LOWEST_RATE, VideoFramesState
from app.widgets.export_fields import set_quietly
from app.widgets.parts import label


class VideoRate(QWidget):
    """Hidden while no video is open."""

    def __init__(self, frames: VideoFramesState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("video_rate_row")
        self._frames = frames
        self._rate = QDoubleSpinBox()
        self._rate.setObjectName("video_rate")
        self._rate.setAccessibleName(self.tr("Frames a second of the video"))
        self._rate.setRange(LOWEST_RATE, HIGHEST_RATE)
        self._rate.setDecimals(2)
        self._rate.setSingleStep(0.5)
        self._rate.setSuffix(self.tr(" a second"))
        self._rate.setKeyboardTracking(False)
        self._rate.valueChanged.connect(frames.set_rate)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(label(self.tr("Frames")))
        row.addWidget(self._rate, 1)
        frames.changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        self.setVisible(self._frames.has_video)
        can_change = self._frames.can_change
        self._rate.setEnabled(can_change)
        set_quietly(self._rate, self._frames.rate)
        self._rate.setToolTip(
            self.tr("How many frames of the video are photos: the sharpest of every interval")
            if can_change
            else self.tr("Other frames make another scene: save this result first (Ctrl+S)")
        )
