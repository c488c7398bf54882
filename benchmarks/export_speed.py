"""Export speed against Open3D and trimesh, side by side in one run.

    python benchmarks/export_speed.py [--points-m 10] [--folder /tmp] [--repeats 5]
    python benchmarks/export_speed.py --points-m 100 --only-memory

Prints processor seconds (all threads, user and system; least and median of the repeats, taken in
turns), ratios of the least, and peak memory above the prediction. Not wall time, so that a busy
machine does not decide the ratios; waiting for the disk does not count either.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import open3d as o3d
import trimesh

from moe3d.geometry.voxels import first_per_voxel
from moe3d.io.exports.export import export, exporter
from moe3d.io.exports.export_job import ExportJob, ExportOptions
from moe3d.io.formats.ply import write_ply
from moe3d.progress import Progress
from moe3d.scene.cloud import point_cloud
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import PointCloud, PredictionMetadata, ScenePrediction

HEIGHT, WIDTH = 392, 518
LEFT_SHARE = 0.5
"""Of the points, after voxel thinning."""


def prediction(num_views: int) -> ScenePrediction:
    """Smooth random depth of many views; the experts and the gate take no memory."""
    generator = np.random.default_rng(0)
    shape = (num_views, HEIGHT, WIDTH)
    depth = np.empty(shape, np.float32)
    confidence = np.empty(shape, np.float32)
    for view in range(num_views):
        coarse = generator.uniform(1, 5, (8, 8)).astype(np.float32)
        depth[view] = np.kron(coarse, np.ones((49, 65), np.float32))[:HEIGHT, :WIDTH]
        depth[view] += generator.normal(0, 0.01, shape[1:]).astype(np.float32)
        confidence[view] = generator.gamma(2, 2, shape[1:]) + 1
    cameras = np.tile(np.eye(4), (num_views, 1, 1))
    cameras[:, :3, 3] = generator.normal(0, 1, (num_views, 3))
    intrinsics = np.array([[500.0, 0, WIDTH / 2], [0, 500, HEIGHT / 2], [0, 0, 1]])
    transform = PixelTransform(WIDTH, HEIGHT, WIDTH, HEIGHT, 1.0, 1.0)
    return ScenePrediction(
        names=tuple(f"{view}.jpg" for view in range(num_views)),
        images=generator.integers(0, 255, (*shape, 3), np.uint8),
        depth=depth,
        confidence=confidence,
        camera_from_world=cameras,
        intrinsics=np.tile(intrinsics, (num_views, 1, 1)),
        valid_mask=np.ones(shape, bool),
        expert_depths=depth[:, None],
        gate_logits=np.broadcast_to(np.float32(0), (num_views, 1, HEIGHT, WIDTH)),
        gate_temperature=1.0,
        pixel_transforms=(transform,) * num_views,
        metadata=PredictionMetadata("benchmark"),
    )


def side_by_side(runs: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Run all in turns and print least and median; the least of each. The first is ours."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repeats):
        for name, run in runs.items():
            start = time.process_time()
            run()
            times[name].append(time.process_time() - start)
    least = {name: min(values) for name, values in times.items()}
    ours = next(iter(least.values()))
    for name, values in times.items():
        median = statistics.median(values)
        ratio = f"{least[name] / ours:.1f} x ours" if least[name] != ours else ""
        print(f"  {name}: {least[name]:.3f} s least, {median:.3f} s median  {ratio}")
    return least


def raw_write(path: Path, size: int) -> None:
    data = memoryview(bytes(1 << 22))
    with path.open("wb") as stream:
        for start in range(0, size, len(data)):
            stream.write(data[: size - start])
        stream.flush()
        os.fsync(stream.fileno())


def compare_writers(scene: ScenePrediction, folder: Path, repeats: int) -> None:
    cloud = point_cloud(scene, confidence_percentile=0)
    tensor = o3d.t.geometry.PointCloud(o3d.core.Tensor.from_numpy(cloud.points))
    tensor.point.colors = o3d.core.Tensor.from_numpy(cloud.colors)
    made = trimesh.PointCloud(cloud.points, cloud.colors)
    print(f"binary PLY of {len(cloud) / 1e6:.1f} M points (ours flushed to the disk)")
    side_by_side(
        {
            "ours": lambda: write_ply(folder / "a.ply", cloud, "plain", overwrite=True),
            "open3d tensor": lambda: o3d.t.io.write_point_cloud(str(folder / "b.ply"), tensor),
            "trimesh, cloud made before": lambda: made.export(folder / "c.ply"),
            "trimesh, from arrays": lambda: _trimesh_from_arrays(cloud, folder / "c.ply"),
            "raw write + fsync": lambda: raw_write(folder / "d", len(cloud) * 15),
        },
        repeats,
    )


def _trimesh_from_arrays(cloud: PointCloud, path: Path) -> None:
    trimesh.PointCloud(cloud.points, cloud.colors).export(path)


def compare_voxels(scene: ScenePrediction, repeats: int) -> None:
    points = point_cloud(scene, confidence_percentile=0).points
    size = _voxel_size(points)
    legacy = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points.astype(np.float64)))
    left = len(first_per_voxel(points, size))
    print(f"voxel thinning of {len(points) / 1e6:.1f} M to {left / 1e6:.1f} M")
    side_by_side(
        {
            "ours (first point)": lambda: first_per_voxel(points, size),
            "open3d": lambda: legacy.voxel_down_sample(size),
        },
        max(1, repeats // 2),
    )


def _voxel_size(points: np.ndarray) -> float:
    """The size that leaves about half of the points, by bisection."""
    low, high = 1e-4, 1.0
    for _ in range(10):
        middle = (low * high) ** 0.5
        left = len(first_per_voxel(points, middle))
        low, high = (middle, high) if left > LEFT_SHARE * len(points) else (low, middle)
    return (low * high) ** 0.5


def whole_export(scene: ScenePrediction, folder: Path, repeats: int) -> None:
    print(
        f"prediction of {scene.depth.size / 1e6:.1f} M pixels to a PLY of the 80 % most confident"
    )
    job = ExportJob(scene, ExportOptions(), "cv", Progress())
    ply = exporter("ply")
    side_by_side(
        {
            "unproject + filter + write": lambda: ply.write(job, folder / "e.ply"),
            "whole export, flushed, read back, sidecar": lambda: export(
                scene, folder, ["ply"], overwrite=True
            ),
        },
        repeats,
    )


def memory(scene: ScenePrediction, folder: Path) -> None:
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak of making the scene
    before = memory_mb("VmRSS")
    export(scene, folder, ["ply"], overwrite=True)
    peak = memory_mb("VmHWM") - before
    print(f"peak while exporting {scene.depth.size / 1e6:.0f} M points: {peak:.0f} MB above")


def memory_mb(field: str) -> float:
    """VmRSS (now) or VmHWM (peak) of this process; Linux only."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return float("nan")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--points-m", type=float, default=10)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only-memory", action="store_true")
    options = parser.parse_args()
    scene = prediction(max(1, round(options.points_m * 1e6 / HEIGHT / WIDTH)))
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        memory(scene, Path(name))
        if not options.only_memory:
            whole_export(scene, Path(name), options.repeats)
            compare_writers(scene, Path(name), options.repeats)
            compare_voxels(scene, options.repeats)


if __name__ == "__main__":
    main()
