"""The options of `moe3d export` that say which points, and how they are written."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moe3d.io.export_job import ExportOptions
    from moe3d.scene.sky import SkyChoice


SKY: "dict[str, SkyChoice]" = {"auto": "auto", "on": True, "off": False}
"""The words of the command line for `CloudOptions.hide_sky`."""


@dataclass(frozen=True)
class PointOptions:
    """Which points are written. Filters run in this order."""

    layer: str = "auto"
    """Depth layer: fused (the model's own), refined (after the other photos were asked), vggt,
    vggt-refined, or expert:1, expert:2, ...; auto is refined where the result has it, else
    fused."""
    confidence_percentile: float = 20.0
    """Leave out this share of the least confident points of the scene, in percent; 0 keeps all."""
    confidence_min: float | None = None
    """Leave out points below this confidence (1 and more; its meaning depends on the model)."""
    min_support: int | Literal["auto"] = "auto"
    """Leave out points that fewer other photos confirm; 0 keeps all, auto is 1 where at least a
    third of the points is confirmed. Without effect where photos were not compared."""
    edge_rtol: float | None = None
    """Leave out points at depth edges: the largest relative jump in 3x3 pixels; 0.03 is usual."""
    photos: tuple[int, ...] | None = None
    """Take points of these photos only, counted from 1."""
    experts: tuple[int, ...] | None = None
    """Take points at which one of these experts has the largest weight, counted from 1."""
    hide_sky: Literal["auto", "on", "off"] = "auto"
    """Leave out the sky; auto: where it is more than a hundredth of the points."""
    hide_black: bool = False
    """Leave out points as black as a masked background (no channel above 16 of 255)."""
    hide_white: bool = False
    """Leave out points as white as a masked background (no channel below 240 of 255)."""
    voxel_size: float | None = None
    """Keep one point in every cube of this edge, in scene units."""
    max_points: int | None = None
    """Thin evenly to this many points; default: the format's own limit, if it has one."""
    all_valid: bool = False
    """Take every valid point: no filter above counts but layer and photos."""


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
    from moe3d.io.export_job import ExportOptions, MeshSettings
    from moe3d.scene.filters import CloudOptions

    if points.all_valid:
        points = PointOptions(
            layer=points.layer,
            photos=points.photos,
            confidence_percentile=0.0,
            min_support=0,
            hide_sky="off",
        )
    cloud = CloudOptions(
        layer=points.layer,
        confidence_percentile=points.confidence_percentile,
        confidence_min=points.confidence_min,
        min_support=points.min_support,
        edge_rtol=points.edge_rtol,
        views=_from_zero(points.photos),
        experts=_from_zero(points.experts),
        hide_sky=SKY[points.hide_sky],
        hide_black=points.hide_black,
        hide_white=points.hide_white,
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


def _from_zero(numbers: tuple[int, ...] | None) -> tuple[int, ...] | None:
    return None if numbers is None else tuple(number - 1 for number in numbers)
