"""How long the window takes to come, and how long it stands still while it works.

    python benchmarks/window.py [start] [run] [open] [--photos PHOTOS] [--result FILE] [--why]
                                [--count 64]

Needs a display (xvfb-run). Stall: a 16 ms timer's delay in the GUI thread; `run`: while the mini
reconstructs the photos and its result is shown; `open`: while a saved result of many photos is read
and shown (made of the mini's answer where no file is named). Start: from a new process to the first
paint, best of several, on a warm disk, with compiled modules as an installed program has them.
Work: processor time of the GUI thread, what all would take on a machine with nothing else to do.
Core: time that the GUI thread was ready and had no processor (Linux). What is left of a delay after
both it waited for Python's lock, for the drawing or for a file.
Machine: a process of its own, with nothing to do, stood still as long at the same time; a virtual
machine now and then does as a whole. The figures named `own` are without these.
`--why` prints what every thread did when the timer was late; it reads their frames while they run,
and may end the process.
"""

import argparse
import faulthandler
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QSettings, Qt, QTimer

from moe3d import ScenePrediction

ROOT = Path(__file__).parents[1]
PHOTOS = ROOT / "assets" / "samples" / "room" / "images"
INTERVAL_MS = 16
LATE_S = 0.06
STARTS = 5
NUM_PHOTOS = 64
START_CODE = """
import resource, sys, time
began = float(sys.argv[1])
from moe3d_viewer.arguments import Arguments
from moe3d_viewer.main import make_application, make_viewer
app = make_application()
from PySide6.QtCore import QEvent, QObject, QSettings
store = QSettings(sys.argv[2], QSettings.Format.IniFormat)
viewer = make_viewer(Arguments(), store=store)
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() is QEvent.Type.Paint and watched is viewer.window:
            used = resource.getrusage(resource.RUSAGE_SELF)
            print(time.time() - began, used.ru_utime + used.ru_stime, flush=True)
            app.exit()
        return False
watch = Watch()
app.installEventFilter(watch)
viewer.show()
app.exec()
viewer.close_down()
"""


OUTSIDE_CODE = """
import sys, threading, time
asked = threading.Thread(target=sys.stdin.read, daemon=True)
asked.start()
before = time.perf_counter()
print("begun", flush=True)
is_over = False
while not is_over:
    is_over = not asked.is_alive()
    time.sleep(0.004)
    now = time.perf_counter()
    if now - before > 0.06:
        print(before, now, flush=True)
    before = now
"""
"""Prints from when to when it stood still, on the clock that all processes share."""


class OutsideWatch:
    """A process beside this one that notes when the whole machine stands still."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", OUTSIDE_CODE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def stop(self) -> list[tuple[float, float]]:
        """From when to when, in seconds of `time.perf_counter`."""
        told, _ = self._process.communicate()  # the end of its input ends it
        return [(float(a), float(b)) for a, b in (line.split() for line in told.splitlines())]


def overlap_s(begin: float, end: float, gaps: list[tuple[float, float]]) -> float:
    """How much of a span lies in gaps that do not overlap each other."""
    return sum(max(min(end, stop) - max(begin, start), 0.0) for start, stop in gaps)


class StallMeter(QObject):
    """Notes how late a timer comes."""

    def __init__(self, tell_why: bool = False) -> None:
        super().__init__()
        self.delays_ms: list[float] = []
        self.work_ms: list[float] = []
        """Processor time of the GUI thread from one tick to the next: what a delay would be on a
        machine with nothing else to do."""
        self.ends_s: list[float] = []
        """When each tick came, on the clock of `time.perf_counter`."""
        self.core_ms: list[float] = []
        """Time from one tick to the next in which the GUI thread waited for a processor."""
        self._tells_why = tell_why
        self._waits = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self._begin()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._on_timeout)

    def start(self) -> None:
        """Begin to measure."""
        self._begin()
        self._timer.start()
        if self._tells_why:
            faulthandler.dump_traceback_later(LATE_S + INTERVAL_MS / 1000)

    def stop(self) -> None:
        """Measure no more."""
        self._timer.stop()
        faulthandler.cancel_dump_traceback_later()

    def _begin(self) -> None:
        self._last, self._work = time.perf_counter(), time.thread_time()
        self._core_s = self._waited_s()

    def _waited_s(self) -> float:
        """How long this thread has waited for a processor since it began; 0 where unknown."""
        return int(self._waits.read_text().split()[1]) / 1e9 if self._waits.exists() else 0.0

    def _on_timeout(self) -> None:
        now, work, core_s = time.perf_counter(), time.thread_time(), self._waited_s()
        delay_ms = max((now - self._last) * 1000 - INTERVAL_MS, 0.0)
        self.delays_ms.append(delay_ms)
        self.ends_s.append(now)
        self.work_ms.append((work - self._work) * 1000)
        self.core_ms.append((core_s - self._core_s) * 1000)
        self._last, self._work, self._core_s = now, work, core_s
        if self._tells_why:
            if delay_ms > 1000 * LATE_S:
                sys.stderr.write(f"^^^ {delay_ms:.0f} ms at tick {len(self.delays_ms)}\n\n")
            faulthandler.dump_traceback_later(LATE_S + INTERVAL_MS / 1000)


def time_start() -> dict[str, float]:
    """Seconds from process start to the first paint, and processor time until then."""
    found, used = [], []
    with TemporaryDirectory() as folder:
        compiled = os.environ | {"PYTHONPYCACHEPREFIX": f"{folder}/compiled"}
        compiled.pop("PYTHONDONTWRITEBYTECODE", None)
        for _ in range(STARTS + 1):  # the first compiles, and is never the best
            words = [sys.executable, "-c", START_CODE, str(time.time()), f"{folder}/s.ini"]
            done = subprocess.run(
                words, cwd=ROOT, check=True, capture_output=True, text=True, env=compiled
            )
            taken_s, cpu_s = done.stdout.split()[:2]
            found.append(float(taken_s))
            used.append(float(cpu_s))
    return {
        "start_best_s": min(found),
        "start_median_s": float(np.median(found)),
        "start_best_cpu_s": min(used),
    }


def watch(path: Path, *, run: bool, tell_why: bool) -> dict[str, float]:
    """Delays of the timer from the opening, or from Run, until the 3D view is at full quality."""
    from moe3d_viewer.arguments import Arguments
    from moe3d_viewer.main import SWITCH_INTERVAL_S, make_application, make_viewer

    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the program itself does
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = make_application()
    meter, marks, outside = StallMeter(tell_why), {}, OutsideWatch()
    with TemporaryDirectory() as folder:
        store = QSettings(f"{folder}/s.ini", QSettings.Format.IniFormat)
        viewer = make_viewer(Arguments((path,), run=run), store=store)

        def mark(name: str, is_there: Callable[[], bool]) -> None:
            if name not in marks and is_there():
                marks[name] = time.perf_counter() - began

        def look() -> None:
            view, state = viewer.window.scene_view, viewer.state
            mark("visible_s", lambda: bool(state.display.prediction and view))
            is_over = not state.reconstruction.is_running and not state.display.is_preparing
            is_over = is_over and not state.display.is_building
            mark("whole_s", lambda: bool(marks and is_over and view and view.is_settled))
            if "whole_s" in marks:
                app.exit()  # quit() would ask about the unsaved result

        if run:
            viewer.state.session.views_changed.connect(meter.start)
        else:
            QTimer.singleShot(0, meter.start)
        poll = QTimer()
        poll.timeout.connect(look)
        poll.start(100)
        began = time.perf_counter()
        viewer.show()
        app.exec()
        meter.stop()
        gaps = outside.stop()
        viewer.close_down()
    delays, work, core = map(np.array, (meter.delays_ms, meter.work_ms, meter.core_ms))
    ends = np.array(meter.ends_s)
    begins = ends - (delays + INTERVAL_MS) / 1000
    machine = 1000 * np.array(
        [overlap_s(begin, end, gaps) for begin, end in zip(begins, ends, strict=True)]
    )
    own = np.maximum(delays - machine, 0.0)
    other = np.maximum(delays + INTERVAL_MS - work - core, 0.0)  # the timer's own rest among it
    return marks | {
        "ticks": len(delays),
        "p50_ms": float(np.percentile(delays, 50)),
        "p99_ms": float(np.percentile(delays, 99)),
        "longest_ms": float(delays.max()),
        "over_50_ms": int((delays > 50).sum()),
        "machine_longest_ms": float(machine.max()),
        "machine_sum_s": float(machine.sum()) / 1000,
        "own_p99_ms": float(np.percentile(own, 99)),
        "own_longest_ms": float(own.max()),
        "work_p99_ms": float(np.percentile(work, 99)),
        "work_longest_ms": float(work.max()),
        "core_p99_ms": float(np.percentile(core, 99)),
        "core_longest_ms": float(core.max()),
        "core_sum_s": float(core.sum()) / 1000,
        "other_p99_ms": float(np.percentile(other, 99)),
        "other_longest_ms": float(other.max()),
    }


def make_result(target: Path, photos: Path, count: int = NUM_PHOTOS) -> None:
    """A saved result of many photos: the mini's answer to a few, again and again."""
    import moe3d

    found = moe3d.load_reconstructor("mini").reconstruct(moe3d.read_views(photos))
    moe3d.write_prediction(repeated(found, count), target)


def repeated(prediction: ScenePrediction, count: int) -> ScenePrediction:
    """As many photos, the given ones in turn."""
    rows = [index % prediction.num_views for index in range(count)]

    def more(record: Any) -> Any:
        values = ((item.name, getattr(record, item.name)) for item in fields(record))
        changes = {
            name: value[rows] if isinstance(value, np.ndarray) else tuple(value[i] for i in rows)
            for name, value in values
            if isinstance(value, np.ndarray | tuple) and len(value) == prediction.num_views
        }
        return replace(record, **changes)

    made = more(replace(prediction, baseline=None, agreement=None))
    names = tuple(f"photo_{index:03}" for index in range(count))
    baseline = None if prediction.baseline is None else more(prediction.baseline)
    agreement = None if prediction.agreement is None else more(prediction.agreement)
    return replace(made, names=names, baseline=baseline, agreement=agreement)


def main() -> None:
    """Print what was asked for as JSON; everything but the reasons when nothing was."""
    reader = argparse.ArgumentParser()
    reader.add_argument("what", nargs="*", default=["start", "run", "open"])
    reader.add_argument("--photos", type=Path, default=PHOTOS)
    reader.add_argument("--result", type=Path)
    reader.add_argument("--why", action="store_true")
    reader.add_argument("--count", type=int, default=NUM_PHOTOS, help="photos of that result")
    reader.add_argument("--make", type=Path, help="only write the result of many photos")
    asked = reader.parse_args()
    if asked.make is not None:
        make_result(asked.make, asked.photos, asked.count)
        return
    found: dict[str, object] = {"load": os.getloadavg()}
    if "start" in asked.what:
        found["start"] = time_start()
    if "run" in asked.what:
        found["run"] = watch(asked.photos, run=True, tell_why=asked.why)
    if "open" in asked.what:
        with TemporaryDirectory() as folder:
            path = asked.result or Path(folder) / "scene.npz"
            if asked.result is None:  # in a process of its own: torch stays out of this one
                words = [sys.executable, __file__, "--photos", asked.photos, "--make", path]
                words += ["--count", str(asked.count)]
                subprocess.run(words, check=True)
            found["open"] = watch(path, run=False, tell_why=asked.why)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
