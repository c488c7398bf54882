"""Where the scene's points are, along its right, up and front."""

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from moe3d import OrientedBox, SceneFrame, box_around
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.viewport.upright import UprightState

NO_CAMERAS = np.zeros((0, 4, 4))
PERCENT_OUTSIDE = 0.5


class ExtentState(QObject):
    """Follows the scene on the screen and the chosen up."""

    changed = Signal()

    def __init__(self, display: DisplayState, upright: UprightState) -> None:
        super().__init__()
        self._display, self._upright = display, upright
        self._frame: SceneFrame | None = None
        self._box: OrientedBox | None = None
        display.depths_changed.connect(self._forget)
        upright.frame_changed.connect(self._forget)

    @property
    def cameras(self) -> np.ndarray:
        """camera_from_world of the photos; none without a result."""
        prediction = self._display.prediction
        return NO_CAMERAS if prediction is None else prediction.camera_from_world

    @property
    def frame(self) -> SceneFrame:
        """Right, up and front."""
        if self._frame is None:
            self._frame = self._upright.frame(self.cameras)
        return self._frame

    @property
    def box(self) -> OrientedBox:
        """What holds nearly all points of the first layer; a unit box without a result."""
        if self._box is None:
            cloud = self._display.first_cloud
            sample = np.zeros((0, 3)) if cloud is None else cloud.sample
            self._box = box_around(sample, self.frame.axes, PERCENT_OUTSIDE)
        return self._box

    @Slot()
    def _forget(self) -> None:
        self._frame = self._box = None
        self.changed.emit()
