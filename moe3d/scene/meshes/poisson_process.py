"""The other process of `moe3d.scene.meshes.poisson`: a cloud in, Open3D's surface out."""

import os
import shutil
import threading
from pathlib import Path

import numpy as np


def _end_with_parent(folder: str) -> None:
    """Wait until the process that started this one is gone, then clear up and end."""
    while os.read(0, 1):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def main(folder: str, depth: int) -> int:
    """Read cloud.npz of a folder, write mesh.npz beside it, tell steps on stdout; returns 0."""
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    import open3d as o3d  # noqa: PLC0415 (a second, in which the parent may be killed)

    o3d.utility.set_verbosity_level(o3d.utility.VerbosityLevel.Debug)
    with np.load(Path(folder) / "cloud.npz") as given:
        cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(given["points"].astype(float)))
        cloud.normals = o3d.utility.Vector3dVector(given["normals"].astype(float))
        cloud.colors = o3d.utility.Vector3dVector(given["colors"] / 255.0)
    # One thread, so that the same cloud gives the same surface.
    found, _ = o3d.geometry.TriangleMesh.create_from_point_cloud_poisson(
        cloud, depth=depth, n_threads=1
    )
    colors = np.clip(np.round(np.asarray(found.vertex_colors) * 255), 0, 255)
    np.savez(
        Path(folder) / "mesh.npz",
        vertices=np.asarray(found.vertices).astype(np.float32).reshape(-1, 3),
        faces=np.asarray(found.triangles).astype(np.int64).reshape(-1, 3),
        colors=colors.astype(np.uint8).reshape(-1, 3),
    )
    return 0
