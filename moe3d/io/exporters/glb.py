"""GLB clouds with a camera node for every photo."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

from moe3d.errors import FileFormatError
from moe3d.geometry.transforms import invert_rigid
from moe3d.io.exports.export_content import Content
from moe3d.io.exports.export_job import Exporter, ExportJob
from moe3d.io.exports.formats import FORMAT_FACTS
from moe3d.io.files.outside_files import reading, require_file
from moe3d.io.formats.glb import GlbBuilder, srgb_colors
from moe3d.scene.layer_points import usable_cameras
from moe3d.scene.layers import named_layer


def _write(job: ExportJob, path: Path) -> Content:
    content = Content()
    parts = list(job.cloud(normals=False).counted(content))
    builder = GlbBuilder(job.notes())
    points = np.concatenate([part.points for part in parts])
    builder.add_points(points, np.concatenate([part.colors for part in parts]), "points")
    add_cameras(job, builder)
    with path.open("wb") as stream:
        builder.write(stream)
    return content


def add_cameras(job: ExportJob, builder: GlbBuilder) -> None:
    """Add every photo's camera, named after the photo, by the network's image."""
    layer = named_layer(job.prediction, job.options.cloud.layer)
    height, width = layer.depth.shape[1:]
    for view in np.flatnonzero(usable_cameras(layer)).tolist():
        world_from_camera = invert_rigid(layer.camera_from_world[view].astype(np.float64))
        pose = job.export_from_world @ world_from_camera
        name = job.prediction.names[view]
        builder.add_camera(pose, layer.intrinsics[view], (width, height), name)


def read_glb(path: Path) -> tuple[dict[str, Any], memoryview]:
    """The JSON and the binary part of a GLB file.

    Raises:
        FileFormatError: it is missing, of another kind or damaged.
    """
    require_file(path, FileFormatError, "wanted a GLB file")
    with reading(path, FileFormatError):
        data = path.read_bytes()
        magic, version, total = struct.unpack_from("<4sII", data)
        if (magic, version, total) != (b"glTF", 2, len(data)):
            raise ValueError("it is no GLB file of its own length")
        length = struct.unpack_from("<I", data, 12)[0]
        return json.loads(data[20 : 20 + length]), memoryview(data)[28 + length :]


def reread_glb(path: Path) -> Content:
    """Count vertices, bounds and vertex colours of every primitive.

    Raises:
        FileFormatError: it is missing, of another kind or damaged.
    """
    document, binary = read_glb(path)
    with reading(path, FileFormatError):
        return _counted(document, binary)


def _counted(document: dict[str, Any], binary: memoryview) -> Content:
    content = Content()
    for mesh in document["meshes"]:
        for primitive in mesh["primitives"]:
            attributes = primitive["attributes"]
            points = _accessor(document, binary, attributes["POSITION"], "<f4", 3)
            colors = None
            if "COLOR_0" in attributes:
                colors = srgb_colors(_accessor(document, binary, attributes["COLOR_0"], "<f4", 3))
            content.add(points, colors)
    return content


def _accessor(
    document: dict[str, Any], binary: memoryview, index: int, code: str, width: int
) -> np.ndarray:
    accessor = document["accessors"][index]
    offset = document["bufferViews"][accessor["bufferView"]]["byteOffset"]
    count = accessor["count"] * width
    return np.frombuffer(binary, code, count, offset).reshape(-1, width)


GLB = Exporter(
    FORMAT_FACTS["glb"],
    _write,
    reread_glb,
    point_limit=1_000_000,
    bytes_per_point=24,
)
