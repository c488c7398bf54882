"""What people export for: sets of formats, named by purpose, for window and command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moe3d.errors import UsageError


@dataclass(frozen=True)
class ExportPreset:
    """Formats and options for one purpose."""

    key: str
    title: str
    hint: str
    """One sentence: what is written, and why so."""
    formats: tuple[str, ...]
    normals: bool = False
    """Whether points get normals, which surface makers ask for."""
    up: str = "auto"
    """Up axis in the programs of this purpose, where it is not that of each format."""

    @property
    def usual_up(self) -> Mapping[str, str]:
        """For `ExportOptions.usual_up`."""
        return {} if self.up == "auto" else dict.fromkeys(self.formats, self.up)


EXPORT_PRESETS = (
    ExportPreset(
        "points",
        "MeshLab, CloudCompare",
        "Point clouds with normals, y up, each with the value names that its program reads.",
        ("ply", "ply-cloudcompare"),
        normals=True,
        up="y",
    ),
    ExportPreset(
        "blender",
        "Blender",
        "A textured mesh of every photo, cut at depth edges, and the points, with cameras.",
        ("mesh-grid", "glb"),
    ),
    ExportPreset(
        "colmap",
        "COLMAP",
        "Photos, cameras, and the spots measured in several of them; without any, the cloud.",
        ("colmap",),
    ),
    ExportPreset(
        "splats",
        "Splat training",
        "A COLMAP model with the whole cloud to start from, which trainers read, and Gaussians.",
        ("colmap-dense", "ply-splat"),
    ),
    ExportPreset(
        "nerfstudio",
        "nerfstudio",
        "transforms.json, photos and a starting cloud.",
        ("transforms",),
    ),
    ExportPreset(
        "research",
        "Research arrays",
        "All arrays with VGGT's names, exact depth, every expert's depth and weight.",
        ("npz", "depth-exr", "expert-maps"),
    ),
    ExportPreset(
        "surface",
        "One closed surface",
        "All photos fused, y up: by distance volume (exact) and by Poisson (smooth).",
        ("mesh-tsdf", "mesh-poisson"),
        up="y",
    ),
    ExportPreset(
        "survey",
        "Surveying and scanning",
        "LAS and E57, z up; they need the packages laspy and pye57.",
        ("las", "e57"),
    ),
)


def export_preset(key: str) -> ExportPreset:
    """The preset of this name.

    Raises:
        UsageError: there is none.
    """
    for preset in EXPORT_PRESETS:
        if preset.key == key:
            return preset
    names = ", ".join(preset.key for preset in EXPORT_PRESETS)
    raise UsageError(f"there is no preset {key!r}; there are {names}")


def usual_up(formats: Sequence[str]) -> Mapping[str, str]:
    """Up axes by the first purpose that has all of these formats; empty where none has."""
    for preset in EXPORT_PRESETS:
        if formats and set(formats) <= set(preset.formats):
            return preset.usual_up
    return {}
