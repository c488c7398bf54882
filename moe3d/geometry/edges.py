"""Where a depth map jumps."""

import numpy as np
from jaxtyping import Bool, Float

from moe3d.errors import UsageError
from moe3d.geometry.neighbourhoods import highest_around, lowest_around


def depth_edges(
    depth: Float[np.ndarray, "*S H W"],
    rtol: float | int,
    valid: Bool[np.ndarray, "*S H W"] | None = None,
) -> Bool[np.ndarray, "*S H W"]:
    """Pixels whose 3x3 surroundings span more than a share of their own depth.

    Args:
        depth: z-depth, scene units.
        rtol: largest allowed (max - min) / centre; 0.03 is usual.
        valid: pixels that count; None takes the finite ones above 0.

    Returns:
        True at edges; False at pixels that are not valid. Invalid neighbours are left out.

    Raises:
        UsageError: rtol is not above 0.
    """
    if not rtol > 0:
        raise UsageError(f"the relative depth edge must be above 0; got {rtol}")
    with np.errstate(invalid="ignore"):
        return depth_jumps(depth, valid) > depth.dtype.type(rtol)


def depth_jumps(
    depth: Float[np.ndarray, "*S H W"], valid: Bool[np.ndarray, "*S H W"] | None = None
) -> Float[np.ndarray, "*S H W"]:
    """How far depth spans in 3x3 pixels, as a share of the depth in the middle.

    Args:
        depth: z-depth, scene units.
        valid: pixels that count; None takes the finite ones above 0.

    Returns:
        (max - min) / centre; NaN at pixels that are not valid. Invalid neighbours are left out.
    """
    known = np.isfinite(depth) & (depth > 0)
    if valid is not None:
        known &= valid
    span = np.empty_like(depth)
    for photo in np.ndindex(depth.shape[:-2]):
        highest = highest_around(np.where(known[photo], depth[photo], -np.inf), 1)
        lowest = lowest_around(np.where(known[photo], depth[photo], np.inf), 1)
        with np.errstate(invalid="ignore", over="ignore"):
            span[photo] = highest - lowest
    with np.errstate(invalid="ignore", over="ignore"):
        return span / np.where(known, depth, np.nan)


def jump_pixels(
    depth: Float[np.ndarray, "H W"], valid: Bool[np.ndarray, "H W"], jump: float | int
) -> Bool[np.ndarray, "H W"]:
    """Both ends of every valid 4-neighbour pair whose depth ratio exceeds 1 + jump.

    Args:
        depth: z-depth, any unit; positive where valid.
        valid: pixels that are compared.
        jump: relative step that makes an edge, such as 0.05.
    """
    safe = np.where(valid, depth, 1)
    jumps = np.zeros_like(valid)
    for first, second in (
        (np.s_[:, :-1], np.s_[:, 1:]),
        (np.s_[:-1, :], np.s_[1:, :]),
    ):
        a, b = safe[first], safe[second]
        steps = valid[first] & valid[second] & (np.maximum(a, b) / np.minimum(a, b) > 1 + jump)
        jumps[first] |= steps
        jumps[second] |= steps
    return jumps
