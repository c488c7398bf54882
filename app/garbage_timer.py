"""Collects Python's cyclic garbage in the GUI thread alone.

By itself Python collects in whatever thread makes the most objects: a job's. That would destroy Qt
objects there, finished threads among them, while the event loop still uses them.

What a module makes when it is imported stays to the end. torch alone makes so much that to look
through it takes longer than a frame: it is put aside without a look.
"""

import gc
import sys

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL_MS = 1000


class GarbageTimer(QObject):
    """Takes over from Python's own collector between `start` and `stop`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._num_modules = 0
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._collect)

    def start(self) -> None:
        """Call in the GUI thread."""
        gc.disable()
        self._put_aside()
        self._timer.start()

    def stop(self) -> None:
        """Give the task back to Python, with what was put aside."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def _collect(self) -> None:
        """The oldest generation that is due, by Python's own limits."""
        if len(sys.modules) != self._num_modules:
            self._put_aside()
            return
        limits = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, limit) in enumerate(limits) if count > limit]
        if due:
            gc.collect(due[-1])

    def _put_aside(self) -> None:
        """Modules come a few times in a session: garbage that is caught up in this is little."""
        self._num_modules = len(sys.modules)
        gc.freeze()
