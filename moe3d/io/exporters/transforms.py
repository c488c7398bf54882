"""nerfstudio: transforms.json, photos and a starting cloud, z up."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from moe3d.geometry.transforms import invert_rigid
from moe3d.io.exporters.ply import reread_ply
from moe3d.io.exports.export_content import Content
from moe3d.io.exports.export_job import Exporter, ExportJob
from moe3d.io.exports.formats import FORMAT_FACTS
from moe3d.io.exports.photos_out import ExportedPhoto, photo_names, write_photos
from moe3d.io.formats.ply import vertex_layout, write_header, write_vertices

_OPENCV_FROM_OPENGL = np.diag([1.0, -1.0, -1.0, 1.0])
CLOUD_FILE = "sparse_pc.ply"


def _write(job: ExportJob, path: Path) -> Content:
    content = Content()
    cloud = job.cloud(normals=False)
    layout = vertex_layout("plain", normals=False)
    with (path / CLOUD_FILE).open("wb") as stream:
        write_header(stream, len(cloud), layout, job.notes())
        write_vertices(stream, cloud.counted(content), layout)
    photos = write_photos(job, cloud.selection.layer, path / "images")
    poses = [
        invert_rigid(job.camera_from_export(cloud.selection.layer, photo.view))
        @ _OPENCV_FROM_OPENGL
        for photo in photos
    ]
    # No "applied_transform": it is for files whose points are still in the frame before it. Some
    # versions of nerfstudio move the points by it, others do not; the sidecar has it.
    document = {
        "camera_model": "OPENCV",
        "ply_file_path": CLOUD_FILE,
        "frames": [_frame(photo, pose) for photo, pose in zip(photos, poses, strict=True)],
    }
    text = json.dumps(document, indent=2, sort_keys=True)
    (path / "transforms.json").write_text(text + "\n", encoding="utf-8")
    content.num_files = len(photos) + 2
    content.details["photos"] = photo_names(job, photos)
    return content


def _frame(photo: ExportedPhoto, pose: Float[np.ndarray, "4 4"]) -> dict[str, Any]:
    matrix = photo.corner_intrinsics
    return {
        "file_path": f"images/{photo.file_name}",
        "w": photo.width,
        "h": photo.height,
        "fl_x": float(matrix[0, 0]),
        "fl_y": float(matrix[1, 1]),
        "cx": float(matrix[0, 2]),
        "cy": float(matrix[1, 2]),
        "k1": 0.0,
        "k2": 0.0,
        "p1": 0.0,
        "p2": 0.0,
        "transform_matrix": pose.tolist(),
    }


def _reread(path: Path) -> Content:
    content = reread_ply(path / CLOUD_FILE)
    document = json.loads((path / "transforms.json").read_text(encoding="utf-8"))
    found = [path / frame["file_path"] for frame in document["frames"]]
    content.num_files = sum(file.is_file() for file in found) + 2
    return content


TRANSFORMS = Exporter(
    FORMAT_FACTS["transforms"],
    _write,
    _reread,
    point_limit=200_000,
    bytes_per_point=15,
    has_photos=True,
)
