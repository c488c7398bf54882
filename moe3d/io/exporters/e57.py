"""E57 point clouds for scanning programs: one scan a photo, posed where the photo was taken.

Points lie in their camera's frame, and the scan's pose takes them to the exported one. Ids are
made of the content, so that the same export has the same bytes.
"""

import errno
import hashlib
import re
import uuid
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Float
from pye57 import E57 as PyE57  # noqa: N811 (a class)
from pye57 import libe57  # pyright: ignore[reportAttributeAccessIssue] (compiled)

from moe3d.geometry.transforms import invert_rigid, transform_points
from moe3d.io.exports.export_content import Content
from moe3d.io.exports.export_job import CloudStream, Exporter, ExportJob
from moe3d.io.exports.formats import FORMAT_FACTS
from moe3d.io.formats.e57_tree import E57Tree, printable
from moe3d.scene.records import PointCloud

CHUNK_POINTS = 1 << 18


def _write(job: ExportJob, path: Path) -> Content:
    content = Content()
    cloud = job.cloud(normals=False)
    try:
        _write_scans(job, cloud, content, path)
    except libe57.E57Exception as error:
        raise _os_error(error, errno.ENOSPC) from error
    return content


def _os_error(error: Exception, likely: int) -> OSError:
    """The system's error behind one of the library's: it stands in its text, if anywhere."""
    found = re.search(r"errno=(\d+)", str(error))
    number = int(found.group(1)) if found else likely
    return OSError(number, f"the E57 library stopped: {str(error).splitlines()[0]}")


def _write_scans(job: ExportJob, cloud: CloudStream, content: Content, path: Path) -> None:
    image_file = libe57.ImageFile(str(path), "w")
    try:
        tree = E57Tree(image_file)
        scans = libe57.VectorNode(image_file, True)
        # Everything hangs below the root before points are written.
        tree.fill_root(_guid("file", *job.prediction.names), scans)
        for part in cloud.counted(content):
            _write_scan(job, cloud, tree, scans, part)
    finally:
        image_file.close()


def _write_scan(
    job: ExportJob, cloud: CloudStream, tree: E57Tree, scans: object, part: PointCloud
) -> None:
    view = int(part.view_index[0])
    camera_from_export = job.camera_from_export(cloud.selection.layer, view)
    columns = _columns(part, camera_from_export, job.prediction.depth.shape[2])
    export_from_camera = invert_rigid(camera_from_export)
    scan = tree.add_struct(scans)
    tree.fill(
        scan,
        {
            "guid": _guid(job.prediction.names[view], *columns.values()),
            "name": printable(job.prediction.names[view]),
            "description": printable("; ".join(job.notes())),
        },
    )
    tree.fill_pose(scan, export_from_camera)
    bounds = {
        f"{axis}{end}": float(reduce(part.points[:, index]))
        for index, axis in enumerate("xyz")
        for end, reduce in (("Minimum", np.min), ("Maximum", np.max))
    }
    tree.fill(tree.add_struct(scan, "cartesianBounds"), bounds)
    tree.fill_limits(scan, columns)
    tree.write_points(scan, columns, CHUNK_POINTS)


def _columns(
    part: PointCloud, camera_from_export: Float[np.ndarray, "4 4"], width: int
) -> dict[str, np.ndarray]:
    """Columns by E57's names. Confidence is the intensity."""
    local = transform_points(camera_from_export, part.points).astype(np.float32)
    columns: dict[str, np.ndarray] = {
        f"cartesian{axis}": local[:, index] for index, axis in enumerate("XYZ")
    }
    columns["intensity"] = np.nan_to_num(part.confidence, nan=0.0, posinf=3e38, neginf=-3e38)
    for channel, name in enumerate(("colorRed", "colorGreen", "colorBlue")):
        columns[name] = part.colors[:, channel]
    columns["rowIndex"] = (part.pixel_index // width).astype(np.uint16)
    columns["columnIndex"] = (part.pixel_index % width).astype(np.uint16)
    return {name: np.ascontiguousarray(column) for name, column in columns.items()}


def _guid(*content: object) -> str:
    digest = hashlib.sha256()
    for part in content:
        digest.update(part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
    return f"{{{uuid.UUID(bytes=digest.digest()[:16], version=4)}}}"


def _reread(path: Path) -> Content:
    content = Content()
    try:
        with PyE57(str(path)) as file:
            for index in range(file.scan_count):
                _count_scan(file, index, content)
    except libe57.E57Exception as error:
        raise _os_error(error, errno.EIO) from error
    return content


def _count_scan(file: PyE57, index: int, content: Content) -> None:
    found: Mapping[str, np.ndarray] = file.read_scan(index, colors=True, ignore_missing_fields=True)
    points = np.stack([found[f"cartesian{axis}"] for axis in "XYZ"], axis=1)
    colors = np.stack([found[f"color{name}"] for name in ("Red", "Green", "Blue")], axis=1)
    content.add(points.astype(np.float32), colors)


E57 = Exporter(FORMAT_FACTS["e57"], _write, _reread, bytes_per_point=22, point_s=5e-7)
