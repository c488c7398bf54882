"""The other process of `moe3d.scene.poisson`: a cloud in, Open3D's surface out."""

from pathlib import Path

import numpy as np
import open3d as o3d


def main(folder: str, depth: int) -> None:
    """Read cloud.npz of a folder and write mesh.npz beside it; tells its steps on stdout."""
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
