"""What every export format is, known without its libraries: lists of them are there at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType


@dataclass(frozen=True)
class FormatFacts:
    """What people are told of a format."""

    title: str
    """What it is for."""
    suffix: str
    """Added to the name: ".ply" for a file, "_colmap" for a folder."""
    is_folder: bool = False
    up: str = "cv"
    """The up axis that the format's programs expect."""
    packages: tuple[str, ...] = ()
    """Of other people, beyond those that every installation has."""

    @property
    def is_installed(self) -> bool:
        """Whether its packages are there; none is loaded."""
        return all(find_spec(package) is not None for package in self.packages)


FORMAT_FACTS: Mapping[str, FormatFacts] = MappingProxyType(
    {
        "ply": FormatFacts("MeshLab, Open3D, Blender (PLY)", ".ply"),
        "ply-cloudcompare": FormatFacts("CloudCompare (PLY)", "_cloudcompare.ply"),
        "ply-splat": FormatFacts(
            "Gaussian initialisation, not a trained splat (PLY)", "_splat.ply"
        ),
        "las": FormatFacts("Surveying programs (LAS)", ".las", up="z", packages=("laspy",)),
        "e57": FormatFacts("Scanning programs (E57)", ".e57", up="z", packages=("pye57",)),
        "glb": FormatFacts("Blender and web viewers (GLB)", ".glb", up="y"),
        "mesh-grid": FormatFacts(
            "Textured mesh for Blender and web viewers (GLB)", "_mesh.glb", up="y"
        ),
        "obj": FormatFacts("Textured mesh for older programs (OBJ)", "_obj", True, "y"),
        "mesh-tsdf": FormatFacts("Fused surface, TSDF (PLY)", "_tsdf.ply", packages=("open3d",)),
        "mesh-poisson": FormatFacts(
            "Smooth surface, Poisson (PLY)", "_poisson.ply", packages=("open3d",)
        ),
        "colmap": FormatFacts("COLMAP", "_colmap", True),
        "colmap-dense": FormatFacts("Splat training (COLMAP)", "_splats", True),
        "transforms": FormatFacts("nerfstudio (transforms.json)", "_nerfstudio", True, "z"),
        "npz": FormatFacts("Research arrays (NPZ)", ".npz"),
        "depth-exr": FormatFacts("Depth maps, float (EXR)", "_depth_exr", True),
        "depth-png": FormatFacts("Depth maps, 16-bit (PNG)", "_depth_png", True),
        "expert-maps": FormatFacts("Experts' depth and gate weights (EXR, PNG)", "_experts", True),
    }
)
"""By name, in the order in which they are listed."""
