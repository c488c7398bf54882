"""A mesh of two million triangles while the view turns: coarser levels against all triangles.

    xvfb-run -a -s "-screen 0 1600x1200x24" python benchmarks/mesh_view.py --triangles 2000000

Both turn by the same steps in the same view; the only difference is whether a moving picture may
hold a coarser level. A frame is what the event loop needs from a camera change until the picture
has been swapped.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from moe3d.scene.records import Mesh
from moe3d_viewer.rendering.meshes.mesh_buffer import MeshBuffer, build_mesh_buffer
from moe3d_viewer.rendering.opengl.opengl_setup import prepare_opengl
from moe3d_viewer.rendering.space.camera import Camera
from moe3d_viewer.widgets.viewport.cloud_view import CloudView
from moe3d_viewer.widgets.viewport.drawing.mesh_layer import DrawnMesh, MeshStyle
from moe3d_viewer.widgets.viewport.drawing.mesh_storage import MeshStorage


@dataclass(frozen=True)
class Figures:
    """Times in milliseconds unless they say otherwise."""

    triangles: int
    levels: list[int]
    pack_s: float
    frame_p50: float
    frame_p95: float
    whole_frame_p50: float
    whole_frame_p95: float
    ratio_p95: float
    full_quality_s: float
    longest_still_step: float


def hills(triangles: int) -> Mesh:
    """A wavy square of about so many triangles, with colours."""
    side = int(np.sqrt(triangles / 2)) + 1
    y, x = np.meshgrid(*[np.linspace(-2, 2, side, dtype=np.float32)] * 2, indexing="ij")
    z = (0.2 * np.sin(5 * x) * np.cos(4 * y)).astype(np.float32)
    index = np.arange(side * side).reshape(side, side)
    a, b, c, d = (
        part.ravel() for part in (index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:])
    )
    faces = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)])
    points = np.stack([x.ravel(), y.ravel(), z.ravel()], 1)
    colors = (127 + 100 * np.sin(9 * points)).astype(np.uint8)
    return Mesh(points, faces, vertex_colors=colors)


def frames(view: CloudView, count: int) -> list[float]:
    """Turn step by step; how long each picture took."""
    times, loop = [], QEventLoop()
    view.frameSwapped.connect(loop.quit)
    limit = QTimer()
    limit.timeout.connect(loop.quit)
    for step in range(count):
        angle = 0.02 * step
        turn = np.array(
            [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
        )
        looking = turn @ np.diag([1.0, -1.0, -1.0])
        limit.start(5000)
        started = time.perf_counter()
        view.follow(Camera(6.0 * looking[:, 2], looking, np.zeros(3)))
        loop.exec()
        times.append(1000 * (time.perf_counter() - started))
    view.frameSwapped.disconnect(loop.quit)
    return times[count // 4 :]


def settle(view: CloudView) -> float:
    """Seconds until the picture at rest is whole."""
    started = time.perf_counter()
    while not view.is_complete:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
    return time.perf_counter() - started


def longest_step(view: CloudView) -> float:
    """The longest the event loop stands still while a picture at rest is drawn."""
    view.follow(replace(view.camera, fov_y_deg=view.camera.fov_y_deg + 1))
    longest = 0.0
    while not view.is_complete:
        started = time.perf_counter()
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 1)
        longest = max(longest, 1000 * (time.perf_counter() - started))
    return longest


def show(view: CloudView, buffer: MeshBuffer) -> None:
    """Draw this mesh alone."""
    view.objects.show_meshes([DrawnMesh(MeshStorage(buffer), style=MeshStyle("textured"))])


def measure(triangles: int, count: int) -> Figures:
    """All figures of one run."""
    started = time.perf_counter()
    buffer = build_mesh_buffer(hills(triangles))
    pack_s = time.perf_counter() - started
    view = CloudView()
    view.resize(1280, 720)
    view.show()
    show(view, buffer)
    settle(view)
    moving = frames(view, count)
    full_quality_s = settle(view)
    longest = longest_step(view)
    show(view, replace(buffer, levels=buffer.levels[:1]))
    settle(view)
    whole = frames(view, max(count // 3, 8))
    (p50, p95), (whole_p50, whole_p95) = (np.percentile(part, [50, 95]) for part in (moving, whole))
    return Figures(
        buffer.num_faces,
        [len(level) for level in buffer.levels],
        pack_s,
        float(p50),
        float(p95),
        float(whole_p50),
        float(whole_p95),
        float(p95 / whole_p95),
        full_quality_s,
        longest,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--triangles", type=int, default=2_000_000)
    parser.add_argument("--frames", type=int, default=120)
    arguments = parser.parse_args()
    prepare_opengl()
    application = QApplication(sys.argv[:1])
    print(json.dumps(asdict(measure(arguments.triangles, arguments.frames)), indent=2))
    application.quit()


if __name__ == "__main__":
    main()
