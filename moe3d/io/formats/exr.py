"""OpenEXR images of float channels, uncompressed: what depth maps need, and no more.

Source: "OpenEXR File Layout", openexr.com.
"""

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from moe3d.errors import FileFormatError
from moe3d.io.files.outside_files import reading, require_file

_MAGIC = struct.pack("<ii", 20000630, 2)
_FLOAT = 2


def write_exr(
    path: Path,
    channels: Mapping[str, Float32[np.ndarray, "H W"]],
    notes: Mapping[str, str] | None = None,
) -> None:
    """Write float channels, for example {"Z": depth} or {"R": x, "G": y, "B": z}.

    Args:
        path: file to write.
        channels: by name.
        notes: texts for the header, by name.
    """
    names = sorted(channels)
    height, width = channels[names[0]].shape
    header = _MAGIC + _attributes(names, width, height, notes or {})
    line_bytes = 8 + 4 * width * len(names)
    first = len(header) + 8 * height
    offsets = first + line_bytes * np.arange(height, dtype="<u8")
    lines = np.zeros(
        height, [("y", "<i4"), ("size", "<i4"), ("values", "<f4", (len(names), width))]
    )
    lines["y"], lines["size"] = np.arange(height), line_bytes - 8
    for index, name in enumerate(names):
        lines["values"][:, index] = channels[name]
    with path.open("wb") as stream:
        stream.write(header)
        stream.write(offsets.tobytes())
        stream.write(lines.tobytes())


def read_exr(path: Path) -> dict[str, Float32[np.ndarray, "H W"]]:
    """Read back what `write_exr` wrote.

    Raises:
        FileFormatError: the file is missing, of another kind or damaged.
    """
    require_file(path, FileFormatError, "wanted an EXR file")
    with reading(path, FileFormatError, "is no EXR file of the simple kind, or damaged"):
        return _channels(path.read_bytes())


def _channels(data: bytes) -> dict[str, Float32[np.ndarray, "H W"]]:
    if data[:8] != _MAGIC:
        raise ValueError("it begins otherwise")
    position, attributes = 8, {}
    while data[position]:
        name, kind, size, position = _attribute_head(data, position)
        attributes[name] = data[position : position + size]
        position += size
        del kind
    left, top, right, bottom = struct.unpack("<4i", attributes["dataWindow"])
    names = [
        part.rpartition(b"\0")[2].decode("ascii") for part in _channel_names(attributes["channels"])
    ]
    height, width = bottom - top + 1, right - left + 1
    if min(height, width) < 1:
        raise ValueError(f"its window is {width} x {height}")
    line = np.dtype([("y", "<i4"), ("size", "<i4"), ("values", "<f4", (len(names), width))])
    lines = np.frombuffer(data, line, height, position + 1 + 8 * height)
    return {name: lines["values"][:, index] for index, name in enumerate(names)}


def _attributes(names: list[str], width: int, height: int, notes: Mapping[str, str]) -> bytes:
    channels = b"".join(
        name.encode("ascii") + b"\0" + struct.pack("<iBxxxii", _FLOAT, 0, 1, 1) for name in names
    )
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    values = [
        ("channels", "chlist", channels + b"\0"),
        ("compression", "compression", b"\0"),
        ("dataWindow", "box2i", window),
        ("displayWindow", "box2i", window),
        ("lineOrder", "lineOrder", b"\0"),
        ("pixelAspectRatio", "float", struct.pack("<f", 1)),
        ("screenWindowCenter", "v2f", struct.pack("<2f", 0, 0)),
        ("screenWindowWidth", "float", struct.pack("<f", 1)),
        *((f"moe3d_{name}", "string", text.encode()) for name, text in notes.items()),
    ]
    return (
        b"".join(
            f"{name}\0{kind}\0".encode("ascii") + struct.pack("<i", len(value)) + value
            for name, kind, value in values
        )
        + b"\0"
    )


def _attribute_head(data: bytes, position: int) -> tuple[str, str, int, int]:
    name_end = data.index(b"\0", position)
    kind_end = data.index(b"\0", name_end + 1)
    size = struct.unpack_from("<I", data, kind_end + 1)[0]
    name, kind = data[position:name_end], data[name_end + 1 : kind_end]
    return name.decode("ascii"), kind.decode("ascii"), size, kind_end + 5


def _channel_names(channels: bytes) -> list[bytes]:
    names, position = [], 0
    while channels[position]:
        end = channels.index(b"\0", position)
        names.append(channels[position:end])
        position = end + 17
    return names
