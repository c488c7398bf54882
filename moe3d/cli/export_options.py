"""The options of `moe3d export` that say which points, and how they are written."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tyro.conf import arg

from moe3d.scene.filters.command_words import command_record, settings_of, without_filters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moe3d.io.exports.export_job import ExportOptions


LAYER = (
    "Depth layer: fused (the model's own), refined (after the other photos were asked), vggt, "
    "vggt-refined, or expert:1, expert:2, ...; auto is refined where the result has it, else fused."
)
VOXEL_SIZE = "Keep one point in every cube of this edge, in scene units."
MAX_POINTS = "Thin evenly to this many points; default: the format's own limit, if it has one."
ALL_VALID = "Take every valid point: no filter above counts but layer and photos."


def _described(text: str) -> Any:
    return arg(help=text.replace("%", "%%"))


if TYPE_CHECKING:

    class FilterWords:
        """Every filter but the choice of photos: a run has its own."""

        def __init__(self, **words: Any) -> None: ...
        def __getattr__(self, name: str) -> Any: ...

    class PointOptions(FilterWords):
        """Which points are written."""

else:
    FilterWords = command_record(
        "FilterWords", "Which points are exported.", _described, without=("views",)
    )
    PointOptions = command_record(
        "PointOptions",
        "Which points are written. Filters run in this order.",
        _described,
        before=(("layer", str, "auto", LAYER),),
        after=(
            ("voxel_size", float | None, None, VOXEL_SIZE),
            ("max_points", int | None, None, MAX_POINTS),
            ("all_valid", bool, False, ALL_VALID),
        ),
    )


@dataclass(frozen=True)
class WritingOptions:
    """How points and surfaces are written."""

    normals: bool = False
    """Give points normals, from the pixel grid, turned to the camera (PLY)."""
    up: Literal["auto", "cv", "y", "z"] = "auto"
    """Up axis: what the format's programs expect (auto: y up with the presets points and surface
    and for glb, mesh-grid and obj, z up for las, e57 and transforms, else y down), y down (cv),
    y up, or z up."""
    level: bool = False
    """Turn the scene level where y or z is up: the photos' mean up direction becomes that axis."""
    scale: float = 1.0
    """Multiply all lengths: exported units per scene unit."""
    mesh_edge_rtol: float = 0.03
    """Largest relative depth jump inside a surface."""
    mesh_step: int | None = None
    """One vertex every so many pixels (mesh-grid, obj); default: at most 3 million vertices."""
    mesh_min_part: int | None = None
    """Leave out connected parts of fewer triangles; 0 keeps all; default: 20 in a photo's mesh,
    0.2 % of a fused one."""
    tsdf_voxel: float | None = None
    """Edge of a voxel of mesh-tsdf, in scene units; default: the scene's diagonal / 384."""
    poisson_depth: int = 8
    """Octree depth of mesh-poisson; one more is twice as fine and four times as slow."""


def export_options(
    points: PointOptions,
    writing: WritingOptions,
    name: str,
    usual_up: "Mapping[str, str] | None" = None,
) -> "ExportOptions":
    """The options as the exporters take them.

    Raises:
        UsageError: an option that cannot be meant.
    """
    from moe3d.io.exports.export_job import ExportOptions, MeshSettings
    from moe3d.scene.filters import CloudOptions

    if points.all_valid:
        unfiltered = without_filters() | {"photos": points.photos}
        points = PointOptions(layer=points.layer, **unfiltered)
    cloud = CloudOptions(
        points.layer,
        **settings_of(points),
        voxel_size=points.voxel_size,
        max_points=points.max_points,
        normals=writing.normals,
    )
    mesh = MeshSettings(
        edge_rtol=writing.mesh_edge_rtol,
        grid_step=writing.mesh_step,
        voxel_size=writing.tsdf_voxel,
        poisson_depth=writing.poisson_depth,
        min_part_faces=writing.mesh_min_part,
    )
    return ExportOptions(
        cloud=cloud,
        name=name,
        up=writing.up,
        usual_up=usual_up or {},
        scale=writing.scale,
        level=writing.level,
        mesh=mesh,
    )
