"""Re-mixing 8 photos of 392x518 with four experts: from the wish until 2D and 3D show it.

    xvfb-run -a -s "-screen 0 1600x1200x24" python benchmarks/remix.py

The whole window, with a random gate and random experts in the network's own record. A wish counts
as shown when the map of the fused depth has been painted and the 3D view's next frame is swapped,
both after the mixture was there. A drag sends a wish every 16 ms; its frames are counted.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from moe3d.scene.mixture import Remix, remix_depth
from moe3d_viewer.arguments import Arguments
from moe3d_viewer.main import SWITCH_INTERVAL_S, make_application, make_viewer
from moe3d_viewer.viewer import Viewer
from moe3d_viewer.widgets.maps.map_tile import MapTile
from moe3d_viewer.widgets.viewport.cloud_view import CloudView
from moe3d_viewer.workers.jobs import window_functions
from tests.scenes import step_prediction


@dataclass(frozen=True)
class Figures:
    """Milliseconds from the wish until the last of 2D and 3D showed it."""

    points: int
    first: float
    """The first wish, for which the cloud is made ready."""
    soft_p50: float
    soft_p95: float
    soft_cpu_p50: float
    """Processor time of all threads, the rasteriser's too; a busy machine moves it less."""
    hard_p50: float
    solo_p50: float
    until_2d_p50: float
    arithmetic_2d_p50: float
    arithmetic_3d_p50: float
    drag_pictures_per_s: float
    gui_stall_p99: float


def random_prediction(num_views: int, height: int, width: int, num_experts: int):
    plain = step_prediction(num_views, height, width, num_experts)
    generator = np.random.default_rng(0)
    shape = plain.expert_depths.shape
    noisy = replace(
        plain,
        gate_logits=generator.normal(size=shape).astype(np.float32),
        expert_depths=(plain.depth[:, None] * generator.uniform(0.9, 1.1, shape)).astype(
            np.float32
        ),
    )
    return replace(noisy, depth=remix_depth(noisy, Remix(temperature=noisy.gate_temperature)))


class Paints(QObject):
    """Counts the paintings of a widget."""

    def __init__(self, tile: MapTile) -> None:
        super().__init__()
        self.count = 0
        tile.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.count += 1
        return False


class Bench:
    """One window with its result on the screen."""

    def __init__(self, viewer: Viewer, prediction) -> None:
        self.viewer, self.state = viewer, viewer.state
        self.state.session.show_prediction(prediction, Path("random.npz"))
        self.state.reconstruction.show(prediction)
        wait(lambda: self.state.display.prediction is not None)
        wait(lambda: self.view is not None and viewer.window.scene_view.is_settled)
        self.paints = Paints(viewer.window.findChild(MapTile, "tile_fused"))
        self.frames, self.wanted = 0, Remix()
        self.map_mark: int | None = None
        self.frame_mark: int | None = None
        self.state.remix.shown_changed.connect(self._on_shown)
        self.view.frameSwapped.connect(self._on_frame)

    @property
    def view(self) -> CloudView | None:
        return self.viewer.window.findChild(CloudView, "leftCloudView")

    def _on_frame(self) -> None:
        self.frames += 1

    def wish(self, make) -> tuple[float, float, float]:
        """Milliseconds until the map, and until both, show what was asked; processor time."""
        started, cpu = time.perf_counter(), time.process_time()
        self.map_mark = self.frame_mark = None
        make()
        self.wanted = self.state.remix.remix
        wait(lambda: self.map_mark is not None and self.paints.count > self.map_mark)
        map_ms = 1000 * (time.perf_counter() - started)
        wait(lambda: self.frame_mark is not None and self.frames > self.frame_mark)
        elapsed = time.perf_counter() - started, time.process_time() - cpu
        return map_ms, 1000 * elapsed[0], 1000 * elapsed[1]

    def _on_shown(self) -> None:
        """The mixture is handed to the views: what they paint from now on shows it."""
        shown = self.state.remix.shown
        if shown.remix == self.wanted and shown.is_active:
            self.map_mark = self.paints.count if self.map_mark is None else self.map_mark
            if shown.points is not None and self.frame_mark is None:
                self.frame_mark = self.frames


def wait(condition, limit_s: float = 60) -> None:
    """Run the event loop until the condition holds."""
    deadline = time.perf_counter() + limit_s
    while not condition():
        if time.perf_counter() > deadline:
            raise TimeoutError("the window did not show what was asked")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)


def measure_drag(bench: Bench, seconds: float) -> tuple[float, float]:
    """Different mixtures shown a second while a slider is dragged, and the timer's delay."""
    remix, shown, delays = bench.state.remix, [], []
    remix.shown_changed.connect(lambda: shown.append(remix.shown.remix.temperature))
    started = last = time.perf_counter()
    step = 0

    def drag() -> None:
        nonlocal step, last
        now = time.perf_counter()
        delays.append(1000 * (now - last) - 16)
        last, step = now, step + 1
        remix.set_temperature(0.2 + 0.01 * (step % 300))

    timer = QTimer()
    timer.setInterval(16)
    timer.timeout.connect(drag)
    timer.start()
    wait(lambda: time.perf_counter() - started > seconds, seconds + 60)
    timer.stop()
    return len(set(shown)) / seconds, float(np.percentile(delays, 99))


def median_ms(call, repeats: int = 15) -> float:
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - started))
    return float(np.median(times))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--views", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=25)
    parser.add_argument("--settings", type=Path, default=Path("remix-benchmark.ini"))
    options = parser.parse_args()
    sys.setswitchinterval(SWITCH_INTERVAL_S)  # as the program does
    application = make_application()
    store = QSettings(str(options.settings), QSettings.Format.IniFormat)
    viewer = make_viewer(Arguments(size=(1280, 800)), window_functions(), store)
    viewer.show()
    prediction = random_prediction(options.views, 392, 518, 4)
    bench = Bench(viewer, prediction)
    remix = viewer.state.remix
    first = bench.wish(lambda: remix.set_temperature(0.1))[1]
    temperatures = 0.2 + 0.01 * np.arange(options.repeats)
    soft = np.array([bench.wish(lambda t=t: remix.set_temperature(float(t))) for t in temperatures])
    hard = np.array([bench.wish(lambda i=i: remix.set_hard(i % 2 == 0)) for i in range(16)])[::2]
    remix.reset()
    solo = np.array([bench.wish(lambda i=i: remix.solo(i % 4)) for i in range(options.repeats)])
    remix.reset()
    wait(lambda: not remix.shown.is_active)
    pictures, stall = measure_drag(bench, 3.0)
    warm = Remix(temperature=1.0)
    figures = Figures(
        points=prediction.depth.size,
        first=first,
        soft_p50=float(np.median(soft[:, 1])),
        soft_p95=float(np.percentile(soft[:, 1], 95)),
        soft_cpu_p50=float(np.median(soft[:, 2])),
        hard_p50=float(np.median(hard[:, 1])),
        solo_p50=float(np.median(solo[:, 1])),
        until_2d_p50=float(np.median(soft[:, 0])),
        arithmetic_2d_p50=median_ms(lambda: remix_depth(prediction, warm)),
        arithmetic_3d_p50=median_ms(lambda: remix._remixer.points(prediction.expert_depths[:, 0])),
        drag_pictures_per_s=pictures,
        gui_stall_p99=stall,
    )
    print(json.dumps(asdict(figures), indent=2))
    viewer.window.close()
    options.settings.unlink(missing_ok=True)
    application.quit()


if __name__ == "__main__":
    main()
