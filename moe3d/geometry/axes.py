"""Which way is up in other programs: turns of the world frame, by name.

The world frame is the first camera's, OpenCV axes: x right, y down, z forward.
"""

import numpy as np
from jaxtyping import Float

from moe3d.errors import UsageError

_ROWS = {
    "cv": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "y": ((1, 0, 0), (0, -1, 0), (0, 0, -1)),
    "z": ((1, 0, 0), (0, 0, 1), (0, -1, 0)),
}
AXES = tuple(_ROWS)
"""Names of the turns: "cv" as is, "y" up as in glTF, "z" up as in Blender and LAS."""


def export_from_world(up: str, scale: float | int = 1.0) -> Float[np.ndarray, "4 4"]:
    """The similarity that takes world points to points with this axis up.

    Args:
        up: "cv" (y down, z forward), "y" (y up, z back) or "z" (z up, y forward).
        scale: exported units per scene unit.

    Raises:
        UsageError: an unknown axis, or a scale that is not finite and positive.
    """
    if up not in _ROWS:
        raise UsageError(f"the up axis must be one of {', '.join(AXES)}; got {up!r}")
    if not (np.isfinite(scale) and scale > 0):
        raise UsageError(f"the scale must be above 0; got {scale}")
    similarity = np.eye(4)
    similarity[:3, :3] = scale * np.array(_ROWS[up], float)
    return similarity
