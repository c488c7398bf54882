"""What a surface is made of and how, and what came of it; reads quickly, without Open3D."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from moe3d.errors import UsageError
from moe3d.scene.filters import CloudOptions
from moe3d.scene.records import Mesh, ScenePrediction

MESH_KINDS = ("grid", "tsdf", "poisson")
"""One textured mesh a photo; all photos fused by signed distance; smooth and closed by Poisson."""


@dataclass(frozen=True)
class MeshSettings:
    """How surfaces are made."""

    edge_rtol: float | int = 0.03
    """Largest relative depth jump inside a surface."""
    grid_step: int | None = None
    """Every so many pixels one vertex; None makes at most 3 million vertices."""
    voxel_size: float | int | None = None
    """TSDF voxel, scene units; None takes the scene's diagonal over `tsdf_voxels`."""
    tsdf_voxels: int = 384
    """TSDF voxels along the scene's robust diagonal, when no size is given."""
    poisson_depth: int = 8
    """Octree depth of the Poisson surface."""
    min_part_faces: int | None = None
    """Smallest connected part that stays, triangles; None takes 20 in a photo's mesh, 0.2 % of a
    fused one; 0 keeps all."""


_SETTINGS_OF = {
    "grid": ("edge_rtol", "grid_step", "min_part_faces"),
    "tsdf": ("edge_rtol", "voxel_size", "tsdf_voxels", "min_part_faces"),
    "poisson": ("edge_rtol", "poisson_depth", "min_part_faces"),
}


@dataclass(frozen=True)
class MeshRecipe:
    """Two that are equal make the same surface of the same prediction."""

    kind: str
    """One of MESH_KINDS."""
    cloud: CloudOptions
    """Layer and filters of the pixels."""
    settings: MeshSettings = field(default_factory=MeshSettings)


def mesh_recipe(kind: str, cloud: CloudOptions, settings: MeshSettings) -> MeshRecipe:
    """The recipe without what this kind does not look at, so that equal surfaces compare equal.

    Raises:
        UsageError: there is no such kind.
    """
    if kind not in MESH_KINDS:
        raise UsageError(f"there is no mesh of kind {kind!r}; there are {', '.join(MESH_KINDS)}")
    views = None if cloud.views is None else tuple(cloud.views)
    used = {name: getattr(settings, name) for name in _SETTINGS_OF[kind]}
    if used.get("voxel_size") is not None:
        used.pop("tsdf_voxels")
    return MeshRecipe(kind, replace(cloud, normals=False, views=views), MeshSettings(**used))


@dataclass(frozen=True, eq=False)
class MeshPart:
    """A connected piece of work: one photo's mesh, or the whole of a fused one."""

    mesh: Mesh
    view: int | None = None
    """The photo that it comes from; None for all."""


@dataclass(frozen=True, eq=False)
class MadeMesh:
    """A surface, with what it was made from."""

    prediction: ScenePrediction
    recipe: MeshRecipe
    parts: tuple[MeshPart, ...]
    removed_by: Mapping[str, int]
    """Pixels that each filter took."""
    step: int = 1
    """Every so many pixels one vertex, of a photo's mesh."""

    @property
    def num_faces(self) -> int:
        """Triangles of all parts."""
        return sum(len(part.mesh.faces) for part in self.parts)

    @property
    def num_vertices(self) -> int:
        """Vertices of all parts."""
        return sum(len(part.mesh.vertices) for part in self.parts)

    def is_of(self, prediction: ScenePrediction, recipe: MeshRecipe) -> bool:
        """Whether making this recipe's surface of this prediction would give the same."""
        return self.prediction is prediction and self.recipe == recipe
