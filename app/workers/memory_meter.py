"""How much memory this process takes, for the status bar."""

import sys
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot


def resident_bytes() -> int:
    """Memory of this process that is in RAM; 0 where the system does not say."""
    if sys.platform.startswith("linux"):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        import resource

        return pages * resource.getpagesize()
    return 0


class MemoryMeter(QObject):
    """Measures every few seconds."""

    measured = Signal(int)

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
