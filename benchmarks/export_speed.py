"""Export speed against Open3D and trimesh, side by side in one run.

    python benchmarks/export_speed.py [--points-m 10] [--folder /tmp]

Prints processor seconds (best of the repeats), ratios, and peak memory above the prediction.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import open3d as o3d
import trimesh

from moe3d.geometry.voxels import first_per_voxel
from moe3d.io.export import export
from moe3d.io.ply import write_ply
from moe3d.scene.cloud import point_cloud
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import PredictionMetadata, ScenePrediction

HEIGHT, WIDTH = 392, 518


def prediction(num_views: int) -> ScenePrediction:
    """Smooth random depth of many views."""
    generator = np.random.default_rng(0)
    shape = (num_views, HEIGHT, WIDTH)
    depth = np.empty(shape, np.float32)
    coarse = generator.uniform(1, 5, (num_views, 8, 8)).astype(np.float32)
    depth[:] = np.kron(coarse, np.ones((49, 65), np.float32))[:, :HEIGHT, :WIDTH]
    depth += generator.normal(0, 0.01, shape).astype(np.float32)
    cameras = np.tile(np.eye(4), (num_views, 1, 1))
    cameras[:, :3, 3] = generator.normal(0, 1, (num_views, 3))
    intrinsics = np.array([[500.0, 0, WIDTH / 2], [0, 500, HEIGHT / 2], [0, 0, 1]])
    transform = PixelTransform(WIDTH, HEIGHT, WIDTH, HEIGHT, 1.0, 1.0)
    logits = np.zeros((num_views, 1, HEIGHT, WIDTH), np.float32)
    return ScenePrediction(
        names=tuple(f"{view}.jpg" for view in range(num_views)),
        images=generator.integers(0, 255, (*shape, 3), np.uint8),
        depth=depth,
        confidence=generator.gamma(2, 2, shape).astype(np.float32) + 1,
        camera_from_world=cameras,
        intrinsics=np.tile(intrinsics, (num_views, 1, 1)),
        valid_mask=np.ones(shape, bool),
        expert_depths=depth[:, None],
        gate_logits=logits,
        gate_temperature=1.0,
        pixel_transforms=(transform,) * num_views,
        metadata=PredictionMetadata("benchmark"),
    )


def best(run: Callable[[], object], repeats: int = 3) -> float:
    """Processor seconds (all threads, user and system) of the cheapest run.

    Not wall time, so that a busy machine does not decide the ratios; waiting for the disk does
    not count either.
    """
    times = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


def raw_write(path: Path, size: int) -> None:
    data = memoryview(bytes(1 << 23))
    with path.open("wb") as stream:
        for start in range(0, size, len(data)):
            stream.write(data[: size - start])
        stream.flush()
        os.fsync(stream.fileno())


def compare_writers(scene: ScenePrediction, folder: Path) -> None:
    cloud = point_cloud(scene, confidence_percentile=0)
    tensor = o3d.t.geometry.PointCloud(o3d.core.Tensor.from_numpy(cloud.points))
    tensor.point.colors = o3d.core.Tensor.from_numpy(cloud.colors)
    mesh = trimesh.PointCloud(cloud.points, cloud.colors)
    ours = best(lambda: write_ply(folder / "a.ply", cloud, "plain", overwrite=True))
    rows = {
        "open3d tensor": best(lambda: o3d.t.io.write_point_cloud(str(folder / "b.ply"), tensor)),
        "trimesh": best(lambda: mesh.export(folder / "c.ply"), repeats=2),
        "raw write + fsync": best(lambda: raw_write(folder / "d", len(cloud) * 15)),
    }
    print(f"PLY of {len(cloud) / 1e6:.1f} M points: ours {ours:.2f} s of processor time")
    for name, seconds in rows.items():
        print(f"  {name}: {seconds:.2f} s, {seconds / ours:.1f} x ours")


def compare_voxels(scene: ScenePrediction) -> None:
    points = point_cloud(scene, confidence_percentile=0).points
    size = 0.02
    legacy = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points.astype(np.float64)))
    ours = best(lambda: first_per_voxel(points, size), repeats=2)
    theirs = best(lambda: legacy.voxel_down_sample(size), repeats=1)
    left = len(first_per_voxel(points, size))
    print(
        f"voxels {len(points) / 1e6:.1f} M to {left / 1e6:.1f} M: ours {ours:.2f} s, "
        f"open3d {theirs:.2f} s, {theirs / ours:.1f} x ours"
    )


def memory_mb(field: str) -> float:
    """VmRSS (now) or VmHWM (peak) of this process; Linux only."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return float("nan")


def whole_export(scene: ScenePrediction, folder: Path) -> None:
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak of making the scene
    before = memory_mb("VmRSS")
    seconds = best(lambda: export(scene, folder, ["ply"], overwrite=True), repeats=2)
    peak = memory_mb("VmHWM") - before
    print(f"export of a PLY, read back, with sidecar: {seconds:.2f} s, peak {peak:.0f} MB above")
    cloud_seconds = best(lambda: point_cloud(scene), repeats=2)
    print(f"unproject + filter to a cloud in memory: {cloud_seconds:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--points-m", type=float, default=10)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--only-export", action="store_true")
    options = parser.parse_args()
    scene = prediction(max(1, round(options.points_m * 1e6 / HEIGHT / WIDTH)))
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        whole_export(scene, Path(name))
        if not options.only_export:
            compare_writers(scene, Path(name))
            compare_voxels(scene)


if __name__ == "__main__":
    main()
