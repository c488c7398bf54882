"""Relative depth jumps as 8-bit levels, so that an edge filter is one comparison in the shader.

Levels follow the steps that the filter's slider offers: at each of these it hides exactly the
points that `moe3d.geometry.edges.depth_edges` names.
"""

import numpy as np
from jaxtyping import Float32, UInt8

USUAL_RTOL = 0.03
USUAL_STEP = 100
EDGE_STEPS: Float32[np.ndarray, "255"] = (
    USUAL_RTOL * 10.0 ** ((np.arange(255) - USUAL_STEP) / 85)
).astype(np.float32)
"""Largest allowed jumps, ascending, about 0.002 to 2; step 100 is 0.03."""


def edge_levels(jump: Float32[np.ndarray, "*N"]) -> UInt8[np.ndarray, "*N"]:
    """How many steps each jump exceeds; NaN exceeds none."""
    known = np.nan_to_num(jump, nan=0.0, posinf=np.inf)
    return np.searchsorted(EDGE_STEPS, known, side="left").astype(np.uint8)


def edge_step(rtol: float) -> int:
    """The step nearest to an allowed jump."""
    return int(np.argmin(np.abs(np.log(EDGE_STEPS) - np.log(max(rtol, 1e-9)))))
