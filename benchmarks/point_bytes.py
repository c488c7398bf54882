"""Bytes a point of the whole window, on the CPU and GPU side together, against GLScatterPlotItem.

    xvfb-run -a -s "-screen 0 1600x1200x24" python benchmarks/point_bytes.py --points 10000000

The window shows a result of so many pixels beside VGGT's: two clouds. Counted is every array that
it holds more than before, whoever holds it, but for the result's own; and every vertex buffer, by
the size that OpenGL tells.
"""

import argparse
import gc
import json
import math
import sys
import time
import tracemalloc
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pyqtgraph.opengl as gl
from PySide6.QtCore import QEventLoop, QSettings
from PySide6.QtWidgets import QApplication

from moe3d_viewer.arguments import Arguments
from moe3d_viewer.main import make_application, make_viewer
from moe3d_viewer.viewer import Viewer
from moe3d_viewer.workers.jobs import window_functions
from tests.app.point_bytes import bytes_of, gpu_bytes
from tests.scenes import step_prediction

VIEWS = 8


@dataclass(frozen=True)
class Figures:
    """Bytes, a point of both clouds."""

    points: int
    arrays: float
    gpu: float
    scatter: float
    """Arrays that GLScatterPlotItem keeps, and the same on the GPU."""
    ratio: float
    """Ours over the scatter plot's."""
    while_remixed: float
    """Ours while a what-if moves the points of one of the two clouds."""


def wait(condition, limit_s: float = 600) -> None:
    """Run the event loop until the condition holds."""
    deadline = time.perf_counter() + limit_s
    while not condition():
        if time.perf_counter() > deadline:
            raise TimeoutError("the window did not come to rest")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)


def show(viewer: Viewer, side: int) -> None:
    """Put a result of eight square photos on the screen and wait until it is drawn."""
    prediction = step_prediction(VIEWS, side, side)
    viewer.state.session.show_prediction(prediction, Path("analytic.npz"))
    viewer.state.reconstruction.show(prediction)
    wait(lambda: viewer.state.display.total("fused") == VIEWS * side * side)
    settle(viewer)


def settle(viewer: Viewer) -> None:
    """Wait until all is drawn and no job runs."""
    wait(lambda: viewer.window.scene_view is not None and viewer.window.scene_view.is_settled)
    wait(lambda: viewer.runner.num_running == 0)


def arrays_held(viewer: Viewer) -> int:
    """Bytes beside the result."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0] - bytes_of(viewer.state.display.prediction)


def scatter_bytes(count: int) -> float:
    """Of one point of GLScatterPlotItem."""
    item = gl.GLScatterPlotItem(
        pos=np.zeros((count, 3), np.float32), color=np.ones((count, 4), np.float32)
    )
    return 2 * (item.pos.nbytes + item.color.nbytes) / count


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, default=10_000_000, help="of each of the two clouds")
    side = math.isqrt(parser.parse_args().points // VIEWS)
    application = make_application()
    with TemporaryDirectory() as folder:
        store = QSettings(f"{folder}/s.ini", QSettings.Format.IniFormat)
        viewer = make_viewer(Arguments(size=(1280, 800)), window_functions(), store)
        viewer.show()
        show(viewer, 16)  # what is loaded once is loaded now
        tracemalloc.start()
        show(viewer, side)
        both = 2 * VIEWS * side * side
        arrays, gpu, scatter = (
            arrays_held(viewer) / both,
            gpu_bytes(viewer) / both,
            scatter_bytes(9),
        )
        viewer.state.remix.solo(1)
        wait(lambda: viewer.state.remix.shown.points is not None)
        settle(viewer)
        remixed = (arrays_held(viewer) + gpu_bytes(viewer)) / both
        remixed -= viewer.state.remix.shown.depth.nbytes / both  # a result, as the model's own
        ratio = (arrays + gpu) / scatter
        figures = Figures(both // 2, arrays, gpu, scatter, ratio, remixed)
        print(json.dumps(asdict(figures), indent=2))
        viewer.close_down()
    application.quit()


if __name__ == "__main__":
    main()
