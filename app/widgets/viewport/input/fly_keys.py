"""Flying with W A S D, Q and E while the keys are held."""

import time

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Slot

from moe3d_viewer.widgets.viewport.input.camera_controller import CameraController

STEPS = {
    Qt.Key.Key_W: (0, 0, -1),
    Qt.Key.Key_S: (0, 0, 1),
    Qt.Key.Key_A: (-1, 0, 0),
    Qt.Key.Key_D: (1, 0, 0),
    Qt.Key.Key_Q: (0, -1, 0),
    Qt.Key.Key_E: (0, 1, 0),
}
SPEED_PER_S = 0.22
"""Share of the scene's diagonal."""
FAST = 4.0
TICK_MS = 16


class FlyKeys(QObject):
    """Moves a camera as long as a key is down."""

    def __init__(self, controller: CameraController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._pressed: set[int] = set()
        self._is_fast = False
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def press(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Take a key press; False if it is not one of the flying keys."""
        shift = Qt.KeyboardModifier.ShiftModifier
        if key == Qt.Key.Key_Shift:
            self._is_fast = True
            return False
        if key not in STEPS or (modifiers & ~shift) != Qt.KeyboardModifier.NoModifier:
            return False
        self._is_fast = bool(modifiers & shift)
        self._pressed.add(key)
        if not self._timer.isActive():
            self._last = time.perf_counter() - TICK_MS / 1000
            self._timer.start()
            self._tick()
        return True

    def release(self, key: int) -> bool:
        """Take a key release; False if it is not one of the flying keys."""
        if key == Qt.Key.Key_Shift:
            self._is_fast = False
        if key not in STEPS:
            return False
        self._pressed.discard(key)
        if not self._pressed:
            self._timer.stop()
        return True

    def release_all(self) -> None:
        """Stop, as when the focus goes."""
        self._pressed.clear()
        self._timer.stop()

    @Slot()
    def _tick(self) -> None:
        now = time.perf_counter()
        elapsed_s, self._last = min(now - self._last, 0.1), now
        direction = np.sum([STEPS[Qt.Key(key)] for key in self._pressed], axis=0).astype(float)
        length = float(np.linalg.norm(direction))
        if length > 0:
            speed = SPEED_PER_S * (FAST if self._is_fast else 1.0)
            self._controller.fly_by(direction / length * speed * elapsed_s)
