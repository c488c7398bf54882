"""Surfaces by recipe: the same for the window, which shows them, and for the files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from moe3d.errors import EmptyExportError
from moe3d.progress import Progress
from moe3d.scene.cloud import iterate_clouds, join_clouds
from moe3d.scene.filters import CloudOptions, Selection, decided, refuse_empty, select_pixels
from moe3d.scene.meshes.mesh import GridOptions, grid_mesh
from moe3d.scene.meshes.recipe import MadeMesh, MeshPart, MeshRecipe, MeshSettings
from moe3d.scene.records import Mesh, ScenePrediction

POISSON_POINTS = 500_000
"""Points that a Poisson surface is wrapped around, unless a limit is given."""
VERTEX_LIMIT = 3_000_000
"""Above this the grid of photos is taken more coarsely."""


@dataclass(frozen=True, eq=False)
class MeshMaking:
    """A surface whose pixels are chosen, and whose parts are made when they are asked for."""

    parts: Iterator[MeshPart]
    removed_by: Mapping[str, int]
    step: int


def make_mesh(
    prediction: ScenePrediction, recipe: MeshRecipe, progress: Progress | None = None
) -> MadeMesh:
    """Make all of a surface.

    Args:
        prediction: is not changed.
        recipe: by `mesh_recipe`; its filters are decided here ("auto").
        progress: told and asked often.

    Raises:
        EmptyExportError: the filters or the limits left nothing.
        UsageError: a setting that cannot be meant.
    """
    recipe = replace(recipe, cloud=decided(prediction, recipe.cloud))
    making = begin_mesh(prediction, recipe, progress or Progress())
    parts = tuple(making.parts)
    return MadeMesh(prediction, recipe, parts, making.removed_by, making.step)


def begin_mesh(
    prediction: ScenePrediction,
    recipe: MeshRecipe,
    progress: Progress,
    made: Sequence[MadeMesh] = (),
) -> MeshMaking:
    """Choose the pixels; the parts come one by one, so that only one is held at a time.

    Args:
        prediction: is not changed.
        recipe: without "auto".
        progress: told and asked often.
        made: earlier surfaces; one that is the same is taken.

    Raises:
        EmptyExportError: the filters left nothing; the parts raise it when the limits do.
    """
    for one in made:
        if one.is_of(prediction, recipe):
            return MeshMaking(iter(one.parts), one.removed_by, one.step)
    selection = select_pixels(prediction, _cloud_of(recipe))
    refuse_empty(selection)
    step = _grid_step(recipe.settings, selection)
    make = _grid_parts if recipe.kind == "grid" else _fused_part
    parts = make(prediction, recipe, selection, progress)
    return MeshMaking(parts, dict(selection.removed_by), step)


def _cloud_of(recipe: MeshRecipe) -> CloudOptions:
    """Fused surfaces are cut at depth edges by leaving out pixels; the grid cuts triangles."""
    options = recipe.cloud
    if recipe.kind != "grid" and options.edge_rtol is None:
        options = replace(options, edge_rtol=recipe.settings.edge_rtol)
    if recipe.kind == "poisson" and options.max_points is None:
        options = replace(options, max_points=POISSON_POINTS)
    return options


def _grid_step(settings: MeshSettings, selection: Selection) -> int:
    kept = int(np.count_nonzero(selection.keep))
    return settings.grid_step or max(1, int(np.ceil(np.sqrt(kept / VERTEX_LIMIT))))


def _grid_parts(
    prediction: ScenePrediction, recipe: MeshRecipe, selection: Selection, progress: Progress
) -> Iterator[MeshPart]:
    settings = recipe.settings
    options = GridOptions(edge_rtol=settings.edge_rtol, step=_grid_step(settings, selection))
    if settings.min_part_faces is not None:
        options = replace(options, min_part_faces=settings.min_part_faces)
    found = False
    for view in range(prediction.num_views):
        progress.report("mesh photos", view, prediction.num_views)
        mesh = grid_mesh(prediction, selection, view, options)
        if len(mesh.faces):
            found = True
            yield MeshPart(mesh, view)
    if not found:
        raise EmptyExportError(
            "nothing to export: the depth edge limit cut every triangle; raise it"
        )


def _fused_part(
    prediction: ScenePrediction, recipe: MeshRecipe, selection: Selection, progress: Progress
) -> Iterator[MeshPart]:
    make = _tsdf if recipe.kind == "tsdf" else _poisson
    yield MeshPart(make(prediction, recipe.settings, selection, progress))


def _tsdf(
    prediction: ScenePrediction, settings: MeshSettings, selection: Selection, progress: Progress
) -> Mesh:
    from moe3d.scene.layer_points import kept_points  # noqa: PLC0415 (with the next)
    from moe3d.scene.meshes.fusion import robust_diagonal, tsdf_mesh  # noqa: PLC0415 (Open3D: 1 s)

    voxel_size = settings.voxel_size
    if voxel_size is None:
        points = kept_points(selection.layer, selection.keep)
        voxel_size = robust_diagonal(points) / settings.tsdf_voxels
    return tsdf_mesh(prediction, selection, voxel_size, progress, settings.min_part_faces)


def _poisson(
    prediction: ScenePrediction, settings: MeshSettings, selection: Selection, progress: Progress
) -> Mesh:
    from moe3d.scene.meshes.poisson import poisson_mesh  # noqa: PLC0415 (scipy's trees)

    progress.report("gather points")
    cloud = join_clouds(list(iterate_clouds(prediction, selection, normals=True)), selection)
    return poisson_mesh(cloud, settings.poisson_depth, progress, settings.min_part_faces)
