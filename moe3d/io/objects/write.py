"""Objects written back as PLY: what is seen, in the world or with the file's own coordinates."""

from pathlib import Path

import numpy as np
from jaxtyping import Float

from moe3d.io.files.atomic import new_file
from moe3d.io.formats.ply import CHUNK_POINTS, write_header
from moe3d.io.objects.loaded import NOWHERE, Vector
from moe3d.progress import Progress
from moe3d.scene.objects import ObjectCloud, ObjectData

_FACE = np.dtype([("count", "u1"), ("corners", "<i4", 3)])


def write_object(
    path: Path | str,
    data: ObjectData,
    target_from_object: Float[np.ndarray, "4 4"] | None = None,
    origin: Vector = NOWHERE,
    progress: Progress | None = None,
) -> Path:
    """Write a cloud or a mesh as binary PLY, complete or not at all.

    Args:
        path: replaced if it is there.
        data: textures are not written; vertex colours are.
        target_from_object: where the points go; None leaves them in their own frame.
        origin: added to all coordinates, which are then doubles.
        progress: told and asked often.

    Raises:
        OutputError: the file cannot be written.
    """
    path, progress = Path(path), progress or Progress()
    is_cloud = isinstance(data, ObjectCloud)
    points = data.points if is_cloud else data.vertices
    colors = data.colors if is_cloud else data.vertex_colors
    number = "<f4" if origin == NOWHERE else "<f8"
    fields = [(axis, number) for axis in "xyz"]
    if colors is not None:
        fields += [(channel, "u1") for channel in ("red", "green", "blue")]
    layout = np.dtype(fields)
    matrix = np.eye(4) if target_from_object is None else target_from_object
    num_faces = 0 if is_cloud else len(data.faces)
    with new_file(path, True) as part, part.open("wb") as stream:
        write_header(stream, len(points), layout, ("MoE3D Viewer",), num_faces)
        for start in range(0, len(points), CHUNK_POINTS):
            progress.report("write points", start, len(points))
            piece = points[start : start + CHUNK_POINTS].astype(np.float64)
            placed = piece @ matrix[:3, :3].T + matrix[:3, 3] + np.array(origin)
            records = np.empty(len(piece), layout)
            for axis, name in enumerate("xyz"):
                records[name] = placed[:, axis]
            if colors is not None:
                for channel, name in enumerate(("red", "green", "blue")):
                    records[name] = colors[start : start + CHUNK_POINTS, channel]
            stream.write(records.tobytes())
        if not is_cloud:
            faces = np.empty(num_faces, _FACE)
            faces["count"], faces["corners"] = 3, data.faces
            stream.write(faces.tobytes())
    return path
