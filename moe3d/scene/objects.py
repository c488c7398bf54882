"""Points from a file of somebody else: no photos, no experts, perhaps no colours."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt8

from moe3d.scene.record_checks import check_arrays, checks_itself
from moe3d.scene.records import Mesh


@checks_itself
@dataclass(frozen=True, eq=False)
class ObjectCloud:
    """Points in a frame of their own."""

    points: Float32[np.ndarray, "N 3"]
    """Finite."""
    colors: UInt8[np.ndarray, "N 3"] | None = None
    """sRGB; None where the file has none."""
    normals: Float32[np.ndarray, "N 3"] | None = None
    """Unit normals."""

    def __post_init__(self) -> None:
        check_arrays(self)

    def __len__(self) -> int:
        return self.points.shape[0]


ObjectData = ObjectCloud | Mesh
"""What a further object of the 3D view can be."""
