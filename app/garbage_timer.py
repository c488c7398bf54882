"""Collects Python's cyclic garbage in the GUI thread alone.

By itself Python collects in whatever thread makes the most objects: a job's. That would destroy Qt
objects there, finished threads among them, while the event loop still uses them.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL_MS = 1000


class GarbageTimer(QObject):
    """Takes over from Python's own collector between `start` and `stop`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._collect)

    def start(self) -> None:
        """Call in the GUI thread."""
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Give the task back to Python."""
        self._timer.stop()
        gc.enable()

    @Slot()
    def _collect(self) -> None:
        """The oldest generation that is due, by Python's own limits."""
        limits = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, limit) in enumerate(limits) if count > limit]
        if due:
            gc.collect(due[-1])
