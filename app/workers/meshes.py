"""Surfaces for the 3D view."""

from typing import TYPE_CHECKING

from moe3d import Mesh, MeshRecipe, Progress, ScenePrediction
from moe3d_viewer.state.meshes.mesh_making import ShownMesh

if TYPE_CHECKING:
    from moe3d_viewer.rendering.meshes.mesh_buffer import MeshBuffer


def make_shown_mesh(
    prediction: ScenePrediction, recipe: MeshRecipe, progress: Progress
) -> ShownMesh:
    """Make a surface, and one mesh of all its parts."""
    from moe3d import joined_mesh, make_mesh

    made = make_mesh(prediction, recipe, progress)
    progress.report("join meshes")
    return ShownMesh(made, joined_mesh([part.mesh for part in made.parts]))


def pack_mesh(mesh: Mesh, progress: Progress) -> "MeshBuffer":
    """Bring a mesh into the form that the graphics card takes."""
    from moe3d_viewer.rendering.meshes.mesh_buffer import build_mesh_buffer

    progress.report("prepare mesh")
    return build_mesh_buffer(mesh)
