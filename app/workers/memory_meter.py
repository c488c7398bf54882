"""How much memory this process takes, for the status bar."""

import psutil
from PySide6.QtCore import QObject, QTimer, Signal, Slot


def resident_bytes() -> int:
    """Memory of this process that is in RAM."""
    return psutil.Process().memory_info().rss


class MemoryMeter(QObject):
    """Measures every few seconds."""

    measured = Signal(object)
    """Bytes, as an int of any size: Qt's own int ends at 2 GB."""

    def __init__(self, interval_ms: int = 2000, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(interval_ms)
        self._timer.timeout.connect(self._on_timeout)

    def start(self) -> None:
        """Measure now and then every interval."""
        self._on_timeout()
        self._timer.start()

    def stop(self) -> None:
        """Measure no more."""
        self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        self.measured.emit(resident_bytes())
