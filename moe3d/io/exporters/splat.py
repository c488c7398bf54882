"""Gaussian splats to start a training from: one small round Gaussian a point, not trained."""

from pathlib import Path

import numpy as np
from jaxtyping import Float32, Shaped

from moe3d.geometry.transforms import transform_points
from moe3d.io.exports.export_content import Content
from moe3d.io.exports.export_job import CloudStream, Exporter, ExportJob
from moe3d.io.exports.formats import FORMAT_FACTS
from moe3d.io.formats.ply import read_ply, write_header
from moe3d.scene.records import PointCloud

SH_C0 = 0.28209479177387814
"""Spherical harmonic of degree 0: colour = 0.5 + SH_C0 * f_dc."""
OPACITY = 0.8
NAMES = (
    *("x", "y", "z", "nx", "ny", "nz", "f_dc_0", "f_dc_1", "f_dc_2", "opacity"),
    *("scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3"),
)
_LAYOUT = np.dtype([(name, "<f4") for name in NAMES])


def _write(job: ExportJob, path: Path) -> Content:
    content = Content()
    cloud = job.cloud(normals=True)
    comments = ("Gaussian initialisation, not a trained splat", *job.notes())
    with path.open("wb") as stream:
        write_header(stream, len(cloud), _LAYOUT, comments)
        for part in cloud.counted(content):
            stream.write(_records(cloud, part).data)
    return content


def _records(cloud: CloudStream, part: PointCloud) -> Shaped[np.ndarray, " N"]:
    table = np.zeros((len(part), len(NAMES)), "<f4")
    table[:, :3] = part.points
    if part.normals is not None:
        table[:, 3:6] = part.normals
    table[:, 6:9] = (part.colors / 255 - 0.5) / SH_C0
    table[:, 9] = np.log(OPACITY / (1 - OPACITY))
    table[:, 10:13] = np.log(_radius(cloud, part))[:, None]
    table[:, 13] = 1  # the identity, w first
    return table.view(_LAYOUT)[:, 0]


def _radius(cloud: CloudStream, part: PointCloud) -> Float32[np.ndarray, " N"]:
    """Half the spacing of neighbouring pixels at the point's depth, exported units."""
    view = int(part.view_index[0])
    layer = cloud.selection.layer
    camera_from_export = cloud.job.camera_from_export(layer, view)
    depth = transform_points(camera_from_export, part.points)[:, 2]
    return np.maximum(0.5 * depth / layer.intrinsics[view, 0, 0], 1e-12).astype(np.float32)


def _reread(path: Path) -> Content:
    content = Content()
    vertices = read_ply(path)
    f_dc = np.stack([vertices.records[f"f_dc_{channel}"] for channel in range(3)], axis=1)
    colors = np.clip(np.round((f_dc * SH_C0 + 0.5) * 255), 0, 255).astype(np.uint8)
    content.add(vertices.points, colors)
    return content


SPLAT = Exporter(
    FORMAT_FACTS["ply-splat"],
    _write,
    _reread,
    point_limit=1_000_000,
    bytes_per_point=_LAYOUT.itemsize,
)
