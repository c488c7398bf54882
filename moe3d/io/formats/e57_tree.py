"""The tree of an E57 file, node by node, through libE57 (pye57).

Source: ASTM E2807, "Standard Specification for 3D Imaging Data Exchange".
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float
from pye57 import libe57  # pyright: ignore[reportAttributeAccessIssue] (compiled)
from scipy.spatial.transform import Rotation

# What XML 1.0 cannot hold, lone surrogates among it.
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return _UNPRINTABLE.sub("_", text)


class E57Tree:
    """Makes nodes of one file."""

    def __init__(self, image_file: Any) -> None:
        self._file = image_file

    def fill_root(self, guid: str, scans: Any) -> None:
        """Write what every E57 file begins with; without a date, so that bytes repeat."""
        self._file.extensionsAdd("", libe57.E57_V1_0_URI)
        root = self._file.root()
        self.fill(
            root,
            {
                "formatName": "ASTM E57 3D Imaging Data File",
                "guid": guid,
                "versionMajor": int(libe57.E57_FORMAT_MAJOR),
                "versionMinor": int(libe57.E57_FORMAT_MINOR),
                "e57LibraryVersion": str(libe57.E57_LIBRARY_ID),
                "coordinateMetadata": "",
            },
        )
        date = self.add_struct(root, "creationDateTime")
        self.fill(date, {"dateTimeValue": 0.0, "isAtomicClockReferenced": 0})
        root.set("data3D", scans)
        root.set("images2D", libe57.VectorNode(self._file, True))

    def add_struct(self, parent: Any, name: str | None = None) -> Any:
        """A new struct below a struct (by name) or a vector."""
        made = libe57.StructureNode(self._file)
        parent.append(made) if name is None else parent.set(name, made)
        return made

    def fill(self, node: Any, values: Mapping[str, str | int | float]) -> None:
        """Add plain values to a struct."""
        for name, value in values.items():
            if isinstance(value, str):
                node.set(name, libe57.StringNode(self._file, value))
            elif isinstance(value, int):
                node.set(name, libe57.IntegerNode(self._file, value))
            else:
                node.set(name, libe57.FloatNode(self._file, value))

    def fill_pose(self, scan: Any, file_from_scan: Float[np.ndarray, "4 4"]) -> None:
        """Where a scan's own frame lies."""
        pose = self.add_struct(scan, "pose")
        rotation = Rotation.from_matrix(file_from_scan[:3, :3])
        quaternion = rotation.as_quat(canonical=True, scalar_first=True)
        turn = dict(zip("wxyz", map(float, quaternion), strict=True))
        self.fill(self.add_struct(pose, "rotation"), turn)
        shift = dict(zip("xyz", map(float, file_from_scan[:3, 3]), strict=True))
        self.fill(self.add_struct(pose, "translation"), shift)

    def fill_limits(self, scan: Any, columns: Mapping[str, np.ndarray]) -> None:
        """The ranges of intensity, colours and pixels, which readers scale by."""
        intensity = columns["intensity"]
        limits = {
            "intensityMinimum": float(intensity.min()),
            "intensityMaximum": float(intensity.max()),
        }
        self.fill(self.add_struct(scan, "intensityLimits"), limits)
        colors = {
            f"color{channel}{end}": value
            for channel in ("Red", "Green", "Blue")
            for end, value in (("Minimum", 0), ("Maximum", 255))
        }
        self.fill(self.add_struct(scan, "colorLimits"), colors)
        box = {
            f"{name}{end}": int(reduce(columns[f"{name}Index"]))
            for name in ("row", "column")
            for end, reduce in (("Minimum", np.min), ("Maximum", np.max))
        }
        index_bounds = {**box, "returnMinimum": 0, "returnMaximum": 0}
        self.fill(self.add_struct(scan, "indexBounds"), index_bounds)

    def write_points(self, scan: Any, columns: Mapping[str, np.ndarray], chunk: int) -> None:
        """Append the columns as the scan's points, a chunk at a time."""
        prototype = libe57.StructureNode(self._file)
        for name, column in columns.items():
            prototype.set(name, self._number(column))
        codecs = libe57.VectorNode(self._file, True)
        points = libe57.CompressedVectorNode(self._file, prototype, codecs)
        scan.set("points", points)
        buffered = {name: np.empty(chunk, column.dtype) for name, column in columns.items()}
        buffers = libe57.VectorSourceDestBuffer()
        for name, array in buffered.items():
            buffers.append(libe57.SourceDestBuffer(self._file, name, array, chunk, True, True))
        writer = points.writer(buffers)
        count = len(columns["cartesianX"])
        for start in range(0, count, chunk):
            stop = min(start + chunk, count)
            for name, array in buffered.items():
                array[: stop - start] = columns[name][start:stop]
            writer.write(stop - start)
        writer.close()

    def _number(self, column: np.ndarray) -> Any:
        low, high = column.min(), column.max()
        if column.dtype.kind == "f":
            single = libe57.E57_SINGLE
            return libe57.FloatNode(self._file, float(low), single, float(low), float(high))
        if column.dtype == np.uint8:
            return libe57.IntegerNode(self._file, 0, 0, 255)
        return libe57.IntegerNode(self._file, int(low), int(low), int(high))
