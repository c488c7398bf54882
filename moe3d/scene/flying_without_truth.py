"""Flying points where no truth is known: edges and surfaces are those that two networks share.

Every map is judged at the same pixels, against its own depth of the same two surfaces, so swapping
the maps swaps the answers. `docs/metrics.md` names what this cannot see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, Shaped, UInt64

from moe3d.errors import ShapeError
from moe3d.geometry.edges import jump_pixels
from moe3d.geometry.neighbourhoods import (
    Surroundings,
    chunks,
    dilated,
    highest_around,
    lowest_around,
)
from moe3d.scene.flying import FlyingSettings, SelfReferencedRate

PIXELS_AT_ONCE = 2000
"""Few enough to stay in a processor's cache."""
CORE_PX = 1
"""Steep pixels are taken at a third of a jump, so surfaces begin one pixel beside them already."""
HUGE = np.float32(1e30)
"""Beyond all disparities. Sums and products take a tenth of the time of choices by a mask."""
LAST_BIT = 62
"""Bin of all values that lie farther up; beside them a gap is always possible."""
USUAL = FlyingSettings()
FLATNESS_PX = 1.0
"""Adds this variance (pixels squared) to a surface's extent: a plane through a thin strip of pixels
stays flat instead of tipping over."""


def count_without_truth(
    depths: Sequence[Shaped[np.ndarray, "..."]],
    mask: Shaped[np.ndarray, "..."],
    references: Sequence[Shaped[np.ndarray, "..."]] | None = None,
    settings: FlyingSettings = USUAL,
    asked: Bool[np.ndarray, "H W"] | None = None,
) -> tuple[SelfReferencedRate, ...]:
    """Which pixels of each map hang between two surfaces, by edges that all maps share.

    Args:
        depths: (H, W) z-depths to judge; each may have a scale of its own.
        mask: pixels that count; pixels not finite and above 0 in any map never do.
        references: maps that say where edges and surfaces are; None: the judged ones.
        settings: `jump`, `margin`, `band_px`, `surface_px` and `min_surface` are used.
        asked: pixels to judge, by the edges of the whole map; None judges all.

    Returns:
        One answer a map; band and coverage are those of all.

    Raises:
        ShapeError: shapes differ, or not one image.

    Source: own definition, `docs/metrics.md`.
    """
    judged = [_require_image(depth, mask) for depth in depths]
    leading = judged if references is None else [_require_image(one, mask) for one in references]
    valid = mask.astype(bool)
    for depth in (*judged, *leading):
        valid &= np.isfinite(depth) & (depth > 0)
    edges = _SharedEdges.of(leading, valid, settings)
    candidates = edges.candidates if asked is None else edges.candidates & asked
    disparities = [_disparity(depth, valid) for depth in judged]
    around = [Surroundings(disparity, settings.surface_px, 0.0) for disparity in disparities]
    masks = np.zeros((3, len(judged), *valid.shape), bool)
    covered, unresolved, flying = masks
    for rows, columns in chunks(candidates, PIXELS_AT_ONCE):
        sides = edges.surfaces_around(rows, columns)
        covered[:, sides.rows, sides.columns] = True
        for index, (disparity, windows) in enumerate(zip(disparities, around, strict=True)):
            here = disparity[sides.rows, sides.columns]
            apart, between = sides.judge(here, windows, settings)
            unresolved[index, sides.rows, sides.columns] = ~apart
            flying[index, sides.rows, sides.columns] = apart & between
    return tuple(SelfReferencedRate(edges.band, *masks[:, index]) for index in range(len(judged)))


@dataclass(frozen=True)
class _SharedEdges:
    """Where the maps together have edges, and how deep the surfaces beside them are."""

    band: Bool[np.ndarray, "H W"]
    candidates: Bool[np.ndarray, "H W"]
    """Band pixels near which the surfaces differ by a jump at all."""
    level: Float32[np.ndarray, "H W"]
    """Mean log depth of the maps at the pixels of surfaces; NaN elsewhere."""
    disparity: Float32[np.ndarray, "H W"]
    """exp of minus the mean log depth, everywhere valid."""
    settings: FlyingSettings

    @classmethod
    def of(
        cls,
        depths: Sequence[Float[np.ndarray, "H W"]],
        valid: Bool[np.ndarray, "H W"],
        settings: FlyingSettings,
    ) -> "_SharedEdges":
        """Steep pixels of any map make the band; all others are surfaces."""
        steep = np.zeros_like(valid)
        for depth in depths:
            steep |= jump_pixels(depth, valid, settings.margin)
        mean = _mean_log(depths, valid)
        core = valid & ~dilated(steep, CORE_PX)
        band = valid & dilated(steep, settings.band_px)
        reach = settings.surface_px
        highest = highest_around(np.where(core, mean, -np.inf), reach)
        lowest = lowest_around(np.where(core, mean, np.inf), reach)
        step = np.log(1 + settings.jump)
        level = np.where(core, mean, np.nan).astype(np.float32)
        return cls(
            band=band,
            candidates=band & (highest - lowest > step) & may_have_gaps(level, step, reach),
            level=level,
            disparity=np.exp(-mean).astype(np.float32),
            settings=settings,
        )

    def surfaces_around(
        self, rows: Int[np.ndarray, " N"], columns: Int[np.ndarray, " N"]
    ) -> "_TwoSurfaces":
        """The near and the far surface of those pixels that have both, apart by a jump."""
        step = np.float32(np.log(1 + self.settings.jump))
        level = self._levels_around.around(rows, columns)
        low, high = _widest_gaps(level)
        middle = (low + high) / 2
        near = (level >= low - step) & (level < middle)
        far = (level <= high + step) & (level > middle)
        enough = np.minimum(near.sum(axis=1), far.sum(axis=1)) >= self.settings.min_surface
        kept = np.flatnonzero(enough & ((high - low)[:, 0] > step))
        found = _TwoSurfaces(
            rows[kept], columns[kept], near[kept], far[kept], self.settings.surface_px
        )
        near_here, far_here = found.planes(self._disparity_around)
        still_apart = np.flatnonzero(near_here > (1 + self.settings.jump) * far_here)
        return found.only(still_apart)

    @cached_property
    def _levels_around(self) -> Surroundings:
        return Surroundings(self.level, self.settings.surface_px)

    @cached_property
    def _disparity_around(self) -> Surroundings:
        return Surroundings(self.disparity, self.settings.surface_px, 0.0)


@dataclass(frozen=True)
class _TwoSurfaces:
    """N pixels with the pixels around each that lie on the near and on the far surface."""

    rows: Int[np.ndarray, " N"]
    columns: Int[np.ndarray, " N"]
    near: Bool[np.ndarray, "N M"]
    far: Bool[np.ndarray, "N M"]
    radius: int

    def only(self, kept: Int[np.ndarray, " K"]) -> "_TwoSurfaces":
        """These pixels alone."""
        return _TwoSurfaces(
            self.rows[kept], self.columns[kept], self.near[kept], self.far[kept], self.radius
        )

    def judge(
        self, here: Float32[np.ndarray, " N"], windows: Surroundings, settings: FlyingSettings
    ) -> tuple[Bool[np.ndarray, " N"], Bool[np.ndarray, " N"]]:
        """Whether a map keeps the surfaces apart, and whether its pixels hang between them.

        A surface reaches to its plane carried on to the pixel or to its last pixel, whichever is
        closer to the other surface.

        Args:
            here: the map's disparity at these pixels.
            windows: the same around them.
            settings: `margin` is used.
        """
        around = windows.around(self.rows, self.columns)
        near_plane, far_plane = (plane.at_centre(around) for plane in self._planes)
        near_end = (around + self._not_near).min(axis=1, initial=np.inf)
        far_end = (around * self.far).max(axis=1, initial=0)
        near, far = np.minimum(near_plane, near_end), np.maximum(far_plane, far_end)
        margin = np.float32(1 + settings.margin)
        return near > margin**2 * far, (margin * here < near) & (here > margin * far)

    def planes(
        self, windows: Surroundings
    ) -> tuple[Float32[np.ndarray, " N"], Float32[np.ndarray, " N"]]:
        """Disparity of both surfaces' planes at the pixels."""
        around = windows.around(self.rows, self.columns)
        near, far = self._planes
        return near.at_centre(around), far.at_centre(around)

    @cached_property
    def _not_near(self) -> Float32[np.ndarray, "N M"]:
        """Added to disparities it leaves those of the near surface, and makes others huge."""
        return ~self.near * HUGE

    @cached_property
    def _planes(self) -> tuple["_PlaneFit", "_PlaneFit"]:
        return _PlaneFit(self.near, self.radius), _PlaneFit(self.far, self.radius)


class _PlaneFit:
    """Least-squares planes through the chosen pixels of windows, for any map at these pixels.

    Disparity of a plane is affine in pixels, so a slanted surface carries on straight.
    """

    def __init__(self, chosen: Bool[np.ndarray, "N M"], radius: int) -> None:
        basis = _basis(radius)
        self._chosen, self._linear = chosen, basis[:3]
        self._count, *extent = _sums(chosen.astype(np.float32), basis)
        with np.errstate(divide="ignore", invalid="ignore"):
            x, y, xx, xy, yy = (total / self._count for total in extent)
        self._x, self._y, self._xy = x, y, xy - x * y
        self._xx, self._yy = xx - x * x + FLATNESS_PX, yy - y * y + FLATNESS_PX

    def at_centre(self, values: Float32[np.ndarray, "N M"]) -> Float32[np.ndarray, " N"]:
        """Where the planes pass the middle of the windows; NaN where nothing is chosen."""
        sums = _sums(values * self._chosen, self._linear)
        x, y, xx, xy, yy = self._x, self._y, self._xx, self._xy, self._yy
        with np.errstate(divide="ignore", invalid="ignore"):
            d, xd, yd = (total / self._count for total in sums)
            xd, yd = xd - x * d, yd - y * d
            slope_x, slope_y = yy * xd - xy * yd, xx * yd - xy * xd
            return d - (slope_x * x + slope_y * y) / (xx * yy - xy * xy)


@lru_cache(maxsize=8)
def _basis(radius: int) -> Float32[np.ndarray, "6 M"]:
    """1, x, y, xx, xy, yy of a window's pixels."""
    span = np.arange(-radius, radius + 1, dtype=np.float32)
    y, x = (grid.ravel() for grid in np.meshgrid(span, span, indexing="ij"))
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y])


def _sums(
    values: Float32[np.ndarray, "N M"], weights: Float32[np.ndarray, "K M"]
) -> list[Float32[np.ndarray, " N"]]:
    """Weighted sums of every row, one array for each row of weights.

    Not one product of matrices: the library shares those between threads that wait for each other;
    beside other work that took eight times as long.
    """
    return [np.vecdot(values, weight) for weight in weights]


def _mean_log(
    depths: Sequence[Float[np.ndarray, "H W"]], valid: Bool[np.ndarray, "H W"]
) -> Float[np.ndarray, "H W"]:
    """Mean log depth, every map brought to the first one's scale by the median ratio."""
    logs = [np.log(np.where(valid, depth, 1.0)) for depth in depths]
    if not valid.any():
        return logs[0]
    return np.mean([log - np.median((log - logs[0])[valid]) for log in logs], axis=0)


def _disparity(
    depth: Float[np.ndarray, "H W"], valid: Bool[np.ndarray, "H W"]
) -> Float32[np.ndarray, "H W"]:
    return (1 / np.where(valid, depth, 1.0)).astype(np.float32)


def may_have_gaps(
    level: Float32[np.ndarray, "H W"], gap: float | np.floating, radius: int
) -> Bool[np.ndarray, "H W"]:
    """Where the values around a pixel may leave a gap wider than this; all such pixels, and others.

    Values go into bins of a bit less than half a gap, a bit each, so that a gap leaves one empty.

    Args:
        level: NaN is left out.
        gap: between values that follow each other in size.
        radius: of the square around a pixel, in pixels.
    """
    known = np.isfinite(level)
    if not known.any():
        return known
    place = np.where(known, (level - level[known].min()) / (0.49 * gap), 0)
    bits = np.where(known, np.uint64(1) << np.minimum(place, LAST_BIT).astype(np.uint64), 0)
    for axis in (0, 1):
        bits = _ored(bits, radius, axis)
    filled = bits | (bits - np.uint64(1))  # no zeros below the lowest one
    return (filled & (filled + np.uint64(1)) > 0) | (bits >> np.uint64(LAST_BIT) > 0)


def _ored(bits: UInt64[np.ndarray, "H W"], radius: int, axis: int) -> UInt64[np.ndarray, "H W"]:
    """Every pixel's bits and those of its neighbours along an axis."""
    along = np.moveaxis(bits, axis, 0)
    found = along.copy()
    for distance in range(1, min(radius, len(along) - 1) + 1):
        found[distance:] |= along[:-distance]
        found[:-distance] |= along[distance:]
    return np.moveaxis(found, 0, axis)


def _widest_gaps(
    values: Float32[np.ndarray, "N M"],
) -> tuple[Float32[np.ndarray, "N 1"], Float32[np.ndarray, "N 1"]]:
    """Both ends of the widest gap between consecutive sorted values; NaN with fewer than two."""
    ordered = np.sort(values, axis=1)  # NaN last
    gaps = np.diff(ordered, axis=1)
    gaps[np.isnan(gaps)] = -1
    widest = gaps.argmax(axis=1)[:, None]
    low, high = (np.take_along_axis(ordered, widest + side, axis=1) for side in (0, 1))
    return low, high


def _require_image(
    depth: Shaped[np.ndarray, "..."], mask: Shaped[np.ndarray, "..."]
) -> Float[np.ndarray, "H W"]:
    if depth.shape != mask.shape or depth.ndim != 2:
        raise ShapeError(
            f"flying points need (H, W) depth maps and one mask of their shape; "
            f"got {depth.shape} and {mask.shape}"
        )
    return depth.astype(np.float64)
