"""PLY clouds by preset."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from moe3d.io.exports.export_content import Content
from moe3d.io.exports.export_job import Exporter, ExportJob
from moe3d.io.exports.formats import FORMAT_FACTS
from moe3d.io.formats.ply import PlyVertices, read_ply, vertex_layout, write_header, write_vertices

READ_POINTS = 1 << 18


def _write(preset: str, job: ExportJob, path: Path) -> Content:
    content = Content()
    cloud = job.cloud()
    layout = vertex_layout(preset, cloud.options.normals, cloud.has_support)
    with path.open("wb") as stream:
        write_header(stream, len(cloud), layout, job.notes())
        write_vertices(stream, cloud.counted(content), layout)
    return content


def reread_ply(path: Path) -> Content:
    """Count what the file holds, a piece at a time."""
    content = Content()
    records = read_ply(path).records
    offset = records.offset if isinstance(records, np.memmap) else 0
    for start in range(0, len(records), READ_POINTS):
        # Read, not mapped: mapped pages would count as this program's memory.
        count = min(READ_POINTS, len(records) - start)
        at = offset + start * records.dtype.itemsize
        piece = PlyVertices(np.fromfile(path, records.dtype, count, offset=at), ())
        content.add(piece.points, piece.colors)
    return content


def _exporter(preset: str, name: str) -> Exporter:
    write: Callable[[ExportJob, Path], Content] = partial(_write, preset)
    plain = vertex_layout(preset, normals=False).itemsize
    return Exporter(
        FORMAT_FACTS[name],
        write,
        reread_ply,
        bytes_per_point=plain,
        bytes_per_normal=vertex_layout(preset, normals=True).itemsize - plain,
        bytes_per_support=vertex_layout(preset, normals=False, support=True).itemsize - plain,
    )


UNIVERSAL = _exporter("universal", "ply")
CLOUDCOMPARE = _exporter("cloudcompare", "ply-cloudcompare")
