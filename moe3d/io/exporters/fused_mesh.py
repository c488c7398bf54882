"""Fused surfaces: TSDF and screened Poisson, as coloured PLY meshes."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from moe3d.io.export_content import Content
from moe3d.io.export_job import Exporter, ExportJob, refuse_empty
from moe3d.io.ply_mesh import read_mesh_ply, write_mesh_ply
from moe3d.scene.cloud import iterate_clouds, join_clouds
from moe3d.scene.filters import Selection, kept_points, select_pixels
from moe3d.scene.fusion import robust_diagonal, tsdf_mesh
from moe3d.scene.poisson import poisson_mesh
from moe3d.scene.records import Mesh

POISSON_POINTS = 500_000


def _selection(job: ExportJob, max_points: int | None = None) -> Selection:
    """The kept pixels, cut at depth edges, where a surface would bridge them."""
    options = job.options.cloud
    if options.edge_rtol is None:
        options = replace(options, edge_rtol=job.options.mesh.edge_rtol)
    if options.max_points is None:
        options = replace(options, max_points=max_points)
    selection = select_pixels(job.prediction, options)
    refuse_empty(selection)
    return selection


def _write_tsdf(job: ExportJob, path: Path) -> Content:
    selection = _selection(job)
    mesh, voxel_size = job.options.mesh, job.options.mesh.voxel_size
    if voxel_size is None:
        points = kept_points(selection.layer, selection.keep)
        voxel_size = robust_diagonal(points) / mesh.tsdf_voxels
    made = tsdf_mesh(job.prediction, selection, voxel_size, job.progress, mesh.min_part_faces)
    return _finish(job, path, made, selection)


def _write_poisson(job: ExportJob, path: Path) -> Content:
    selection = _selection(job, POISSON_POINTS)
    cloud = join_clouds(list(iterate_clouds(job.prediction, selection, normals=True)), selection)
    mesh = job.options.mesh
    made = poisson_mesh(cloud, mesh.poisson_depth, job.progress, mesh.min_part_faces)
    return _finish(job, path, made, selection)


def _finish(job: ExportJob, path: Path, mesh: Mesh, selection: Selection) -> Content:
    turn = job.export_from_world[:3, :3].astype(np.float32)
    mesh = replace(mesh, vertices=mesh.vertices @ turn.T)
    job.progress.report("write mesh")
    write_mesh_ply(path, mesh, job.notes())
    content = _facts(mesh)
    content.details["removed_by"] = dict(selection.removed_by)
    return content


def _facts(mesh: Mesh) -> Content:
    content = Content(details={"faces": len(mesh.faces)})
    content.add(mesh.vertices, mesh.vertex_colors)
    return content


def _reread(path: Path) -> Content:
    return _facts(read_mesh_ply(path))


TSDF = Exporter(
    "Fused surface, TSDF (PLY)",
    "_tsdf.ply",
    _write_tsdf,
    _reread,
    bytes_per_point=20,
    point_s=2e-6,
)
POISSON = Exporter(
    "Smooth surface, Poisson (PLY)",
    "_poisson.ply",
    _write_poisson,
    _reread,
    bytes_per_point=10,
    point_s=5e-5,
)
