"""Ten million points: our 3D view against pyqtgraph's GLScatterPlotItem, in one run.

    xvfb-run -a -s "-screen 0 1600x1200x24" python benchmarks/point_view.py --points 10000000

Both views have the same size, points of two pixels, depth test on, and orbit by the same steps. A
frame is what the event loop needs from a camera change until the picture has been swapped.
`point_bytes.py` counts the bytes.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pyqtgraph.opengl as gl
from OpenGL import GL
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from moe3d.scene.records import PointCloud
from moe3d_viewer.rendering.opengl.opengl_setup import prepare_opengl
from moe3d_viewer.rendering.pictures.color_mode import ColorMode
from moe3d_viewer.rendering.points.point_buffer import PointExtras, build_point_buffer
from moe3d_viewer.rendering.points.point_style import PointStyle
from moe3d_viewer.widgets.viewport.cloud_view import CloudView


@dataclass(frozen=True)
class Figures:
    """What issue and documentation quote; times in milliseconds unless they say otherwise."""

    points: int
    renderer: str
    build_s: float
    ours_frame_p50: float
    ours_frame_p95: float
    scatter_frame_p50: float
    scatter_frame_p95: float
    frame_p95_ratio: float
    ours_frame_cpu: float
    scatter_frame_cpu: float
    frame_cpu_ratio: float
    full_quality_s: float
    full_quality_cpu_s: float
    """Of all threads; over the number of cores it is what a quiet machine needs at least."""
    differing_pixels: float
    longest_still_step: float
    filter_to_frame_p95: float
    filter_to_frame_cpu: float
    color_mode_to_frame_p95: float
    color_mode_to_frame_cpu: float


def noisy_room(count: int) -> PointCloud:
    """Points on the six sides of a box with some noise, as depth maps give them."""
    generator = np.random.default_rng(0)
    points = generator.uniform(-1, 1, (count, 3)).astype(np.float32)
    axis = generator.integers(0, 3, count)
    side = np.sign(points[np.arange(count), axis])
    points[np.arange(count), axis] = side + generator.normal(0, 0.01, count)
    points *= np.array([3.0, 1.5, 3.0], np.float32)
    points[:, 2] += 4
    return PointCloud(
        points=points,
        colors=((points - points.min(0)) / np.ptp(points, axis=0) * 255).astype(np.uint8),
        confidence=generator.gamma(2, 2, count).astype(np.float32) + 1,
        view_index=np.repeat(np.arange(8), -(-count // 8))[:count].astype(np.int32),
        pixel_index=np.arange(count, dtype=np.int32),
        expert_index=generator.integers(0, 4, count, dtype=np.uint8),
        num_valid=count,
    )


def extras_of(cloud: PointCloud) -> PointExtras:
    """Everything that a cloud of the window carries, so that its bytes are counted."""
    generator = np.random.default_rng(1)
    shares = generator.random((2, len(cloud))).astype(np.float32)
    return PointExtras(
        gate_entropy=shares[0],
        difference=shares[1] - np.float32(0.5),
        flying=shares[0] > 0.95,
        edge_jump=shares[1],
    )


def next_frame(view: QWidget, change) -> np.ndarray:
    """Make a change and run the event loop until the next swapped frame.

    Returns:
        Elapsed milliseconds, and CPU milliseconds of all threads, which a busy machine moves less.
    """
    loop = QEventLoop()
    view.frameSwapped.connect(loop.quit)
    started, cpu_started = time.perf_counter(), time.process_time()
    change()
    view.update()
    QTimer.singleShot(60_000, loop.quit)
    loop.exec()
    elapsed = time.perf_counter() - started, time.process_time() - cpu_started
    view.frameSwapped.disconnect(loop.quit)
    return 1000 * np.array(elapsed)


def run_until(condition, limit_s: float = 600) -> float:
    """Seconds until the condition holds; raises if it never does."""
    started = time.perf_counter()
    while not condition() and time.perf_counter() - started < limit_s:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)
    if not condition():
        raise TimeoutError(f"the picture was not complete after {limit_s:.0f} s")
    return time.perf_counter() - started


def pixels_of(image: QImage) -> np.ndarray:
    rgb = image.convertToFormat(QImage.Format.Format_RGBX8888)
    return np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.width(), 4)[..., :3]


class TimedScatter(gl.GLViewWidget):
    """pyqtgraph's view; waits for the rasteriser so that a frame means a frame."""

    def paintGL(self) -> None:
        super().paintGL()
        GL.glFinish()


def measure_changes(view: CloudView, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Frames after a change of the threshold, and of the colour mode."""
    thresholds = iter(np.linspace(1, 6, frames))
    filters = np.array(
        [
            next_frame(
                view,
                lambda: view.set_style(
                    replace(view.style, confidence_threshold=float(next(thresholds)))
                ),
            )
            for _ in range(frames)
        ]
    )
    modes = [ColorMode.DEPTH, ColorMode.EXPERT, ColorMode.CONFIDENCE, ColorMode.PHOTO]
    colors = np.array(
        [
            next_frame(
                view,
                lambda mode=modes[index % 4]: view.set_style(replace(view.style, color_mode=mode)),
            )
            for index in range(frames)
        ]
    )
    return filters, colors


def measure_ours(cloud: PointCloud, size: tuple[int, int], frames: int) -> dict[str, float | str]:
    started = time.perf_counter()
    buffer = build_point_buffer(cloud, extras_of(cloud))
    build_s = time.perf_counter() - started
    view = CloudView()
    view.resize(*size)
    view.controller.flight_ms = 0
    view.overlays.show_gizmo(False)
    view.show()
    view.set_buffer(buffer)
    del buffer
    run_until(lambda: view.is_complete)
    view.makeCurrent()
    renderer = GL.glGetString(GL.GL_RENDERER).decode()
    view.doneCurrent()
    orbit = np.array(
        [next_frame(view, lambda: view.controller.orbit_by(3, 0.5)) for _ in range(frames + 20)]
    )
    steps: list[float] = []
    refine = view._renderer.refine

    def timed_refine() -> None:
        before = time.perf_counter()
        refine()
        steps.append(1000 * (time.perf_counter() - before))

    view._renderer.refine = timed_refine
    cpu_started = time.process_time()
    full_s = run_until(lambda: view.is_complete)
    full_cpu_s = time.process_time() - cpu_started
    filters, colors = measure_changes(view, frames)
    view.set_style(PointStyle(confidence_threshold=1.5))
    run_until(lambda: view.is_complete)
    progressive = pixels_of(view.grabFramebuffer()).copy()
    differing = float((progressive != pixels_of(view.image())).any(axis=-1).mean())
    view.close()
    return {
        "renderer": renderer,
        "build_s": build_s,
        "ours_frame_p50": float(np.median(orbit[20:, 0])),
        "ours_frame_p95": float(np.percentile(orbit[20:, 0], 95)),
        "ours_frame_cpu": float(np.median(orbit[20:, 1])),
        "full_quality_s": full_s,
        "full_quality_cpu_s": full_cpu_s,
        "differing_pixels": differing,
        "longest_still_step": max(steps, default=0.0),
        "filter_to_frame_p95": float(np.percentile(filters[5:, 0], 95)),
        "filter_to_frame_cpu": float(np.median(filters[5:, 1])),
        "color_mode_to_frame_p95": float(np.percentile(colors[5:, 0], 95)),
        "color_mode_to_frame_cpu": float(np.median(colors[5:, 1])),
    }


def measure_scatter(cloud: PointCloud, size: tuple[int, int], frames: int) -> dict[str, float]:
    view = TimedScatter()
    view.resize(*size)
    view.opts.update(distance=9)
    view.show()
    rgba = np.ones((len(cloud), 4), np.float32)
    rgba[:, :3] = cloud.colors / np.float32(255)
    item = gl.GLScatterPlotItem(pos=cloud.points, color=rgba, size=2.0, glOptions="opaque")
    view.addItem(item)
    next_frame(view, lambda: None)
    orbit = np.array([next_frame(view, lambda: view.orbit(1.2, 0.2)) for _ in range(frames)])
    view.close()
    return {
        "scatter_frame_p50": float(np.median(orbit[:, 0])),
        "scatter_frame_p95": float(np.percentile(orbit[:, 0], 95)),
        "scatter_frame_cpu": float(np.median(orbit[:, 1])),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, default=10_000_000)
    parser.add_argument("--frames", type=int, default=60, help="orbit frames of our view")
    parser.add_argument("--scatter-frames", type=int, default=8)
    parser.add_argument("--size", type=int, nargs=2, default=(1280, 800))
    options = parser.parse_args()
    prepare_opengl()
    application = QApplication([])
    cloud = noisy_room(options.points)
    ours = measure_ours(cloud, tuple(options.size), options.frames)
    scatter = measure_scatter(cloud, tuple(options.size), options.scatter_frames)
    ratio = scatter["scatter_frame_p95"] / float(ours["ours_frame_p95"])
    cpu_ratio = scatter["scatter_frame_cpu"] / float(ours["ours_frame_cpu"])
    figures = Figures(
        points=len(cloud), frame_p95_ratio=ratio, frame_cpu_ratio=cpu_ratio, **ours, **scatter
    )
    print(json.dumps(asdict(figures), indent=2))
    application.quit()


if __name__ == "__main__":
    main()
