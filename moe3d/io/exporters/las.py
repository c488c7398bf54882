"""LAS 1.4 clouds, point format 7, z up, for surveying programs."""

import datetime
from pathlib import Path

import laspy
import numpy as np
from jaxtyping import Float

from moe3d.io.exports.export_content import Content
from moe3d.io.exports.export_job import Exporter, ExportJob
from moe3d.io.exports.formats import FORMAT_FACTS
from moe3d.scene.records import PointCloud

# Files carry a date; a fixed one keeps repeated exports the same byte by byte.
NO_DATE = datetime.date(2000, 1, 1)
STEPS = 1e9
"""Integer steps along the longest side."""
READ_POINTS = 1 << 20


def _write(job: ExportJob, path: Path) -> Content:
    cloud = job.cloud(normals=False)
    content = Content()
    for _ in cloud.counted(content):  # the header needs the bounds first
        pass
    header = _header(content.lowest, content.highest, cloud.has_support)
    with (
        path.open("wb") as stream,
        laspy.open(stream, mode="w", header=header, closefd=False) as writer,
    ):
        for part in cloud:
            writer.write_points(_points(header, part))
    content.details["coordinate_step"] = header.scales.tolist()
    return content


def _header(
    lowest: Float[np.ndarray, "3"], highest: Float[np.ndarray, "3"], has_support: bool
) -> laspy.LasHeader:
    header = laspy.LasHeader(point_format=7, version="1.4")
    columns = [("confidence", "f4"), ("winner", "u1"), ("photo", "u2")]
    for name, code in columns + [("support", "u1")] * has_support:
        header.add_extra_dim(laspy.ExtraBytesParams(name=name, type=np.dtype(code)))
    extent = max(float(np.max(highest - lowest)), float(np.abs(highest).max()) * 1e-7, 1e-30)
    header.scales = np.full(3, 10.0 ** np.ceil(np.log10(extent / STEPS)))
    header.offsets = lowest.astype(np.float64)
    header.creation_date = NO_DATE
    header.system_identifier = "MoE3D Viewer"
    header.generating_software = "MoE3D Viewer"
    return header


def _points(header: laspy.LasHeader, part: PointCloud) -> laspy.ScaleAwarePointRecord:
    record = laspy.ScaleAwarePointRecord.zeros(len(part), header=header)
    record.x, record.y, record.z = part.points.astype(np.float64).T
    for channel, name in enumerate(("red", "green", "blue")):
        record[name] = part.colors[:, channel].astype(np.uint16) * 257
    record["confidence"] = part.confidence
    record["winner"] = part.expert_index
    record["photo"] = part.view_index.astype(np.uint16)
    if part.support is not None:
        record["support"] = part.support
    record["return_number"] = np.ones(len(part), np.uint8)
    record["number_of_returns"] = np.ones(len(part), np.uint8)
    return record


def _reread(path: Path) -> Content:
    content = Content()
    with laspy.open(path) as reader:
        for part in reader.chunk_iterator(READ_POINTS):
            points = _columns(part, "x", "y", "z").astype(np.float32)
            colors = _columns(part, "red", "green", "blue")
            content.add(points, (colors // 257).astype(np.uint8))
    return content


def _columns(part: laspy.ScaleAwarePointRecord, *names: str) -> np.ndarray:
    return np.stack([np.asarray(part[name]) for name in names], axis=1)


LAS = Exporter(
    FORMAT_FACTS["las"],
    _write,
    _reread,
    bytes_per_point=43,
    bytes_per_support=1,
)
