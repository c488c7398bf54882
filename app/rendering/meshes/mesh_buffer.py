"""A mesh in the form that the 3D view uploads: packed vertices, and triangles at several levels."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32, Int, Int8, UInt8, UInt32
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from moe3d import Mesh
from moe3d_viewer.rendering.space.scene_frame import Bounds

VERTEX_DTYPE = np.dtype(
    [("position", "<f4", 3), ("normal", "i1", 4), ("color", "u1", 4), ("uv", "<u2", 2)]
)
LEAST_FACES = 40_000
"""Triangles below which no coarser level is made."""
LEAST_SAVING, TRIES = 3.0, 8
"""A coarser level has a third of the triangles or less; so often larger cells are tried."""
SMALLER_TEXTURES = 4
"""Sizes of a texture, each half of the one before."""


@dataclass(frozen=True, eq=False)
class MeshBuffer:
    """Nothing here changes; what is drawn of it is a matter of uniforms."""

    vertices: np.ndarray
    """(V,) of VERTEX_DTYPE."""
    levels: tuple[UInt32[np.ndarray, "F 3"], ...]
    """Corners of the triangles: all of them, then ever fewer, of the same vertices."""
    textures: tuple[UInt8[np.ndarray, "TH TW 3"], ...]
    """The texture and smaller ones; empty without."""
    has_colors: bool
    """Whether vertices have colours."""
    bounds: Bounds
    """In the object's own frame."""
    edge: float
    """Mean length of an edge."""

    @property
    def num_faces(self) -> int:
        """Triangles of the mesh itself."""
        return len(self.levels[0])


def build_mesh_buffer(mesh: Mesh) -> MeshBuffer:
    """Pack a mesh, with normals and coarser levels; takes a second a million triangles."""
    faces = mesh.faces.astype(np.uint32)
    vertices = np.zeros(len(mesh.vertices), VERTEX_DTYPE)
    vertices["position"] = mesh.vertices
    normals = mesh.vertex_normals
    vertices["normal"] = packed_normals(
        vertex_normals(mesh.vertices, faces) if normals is None else normals
    )
    if mesh.vertex_colors is not None:
        vertices["color"][:, :3] = mesh.vertex_colors
        vertices["color"][:, 3] = 255
    if mesh.vertex_uvs is not None:
        vertices["uv"] = np.round(mesh.vertex_uvs.clip(0, 1) * 65535)
    bounds = Bounds(-np.ones(3), np.ones(3))
    if len(mesh.vertices):
        lower, upper = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
        bounds = Bounds(lower.astype(float), upper.astype(float))
    texture = None if mesh.vertex_uvs is None else mesh.texture
    return MeshBuffer(
        vertices,
        tuple(coarser_levels(mesh.vertices, faces, mesh.vertex_uvs)),
        () if texture is None else tuple(halved(texture, SMALLER_TEXTURES)),
        mesh.vertex_colors is not None,
        bounds,
        _mean_edge(mesh.vertices, faces),
    )


def vertex_normals(
    vertices: Float32[np.ndarray, "V 3"], faces: Int[np.ndarray, "F 3"] | UInt32[np.ndarray, "F 3"]
) -> Float32[np.ndarray, "V 3"]:
    """The mean normal of the triangles around each vertex, by their areas; zero without any."""
    first, second, third = (vertices[faces[:, corner]] for corner in range(3))
    crossed = np.cross(second - first, third - first)
    sums = np.empty((len(vertices), 3))
    ends = faces.ravel()
    for axis in range(3):
        sums[:, axis] = np.bincount(ends, np.repeat(crossed[:, axis], 3), len(vertices))
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0).astype(np.float32)


def packed_normals(normals: Float32[np.ndarray, "V 3"]) -> Int8[np.ndarray, "V 4"]:
    """A signed byte a component; the last one only fills up."""
    packed = np.zeros((len(normals), 4), np.int8)
    packed[:, :3] = np.round(normals * 127)
    return packed


def coarser_levels(
    vertices: Float32[np.ndarray, "V 3"],
    faces: UInt32[np.ndarray, "F 3"],
    uvs: Float32[np.ndarray, "V 2"] | None = None,
) -> list[UInt32[np.ndarray, "F 3"]]:
    """The triangles, then each time a third of them or less, by merging corners that share a cell;
    with a texture only corners of one piece, as others may be of another photo."""
    levels = [faces]
    pieces = None if uvs is None else _pieces(len(vertices), faces)
    cell = _mean_edge(vertices, faces)
    while len(levels[-1]) > LEAST_FACES and cell > 0:
        merged = levels[-1]
        for _ in range(TRIES):
            cell *= 1.5
            merged = _merged(vertices, levels[-1], cell, pieces)
            if len(merged) <= len(levels[-1]) / LEAST_SAVING:
                break
        if not 0 < len(merged) <= len(levels[-1]) / LEAST_SAVING:
            break
        levels.append(merged)
    return levels


def _pieces(num_vertices: int, faces: UInt32[np.ndarray, "F 3"]) -> Int[np.ndarray, " V"]:
    """A number for each connected piece: what hangs together has one texture."""
    ends = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]]]).astype(np.int32)
    graph = coo_matrix(
        (np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), (num_vertices, num_vertices)
    )
    return connected_components(graph, directed=False)[1]


def _mean_edge(vertices: Float32[np.ndarray, "V 3"], faces: UInt32[np.ndarray, "F 3"]) -> float:
    some = faces[:: max(1, len(faces) // 10_000)]
    if len(some) == 0:
        return 0.0
    return float(np.linalg.norm(vertices[some[:, 0]] - vertices[some[:, 1]], axis=1).mean())


def _merged(
    vertices: Float32[np.ndarray, "V 3"],
    faces: UInt32[np.ndarray, "F 3"],
    cell: float,
    pieces: Int[np.ndarray, " V"] | None,
) -> UInt32[np.ndarray, "F 3"]:
    """Every corner goes to the middlemost vertex of its cell; triangles that fall together go."""
    lower = vertices.min(axis=0)
    cells = np.minimum((vertices - lower) / np.float32(cell), 2**15 - 1).astype(np.uint64)
    keys = cells[:, 0] | cells[:, 1] << np.uint64(15) | cells[:, 2] << np.uint64(30)
    if pieces is not None:
        keys |= pieces.astype(np.uint64) << np.uint64(45)
    _, group, sizes = np.unique(keys, return_inverse=True, return_counts=True)
    moved = _middles(vertices, group, sizes)[group][faces]
    first, second, third = moved.T
    return moved[(first != second) & (second != third) & (third != first)]


def _middles(
    vertices: Float32[np.ndarray, "V 3"],
    group: Int[np.ndarray, " V"],
    sizes: Int[np.ndarray, " G"],
) -> UInt32[np.ndarray, " G"]:
    """The vertex of each group that lies nearest to its middle."""
    sums = [np.bincount(group, vertices[:, axis], len(sizes)) for axis in range(3)]
    middles = (np.stack(sums, axis=1) / sizes[:, None]).astype(np.float32)
    away = np.square(vertices - middles[group]).sum(axis=1)
    order = np.lexsort((away, group))
    return order[np.cumsum(sizes) - sizes].astype(np.uint32)


def halved(image: UInt8[np.ndarray, "H W 3"], count: int) -> Sequence[UInt8[np.ndarray, "H W 3"]]:
    """The picture and smaller ones; glGenerateMipmap takes 0.3 s on a software rasteriser."""
    levels = [image]
    while len(levels) < count and min(levels[-1].shape[:2]) > 1:
        height, width = levels[-1].shape[:2]
        half = (width // 2, height // 2)
        levels.append(cv2.resize(levels[-1], half, interpolation=cv2.INTER_AREA))
    return levels
