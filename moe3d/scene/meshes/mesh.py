"""Triangle meshes straight from the pixel grid of a depth map, and what all meshes need."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int64
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from moe3d.errors import EmptyExportError, UsageError
from moe3d.scene.filters import Selection
from moe3d.scene.layer_points import view_points
from moe3d.scene.records import Mesh, ScenePrediction

MIN_PART_SHARE = 0.002
"""Connected parts of a fused surface with a smaller share of its faces go."""


@dataclass(frozen=True)
class GridOptions:
    """How a depth map becomes triangles."""

    edge_rtol: float | int = 0.03
    """Largest relative depth jump inside a triangle."""
    max_slant_deg: float | int = 85.0
    """Largest angle between a triangle's normal and the line of sight; 90 keeps all."""
    min_part_faces: int = 20
    """Connected parts of fewer triangles go; 0 keeps all."""
    step: int = 1
    """Take every step-th pixel along both axes."""

    def __post_init__(self) -> None:
        if not (self.edge_rtol > 0 and 0 < self.max_slant_deg <= 90 and self.step >= 1):
            raise UsageError(
                "a grid mesh needs an edge limit above 0, a slant of at most 90 degrees and a step "
                f"of at least 1; got {self.edge_rtol}, {self.max_slant_deg}, {self.step}"
            )


def grid_mesh(
    prediction: ScenePrediction,
    selection: Selection,
    view: int,
    options: GridOptions | None = None,
) -> Mesh:
    """Mesh one photo's depth map, cut at depth edges and where the surface is grazed.

    Args:
        prediction: gives the colours.
        selection: gives layer, cameras and the pixels that may be used.
        view: 0-based.
        options: limits.

    Returns:
        World frame; faces turn counter-clockwise towards the camera; texture coordinates are
        those of the network's image. Possibly empty.
    """
    options = options or GridOptions()
    if not selection.keep[view].any():
        return _EMPTY
    rows = np.arange(0, selection.keep.shape[1], options.step)
    columns = np.arange(0, selection.keep.shape[2], options.step)
    at = np.ix_(rows, columns)
    height, width = selection.keep.shape[1:]
    points = view_points(selection.layer, view).reshape(height, width, 3)[at].reshape(-1, 3)
    faces = _grid_faces(selection.keep[view][at])
    faces = faces[_is_connected(selection.layer.depth[view][at].ravel(), faces, options.edge_rtol)]
    centre = (
        -selection.layer.camera_from_world[view, :3, :3].T.astype(np.float64)
        @ (selection.layer.camera_from_world[view, :3, 3])
    )
    if options.max_slant_deg < 90:
        faces = faces[_faces_camera(points - centre, faces, options.max_slant_deg)]
    faces = faces[in_large_parts(len(points), faces, options.min_part_faces)]
    grid_v, grid_u = np.meshgrid(rows, columns, indexing="ij")
    uvs = np.stack([(grid_u.ravel() + 0.5) / width, (grid_v.ravel() + 0.5) / height], axis=1)
    mesh = Mesh(
        vertices=points,
        faces=faces,
        vertex_colors=prediction.images[view][at].reshape(-1, 3),
        vertex_uvs=uvs.astype(np.float32),
        texture=prediction.images[view],
    )
    return without_loose_vertices(mesh)


_EMPTY = Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int64))


def without_loose_vertices(mesh: Mesh) -> Mesh:
    """The mesh with only those vertices that a face uses."""
    used = np.zeros(len(mesh.vertices), bool)
    used[mesh.faces] = True
    number = np.cumsum(used) - 1
    keep = np.flatnonzero(used)
    return Mesh(
        vertices=mesh.vertices[keep],
        faces=number[mesh.faces],
        vertex_colors=None if mesh.vertex_colors is None else mesh.vertex_colors[keep],
        vertex_uvs=None if mesh.vertex_uvs is None else mesh.vertex_uvs[keep],
        texture=mesh.texture,
        vertex_normals=None if mesh.vertex_normals is None else mesh.vertex_normals[keep],
    )


def in_large_parts(
    num_vertices: int, faces: Int64[np.ndarray, "F 3"], min_faces: int
) -> Bool[np.ndarray, " F"]:
    """Faces of connected parts that have at least this many faces."""
    if min_faces <= 1 or len(faces) == 0:
        return np.ones(len(faces), bool)
    ends = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]]])
    graph = coo_matrix(
        (np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), (num_vertices, num_vertices)
    )
    part = connected_components(graph, directed=False)[1][faces[:, 0]]
    return np.bincount(part)[part] >= min_faces


def without_small_parts(mesh: Mesh, min_faces: int | None = None) -> Mesh:
    """The mesh without connected parts of fewer faces; None takes 0.2 % of all faces.

    Raises:
        EmptyExportError: no part is large enough.
    """
    least = int(MIN_PART_SHARE * len(mesh.faces)) if min_faces is None else min_faces
    faces = mesh.faces[in_large_parts(len(mesh.vertices), mesh.faces, least)]
    if len(faces) == 0:
        raise EmptyExportError(
            f"nothing to export: no connected part of the surface has {least} faces; ask for less"
        )
    return without_loose_vertices(Mesh(mesh.vertices, faces, mesh.vertex_colors))


def canonical(mesh: Mesh) -> Mesh:
    """The same mesh with vertices and faces in sorted order, whatever threads made it."""
    order = np.lexsort(mesh.vertices.T[::-1])
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(order))
    faces = number[mesh.faces]
    turn = (faces.argmin(axis=1)[:, None] + np.arange(3)) % 3
    faces = np.take_along_axis(faces, turn, axis=1)
    faces = faces[np.lexsort(faces.T[::-1])]
    colors = mesh.vertex_colors
    return Mesh(mesh.vertices[order], faces, None if colors is None else colors[order])


def _grid_faces(keep: Bool[np.ndarray, "H W"]) -> Int64[np.ndarray, "F 3"]:
    """Two triangles a square of pixels, of kept pixels only."""
    index = np.arange(keep.size).reshape(keep.shape)
    left_top, right_top = index[:-1, :-1].ravel(), index[:-1, 1:].ravel()
    left_low, right_low = index[1:, :-1].ravel(), index[1:, 1:].ravel()
    upper = np.stack([left_top, left_low, right_top], axis=1)
    lower = np.stack([right_top, left_low, right_low], axis=1)
    faces = np.concatenate([upper, lower])
    return faces[keep.ravel()[faces].all(axis=1)]


def _is_connected(
    depth: Float32[np.ndarray, " N"], faces: Int64[np.ndarray, "F 3"], rtol: float | int
) -> Bool[np.ndarray, " F"]:
    corners = depth[faces]
    nearest = corners.min(axis=1)
    return corners.max(axis=1) - nearest <= rtol * nearest


def _faces_camera(
    from_camera: np.ndarray, faces: Int64[np.ndarray, "F 3"], max_slant_deg: float | int
) -> Bool[np.ndarray, " F"]:
    first, second, third = (from_camera[faces[:, corner]] for corner in range(3))
    normals = np.cross(second - first, third - first)
    sight = first + second + third
    along = -np.einsum("fc,fc->f", normals, sight)
    lengths = np.linalg.norm(normals, axis=1) * np.linalg.norm(sight, axis=1)
    return along > np.cos(np.radians(max_slant_deg)) * lengths
