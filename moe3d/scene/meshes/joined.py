"""Several meshes as one, with all textures side by side on one sheet."""

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from moe3d.scene.records import Mesh

SHEET_SIDE = 8192
"""Largest side of the sheet, pixels: what every graphics card takes."""
RIM = 8
"""Pixels around each texture that repeat its edge, so that smaller copies of the sheet do not mix
neighbours."""


def joined_mesh(meshes: Sequence[Mesh]) -> Mesh:
    """One mesh of all vertices and triangles, in their order.

    Args:
        meshes: all with texture, or all without; one is returned as it is.

    Returns:
        Its texture is a sheet of all textures, smaller where there are too many; places on it are
        those of the corners in the parts' own textures.
    """
    if len(meshes) == 1:
        return meshes[0]
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
    uvs, sheet = _sheet(meshes)
    return Mesh(
        vertices=np.concatenate([mesh.vertices for mesh in meshes]),
        faces=np.concatenate(
            [mesh.faces + start for mesh, start in zip(meshes, starts, strict=False)]
        ),
        vertex_colors=_joined([mesh.vertex_colors for mesh in meshes]),
        vertex_uvs=uvs,
        texture=sheet,
        vertex_normals=_joined([mesh.vertex_normals for mesh in meshes]),
    )


def _joined(arrays: Sequence[np.ndarray | None]) -> np.ndarray | None:
    there = [array for array in arrays if array is not None]
    return np.concatenate(there) if len(there) == len(arrays) else None


def _sheet(
    meshes: Sequence[Mesh],
) -> tuple[Float32[np.ndarray, "V 2"] | None, UInt8[np.ndarray, "H W 3"] | None]:
    textures = [mesh.texture for mesh in meshes if mesh.texture is not None]
    places = [mesh.vertex_uvs for mesh in meshes if mesh.vertex_uvs is not None]
    if len(textures) < len(meshes) or len(places) < len(meshes):
        return None, None
    columns = int(np.ceil(np.sqrt(len(textures))))
    rows = -(-len(textures) // columns)
    height, width = (max(texture.shape[axis] for texture in textures) for axis in (0, 1))
    room = SHEET_SIDE - 2 * RIM * columns
    shrink = min(1.0, room / (columns * width), room / (rows * height))
    height, width = (max(int(side * shrink), 1) for side in (height, width))
    cell_height, cell_width = height + 2 * RIM, width + 2 * RIM
    sheet = np.zeros((rows * cell_height, columns * cell_width, 3), np.uint8)
    size = np.array([sheet.shape[1], sheet.shape[0]], np.float32)
    found = []
    for index, (texture, uvs) in enumerate(zip(textures, places, strict=True)):
        row, column = divmod(index, columns)
        if texture.shape[:2] != (height, width):
            texture = cv2.resize(texture, (width, height), interpolation=cv2.INTER_AREA)
        padded = np.pad(texture, ((RIM, RIM), (RIM, RIM), (0, 0)), mode="edge")
        top, left = row * cell_height, column * cell_width
        sheet[top : top + cell_height, left : left + cell_width] = padded
        corner = np.array([left + RIM, top + RIM], np.float32)
        found.append((corner + uvs * np.array([width, height], np.float32)) / size)
    return np.concatenate(found).astype(np.float32), sheet
