"""Meshes of files, by trimesh: triangles with vertex colours, a texture or one colour."""

from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from moe3d.io.files.outside_files import BoundedFile, reading
from moe3d.io.objects.loaded import (
    LoadedObject,
    ObjectFileError,
    Vector,
    around_origin,
    color_bytes,
    loaded_cloud,
    loaded_mesh,
)
from moe3d.progress import Progress
from moe3d.scene.records import Mesh

GENERATOR_BYTES = 1 << 20
"""Of a glTF file that name the program that wrote it."""
LARGEST_TEXTURE = 8192
"""Longest side, pixels."""


def read_by_trimesh(path: Path, progress: Progress, near: Vector | None) -> LoadedObject:
    """Everything in a file as one mesh; a file of points alone as a cloud."""
    import trimesh  # noqa: PLC0415 (heavy: when a file is opened)
    from trimesh.resolvers import FilePathResolver  # noqa: PLC0415

    progress.report("read triangles")
    with reading(path, ObjectFileError, "is damaged, or not of the kind that its name says"):
        with BoundedFile(path) as stream:
            scene = trimesh.load_scene(
                stream,
                file_type=path.suffix.lower().removeprefix("."),
                resolver=FilePathResolver(str(path)),
                process=False,
                maintain_order=True,
            )
        parts = [part for part in scene.dump() if len(getattr(part, "vertices", ()))]
        meshes = [part for part in parts if len(getattr(part, "faces", ()))]
        clouds = [part for part in parts if not len(getattr(part, "faces", ()))]
        clouds = [part for part in clouds if isinstance(part, trimesh.PointCloud)]
        is_linear = _has_linear_colors(path)
        mesh = _joined(meshes, is_linear) if meshes else None
        points = np.concatenate([part.vertices for part in clouds]) if clouds else None
        colors = None if points is None else _cloud_colors(clouds, is_linear)
    if mesh is None and points is not None:
        return loaded_cloud(path.name, np.asarray(points, np.float64), colors, near=near)
    if mesh is None:
        raise ObjectFileError(f"{path}: holds neither triangles nor points")
    vertices, faces, look = mesh
    if not np.isfinite(vertices).all():
        raise ObjectFileError(f"{path}: has vertices that are nowhere (not finite)")
    centred, origin = around_origin(vertices, near)
    with reading(path, ObjectFileError, "its colours do not fit its triangles"):
        made = Mesh(centred, faces, **look)
    found = loaded_mesh(path.name, made, origin)
    if points is not None:
        found = found.with_notes(f"its {len(points):,} single points are not shown")
    return found


def _joined(parts: list[Any], is_linear: bool) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """Vertices, faces and colours of all parts; a texture only where there is one part."""
    starts = np.cumsum([0, *(len(part.vertices) for part in parts)])
    vertices = np.concatenate([np.asarray(part.vertices, np.float64) for part in parts])
    faces = np.concatenate(
        [np.asarray(part.faces, np.int64) + at for part, at in zip(parts, starts, strict=False)]
    )
    if len(parts) == 1:
        texture, uvs = _texture(parts[0])
        if texture is not None:
            return vertices, faces, {"texture": texture, "vertex_uvs": uvs}
    found = [_vertex_colors(part) for part in parts]
    if all(colors is None for colors in found):
        return vertices, faces, {}
    filled = [
        np.full((len(part.vertices), 3), 160, np.uint8) if colors is None else colors
        for part, colors in zip(parts, found, strict=True)
    ]
    painted = np.concatenate(filled)
    return vertices, faces, {"vertex_colors": srgb_bytes(painted) if is_linear else painted}


def _texture(part: Any) -> tuple[UInt8[np.ndarray, "TH TW 3"] | None, np.ndarray | None]:
    """The picture on a part, and where its vertices lie in it, origin at the top left."""
    uvs = getattr(part.visual, "uv", None)
    material = getattr(part.visual, "material", None)
    picture = getattr(material, "baseColorTexture", None) or getattr(material, "image", None)
    if uvs is None or picture is None or len(uvs) != len(part.vertices):
        return None, None
    if max(picture.size) > LARGEST_TEXTURE:
        picture.thumbnail((LARGEST_TEXTURE, LARGEST_TEXTURE))
    flipped = np.asarray(uvs, np.float64)[:, :2] * (1, -1) + (0, 1)
    return np.asarray(picture.convert("RGB"), np.uint8), flipped.astype(np.float32)


def _vertex_colors(part: Any) -> UInt8[np.ndarray, "V 3"] | None:
    """Colours of a part's vertices; None where it has none of its own."""
    visual = part.visual
    if visual is None or not visual.defined:
        return None
    if visual.kind == "texture":
        if getattr(visual, "uv", None) is None and not _is_painted(visual.material):
            return None
        visual = visual.to_color()
    colors = np.asarray(visual.vertex_colors)
    return None if colors.shape[0] != len(part.vertices) else color_bytes(colors)


def _is_painted(material: Any) -> bool:
    return getattr(material, "baseColorFactor", None) is not None or (
        getattr(material, "diffuse", None) is not None
    )


def _cloud_colors(clouds: list[Any], is_linear: bool) -> UInt8[np.ndarray, "N 3"] | None:
    found = [np.asarray(part.colors) for part in clouds]
    if any(len(colors) != len(part.vertices) for colors, part in zip(found, clouds, strict=True)):
        return None
    colors = color_bytes(np.concatenate(found))
    return srgb_bytes(colors) if is_linear else colors


def _has_linear_colors(path: Path) -> bool:
    """glTF's vertex colours are linear, but trimesh writes sRGB there, and with it most demos."""
    if path.suffix.lower() not in (".glb", ".gltf"):
        return False
    with path.open("rb") as stream:
        return b"trimesh" not in stream.read(GENERATOR_BYTES)


def srgb_bytes(linear: UInt8[np.ndarray, "N 3"]) -> UInt8[np.ndarray, "N 3"]:
    """Linear bytes as sRGB bytes."""
    share = np.arange(256) / 255
    curve = np.where(share <= 0.0031308, 12.92 * share, 1.055 * share ** (1 / 2.4) - 0.055)
    return np.round(curve * 255).astype(np.uint8)[linear]
