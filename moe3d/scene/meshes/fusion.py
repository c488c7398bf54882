"""One surface out of all photos by TSDF fusion, with Open3D."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from moe3d.errors import EmptyExportError, UsageError
from moe3d.geometry.open3d_module import load_open3d
from moe3d.progress import Progress
from moe3d.scene.filters import Selection
from moe3d.scene.layer_points import kept_points
from moe3d.scene.meshes.mesh import canonical, without_small_parts
from moe3d.scene.records import Mesh, ScenePrediction

if TYPE_CHECKING:
    import open3d as o3d
else:
    o3d = load_open3d()

TSDF_VOXELS = 384
"""Voxels along the scene's robust diagonal when no size is given."""

MAX_VOXELS_AWAY = 1 << 16
"""Pixels that lie farther than so many voxels from their camera are left out: some 170 diagonals
away. Open3D walks along a ray in steps that do not change such a depth, and never arrives."""

SMALLEST_SIDE = 8
"""Open3D looks at every fourth pixel first and cannot fuse less than this."""


def tsdf_mesh(
    prediction: ScenePrediction,
    selection: Selection,
    voxel_size: float | int | None = None,
    progress: Progress | None = None,
    min_part_faces: int | None = None,
) -> Mesh:
    """Fuse the kept depth of all photos into a signed distance volume and mesh its surface.

    Args:
        prediction: gives the colours.
        selection: gives layer, cameras and pixels.
        voxel_size: scene units; None takes the robust diagonal over `TSDF_VOXELS`.
        progress: told after every photo.
        min_part_faces: smallest connected part that stays; None takes 0.2 % of all faces.

    Raises:
        EmptyExportError: the volume holds no surface.
    """
    reporter = progress or Progress()
    if min(selection.keep.shape[1:]) < SMALLEST_SIDE:
        raise EmptyExportError(
            f"nothing to export: fusion needs depth maps of {SMALLEST_SIDE} pixels a side; these "
            f"have {min(selection.keep.shape[1:])}"
        )
    if voxel_size is None:
        voxel_size = robust_diagonal(kept_points(selection.layer, selection.keep)) / TSDF_VOXELS
    if not (np.isfinite(voxel_size) and voxel_size > 0):
        raise UsageError(f"the voxel size must be above 0; got {voxel_size}")
    # Open3D's truncations suit metres: fuse at a voxel of 1 cm, then scale back.
    shrink = 0.01 / float(voxel_size)
    volume = o3d.t.geometry.VoxelBlockGrid(
        attr_names=("tsdf", "weight", "color"),
        attr_dtypes=(o3d.core.float32, o3d.core.float32, o3d.core.float32),
        attr_channels=[o3d.core.SizeVector([size]) for size in (1, 1, 3)],
        voxel_size=0.01,
        block_resolution=8,
        block_count=10000,
    )
    for view in range(prediction.num_views):
        reporter.report("fuse depth", view, prediction.num_views)
        if selection.keep[view].any():
            _integrate(volume, prediction, selection, view, shrink)
    reporter.report("extract surface")
    found = volume.extract_triangle_mesh(weight_threshold=0.5)
    if "indices" not in found.triangle or len(found.triangle.indices) == 0:
        raise EmptyExportError("nothing to export: fusion found no surface; loosen the filters")
    colors = found.vertex.colors.numpy()
    mesh = Mesh(
        vertices=(found.vertex.positions.numpy() / shrink).astype(np.float32),
        faces=found.triangle.indices.numpy().astype(np.int64),
        vertex_colors=np.clip(np.round(colors * 255), 0, 255).astype(np.uint8),
    )
    return canonical(without_small_parts(mesh, min_part_faces))


def robust_diagonal(points: Float[np.ndarray, "N 3"]) -> float:
    """Diagonal of the box that holds the middle 96 percent along every axis."""
    if len(points) == 0:
        return 0.0
    low, high = np.percentile(points[:: max(1, len(points) // 100_000)], [2, 98], axis=0)
    return float(np.linalg.norm(high - low))


def _integrate(
    volume: o3d.t.geometry.VoxelBlockGrid,
    prediction: ScenePrediction,
    selection: Selection,
    view: int,
    shrink: float,
) -> None:
    layer = selection.layer
    camera_from_world = layer.camera_from_world[view].astype(np.float64)
    camera_from_world[:3, 3] *= shrink
    with np.errstate(invalid="ignore", over="ignore"):
        depth = layer.depth[view].astype(np.float64) * shrink
        usable = selection.keep[view] & (depth < MAX_VOXELS_AWAY * 0.01)
    if not usable.any() or np.abs(camera_from_world[:3, 3]).max() > MAX_VOXELS_AWAY:
        return
    depth = np.where(usable, depth, 0).astype(np.float32)
    depth_image = o3d.t.geometry.Image(np.ascontiguousarray(depth[..., None]))
    color_image = o3d.t.geometry.Image(prediction.images[view].astype(np.float32) / 255)
    intrinsics = o3d.core.Tensor.from_numpy(layer.intrinsics[view].astype(np.float64))
    camera = o3d.core.Tensor.from_numpy(camera_from_world)
    limits = (1.0, float(depth.max()) * 1.01)
    blocks = volume.compute_unique_block_coordinates(depth_image, intrinsics, camera, *limits)
    volume.integrate(blocks, depth_image, color_image, intrinsics, intrinsics, camera, *limits)
