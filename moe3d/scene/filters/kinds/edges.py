"""Points where depth jumps.

The 3D view holds a jump as an 8-bit level. Levels follow the steps that the window's slider offers:
at each of these it hides exactly the points that `moe3d.geometry.edges.depth_edges` names.
"""

import numpy as np
from jaxtyping import Bool, Float32, UInt8

from moe3d.errors import UsageError
from moe3d.geometry.edges import depth_edges
from moe3d.scene.filters.point_filter import (
    Amount,
    DrawnCloud,
    DrawnLimits,
    FilteredLayer,
    FilterOption,
    Mask,
    PointFilter,
    Region,
    Settings,
)

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


def edge_step(rtol: float | int) -> int:
    """The step nearest to an allowed jump."""
    return int(np.argmin(np.abs(np.log(EDGE_STEPS) - np.log(max(rtol, 1e-9)))))


def drawn_rtol(rtol: float | int) -> float:
    """The allowed jump that the 3D view hides by, for one that was asked for."""
    return float(str(EDGE_STEPS[edge_step(rtol)]))


def _edges(_scene: FilteredLayer, settings: Settings) -> Mask:
    rtol = settings.edge_rtol

    def mask(region: Region) -> Bool[np.ndarray, "H W"]:
        # Neighbours that another filter removed still show where the depth jumps.
        around = region.grown(1)
        return region.cut(depth_edges(around.depth, rtol), around)

    return mask


def _check(rtol: float | int) -> None:
    if not rtol > 0:
        raise UsageError(f"the relative depth edge must be above 0; got {rtol}")


def _highest_level(settings: Settings, _cloud: DrawnCloud) -> float:
    return np.inf if settings.edge_rtol is None else edge_step(settings.edge_rtol) + 0.5


EDGES = PointFilter(
    name="edges",
    place=40,
    title=lambda _settings: "depth edges over {edge_rtol}",
    moved_title="model's edges over {edge_rtol}",  # marked once, in the depth that the model fused
    options=(
        FilterOption(
            "edge_rtol",
            float | int | None,
            off=None,
            help="Leave out points at depth edges: the largest relative jump in 3x3 pixels; 0.03 "
            "is usual.",
            mask=_edges,
            check=_check,
        ),
    ),
    drawn=(DrawnLimits("edge", high=_highest_level),),
    controls=(
        Amount(
            "edge_rtol",
            tick_key="edge_on",
            key="edge_rtol",
            label="Depth edges",
            tip="Hide points where depth jumps by more than this share of itself",
            number_label="Largest depth jump",
            number_tip="Largest relative jump in 3 x 3 pixels that stays; 0.03 is usual",
            low=0.002,
            high=1.9,
            usual=USUAL_RTOL,
            is_logarithmic=True,
            shown=drawn_rtol,
        ),
    ),
)
