"""How long the window takes to come, and how long it stands still during a run.

    python benchmarks/window.py [PHOTOS]

Needs a display (xvfb-run). Stall: a 16 ms timer's delay in the GUI thread while the mini
reconstructs the photos and its result is shown. Start: from a new process to the first paint,
best of several, on a warm disk.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PySide6.QtCore import QObject, QSettings, Qt, QTimer

ROOT = Path(__file__).parents[1]
PHOTOS = ROOT / "assets" / "samples" / "room" / "images"
INTERVAL_MS = 16
STARTS = 5
START_CODE = """
import sys, time
began = float(sys.argv[1])
from app.arguments import Arguments
from app.main import make_application, make_viewer
from PySide6.QtCore import QEvent, QObject, QSettings
app = make_application()
store = QSettings(sys.argv[2], QSettings.Format.IniFormat)
viewer = make_viewer(Arguments(), store=store)
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() is QEvent.Type.Paint and watched is viewer.window:
            print(time.time() - began, flush=True)
            app.exit()
        return False
watch = Watch()
app.installEventFilter(watch)
viewer.show()
app.exec()
viewer.close_down()
"""


class StallMeter(QObject):
    """Notes how late a timer comes."""

    def __init__(self) -> None:
        super().__init__()
        self.delays_ms: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._on_timeout)

    def start(self) -> None:
        """Begin to measure."""
        self._last = time.perf_counter()
        self._timer.start()

    def _on_timeout(self) -> None:
        now = time.perf_counter()
        self.delays_ms.append(max((now - self._last) * 1000 - INTERVAL_MS, 0.0))
        self._last = now


def time_start() -> list[float]:
    """Seconds from process start to the first paint, several times."""
    found = []
    with TemporaryDirectory() as folder:
        for _ in range(STARTS):
            words = [sys.executable, "-c", START_CODE, str(time.time()), f"{folder}/s.ini"]
            done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
            found.append(float(done.stdout.split()[0]))
    return found


def measure_stalls(photos: Path) -> dict[str, float]:
    """Delays of the timer from Run until the 3D view is drawn at full quality."""
    from app.arguments import Arguments
    from app.main import SWITCH_INTERVAL_S, make_application, make_viewer

    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the program itself does
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = make_application()
    with TemporaryDirectory() as folder:
        store = QSettings(f"{folder}/s.ini", QSettings.Format.IniFormat)
        viewer = make_viewer(Arguments((photos,), run=True), store=store)
        meter, run_only = StallMeter(), []

        def look() -> None:
            view = viewer.window.scene_view
            if viewer.state.reconstruction.prediction is not None and not run_only:
                run_only.extend(meter.delays_ms)
            if viewer.state.display.prediction is not None and view and view.is_settled:
                app.exit()  # quit() would ask about the unsaved result

        viewer.state.session.views_changed.connect(meter.start)
        poll = QTimer()
        poll.timeout.connect(look)
        poll.start(100)
        viewer.show()
        app.exec()
        viewer.close_down()
    delays, run = np.array(meter.delays_ms), np.array(run_only)
    return {
        "ticks": len(delays),
        "run_p99_ms": float(np.percentile(run, 99)),
        "run_max_ms": float(run.max()),
        "with_display_p99_ms": float(np.percentile(delays, 99)),
        "with_display_max_ms": float(delays.max()),
    }


def main() -> None:
    """Print both as JSON."""
    photos = Path(sys.argv[1]) if len(sys.argv) > 1 else PHOTOS
    starts = time_start()
    result = {"start_best_s": min(starts), "start_median_s": float(np.median(starts))}
    print(json.dumps(result | measure_stalls(photos), indent=1))


if __name__ == "__main__":
    main()
