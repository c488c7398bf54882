"""Fused surfaces: TSDF and screened Poisson, as coloured PLY meshes."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from moe3d.io.exports.export_content import Content
from moe3d.io.exports.export_job import Exporter, ExportJob
from moe3d.io.exports.formats import FORMAT_FACTS
from moe3d.io.formats.ply_mesh import read_mesh_ply, write_mesh_ply
from moe3d.scene.meshes.making import begin_mesh
from moe3d.scene.records import Mesh


def _write(kind: str, job: ExportJob, path: Path) -> Content:
    making = begin_mesh(job.prediction, job.mesh_recipe(kind), job.progress, job.made)
    (part,) = making.parts
    turn = job.export_from_world[:3, :3].astype(np.float32)
    mesh = replace(part.mesh, vertices=part.mesh.vertices @ turn.T)
    job.progress.report("write mesh")
    write_mesh_ply(path, mesh, job.notes())
    content = _facts(mesh)
    content.details["removed_by"] = dict(making.removed_by)
    return content


def _facts(mesh: Mesh) -> Content:
    content = Content(details={"faces": len(mesh.faces)})
    content.add(mesh.vertices, mesh.vertex_colors)
    return content


def _reread(path: Path) -> Content:
    return _facts(read_mesh_ply(path))


TSDF = Exporter(
    FORMAT_FACTS["mesh-tsdf"],
    partial(_write, "tsdf"),
    _reread,
    bytes_per_point=20,
    point_s=2e-6,
)
POISSON = Exporter(
    FORMAT_FACTS["mesh-poisson"],
    partial(_write, "poisson"),
    _reread,
    bytes_per_point=10,
    point_s=5e-5,
)
