"""Flying points: pixels whose depth lies where no surface is, between the two sides of an edge.

Two rates. `count_against_truth` compares with true depths, so it needs an aligned prediction and
also feels errors of level. `count_against_itself` compares a pixel with what the prediction itself
says of the two surfaces: no alignment, hardly touched by scale and shift. Headline the second.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float64, Int, Shaped

from moe3d.errors import UsageError
from moe3d.evaluation.neighbourhoods import chunks, dilated, row_quantiles, windows
from moe3d.evaluation.pairs import DepthPair, as_depth, depth_pair, require_image
from moe3d.geometry.edges import jump_pixels


@dataclass(frozen=True)
class FlyingSettings:
    """What an edge, its surroundings and a flight are."""

    jump: float = 0.10
    """Relative depth step between neighbours that makes an edge (tau_e)."""
    margin: float = 0.03
    """Relative distance from both surfaces beyond which a pixel flies (tau)."""
    band_px: int = 3
    """Chebyshev distance from a jump pixel within which pixels are tested (r)."""
    core_px: int = 2
    """Chebyshev distance from a jump pixel beyond which a pixel is safely on a surface."""
    surface_px: int = 7
    """Chebyshev radius within which a surface is looked for (R)."""
    min_surface: int = 5
    """Core pixels that a surface needs on either side."""
    near_quantile: float = 0.9
    """Quantile of the predicted depth that stands for the near surface."""
    far_quantile: float = 0.1
    """Quantile of the predicted depth that stands for the far surface."""

    @property
    def in_words(self) -> str:
        """For a table's head."""
        return (
            f"jump above {self.jump:.0%}, band {self.band_px} px, margin {self.margin:.0%}, "
            f"surfaces within {self.surface_px} px"
        )

    def __post_init__(self) -> None:
        if not (self.margin > 0 and (1 + self.margin) ** 2 < 1 + self.jump):
            raise UsageError(
                "flying points need 0 < margin and (1 + margin)^2 < 1 + jump; "
                f"got margin {self.margin} and jump {self.jump}"
            )
        if min(self.band_px, self.core_px, self.surface_px, self.min_surface) < 1:
            raise UsageError("flying points need distances and counts of at least 1 pixel")


@dataclass(frozen=True)
class TruthReferencedRate:
    """Flying pixels by the truth's depths; masks are (H, W)."""

    tested: Bool[np.ndarray, "H W"]
    """Band pixels with a prediction above 0."""
    flying: Bool[np.ndarray, "H W"]
    outside: Bool[np.ndarray, "H W"]
    """Tested pixels in front of every true surface nearby, or behind all, by the margin."""

    @cached_property
    def rate(self) -> float:
        """#flying / #tested; NaN when the truth has no edge."""
        return _share(self.flying, self.tested)

    @cached_property
    def outside_rate(self) -> float:
        """#outside / #tested."""
        return _share(self.outside, self.tested)


@dataclass(frozen=True)
class SelfReferencedRate:
    """Flying pixels by the prediction's own two surfaces; masks are (H, W)."""

    band: Bool[np.ndarray, "H W"]
    covered: Bool[np.ndarray, "H W"]
    """Band pixels that have both surfaces nearby."""
    unresolved: Bool[np.ndarray, "H W"]
    """Covered pixels at which the prediction does not keep the two surfaces apart."""
    flying: Bool[np.ndarray, "H W"]

    @cached_property
    def rate(self) -> float:
        """#flying / #(covered and resolved); NaN when there is none."""
        return _share(self.flying, self.covered & ~self.unresolved)

    @cached_property
    def coverage(self) -> float:
        """#covered / #band."""
        return _share(self.covered, self.band)

    @cached_property
    def unresolved_share(self) -> float:
        """#unresolved / #covered."""
        return _share(self.unresolved, self.covered)


def count_against_truth(
    prediction: Shaped[np.ndarray, "..."],
    truth: Shaped[np.ndarray, "..."],
    mask: Shaped[np.ndarray, "..."] | None = None,
    settings: FlyingSettings = FlyingSettings(),
) -> TruthReferencedRate:
    """FPR_gt: band pixels in a depth interval that no true surface nearby occupies.

    Args:
        prediction: (H, W) z-depth, aligned; pixels that are not finite and above 0 are not tested.
        truth: (H, W) z-depth; 0, negative or not finite where unknown.
        mask: pixels that count, besides having truth.
        settings: edges and margins.

    Raises:
        ShapeError: shapes differ, or not one image.
        EvaluationError: nothing valid.

    Source: own definition A, `docs/metrics.md`.
    """
    pair = _image_pair(prediction, truth, mask)
    band = edge_band(pair.truth, pair.valid, settings)
    tested = band & np.isfinite(pair.prediction) & (pair.prediction > 0)
    flying, outside = np.zeros_like(band), np.zeros_like(band)
    known = np.where(pair.valid, pair.truth, np.nan)
    for rows, columns in chunks(tested):
        p = pair.prediction[rows, columns]
        nearby = windows(known, rows, columns, settings.band_px + 1)
        below = np.max(nearby, axis=1, initial=-np.inf, where=nearby <= p[:, None])
        above = np.min(nearby, axis=1, initial=np.inf, where=nearby > p[:, None])
        has_below, has_above = np.isfinite(below), np.isfinite(above)
        off_below = ~has_below | (p > (1 + settings.margin) * below)
        off_above = ~has_above | ((1 + settings.margin) * p < above)
        gap = above > (1 + settings.jump) * below
        flying[rows, columns] = has_below & has_above & gap & off_below & off_above
        outside[rows, columns] = (has_below ^ has_above) & off_below & off_above
    return TruthReferencedRate(tested, flying, outside)


def count_against_itself(
    prediction: Shaped[np.ndarray, "..."],
    truth: Shaped[np.ndarray, "..."],
    mask: Shaped[np.ndarray, "..."] | None = None,
    settings: FlyingSettings = FlyingSettings(),
) -> SelfReferencedRate:
    """FPR_self: band pixels between the prediction's own two surfaces, off both by the margin.

    Args:
        prediction: (H, W) z-depth, any scale; pixels not finite and above 0 are not tested.
        truth: (H, W) z-depth; tells where edges and surfaces are, never how deep.
        mask: pixels that count, besides having truth.
        settings: edges, surfaces and margins.

    Raises:
        ShapeError: shapes differ, or not one image.
        EvaluationError: nothing valid.

    Source: own definition B, `docs/metrics.md`.
    """
    pair = _image_pair(prediction, truth, mask)
    jumps = jump_pixels(pair.truth, pair.valid, settings.jump)
    band = pair.valid & dilated(jumps, settings.band_px)
    positive = np.isfinite(pair.prediction) & (pair.prediction > 0)
    core = pair.valid & positive & ~dilated(jumps, settings.core_px)
    covered, unresolved, flying = (np.zeros_like(band) for _ in range(3))
    for rows, columns in chunks(band & positive):
        surfaces = _SurfacePair.around(pair, core, rows, columns, settings)
        p = pair.prediction[rows, columns]
        apart = surfaces.far > (1 + settings.margin) ** 2 * surfaces.near
        between = ((1 + settings.margin) * surfaces.near < p) & (
            (1 + settings.margin) * p < surfaces.far
        )
        covered[rows, columns] = surfaces.found
        unresolved[rows, columns] = surfaces.found & ~apart
        flying[rows, columns] = surfaces.found & apart & between
    return SelfReferencedRate(band, covered, unresolved, flying)


@dataclass(frozen=True)
class _SurfacePair:
    """The prediction's near and far surface around N pixels; NaN where not found."""

    near: Float64[np.ndarray, " N"]
    far: Float64[np.ndarray, " N"]
    found: Bool[np.ndarray, " N"]

    @classmethod
    def around(
        cls,
        pair: DepthPair,
        core: Bool[np.ndarray, "H W"],
        rows: Int[np.ndarray, " N"],
        columns: Int[np.ndarray, " N"],
        settings: FlyingSettings,
    ) -> "_SurfacePair":
        """Split the core pixels nearby at the widest gap of the true depths."""
        log_truth = np.log(np.where(pair.valid, pair.truth, np.nan))
        low, high = _widest_gaps(windows(log_truth, rows, columns, settings.band_px + 1))
        step = np.log(1 + settings.jump)
        middle = (low + high) / 2
        level = windows(np.where(core, log_truth, np.nan), rows, columns, settings.surface_px)
        depth = windows(pair.prediction, rows, columns, settings.surface_px)
        is_near = (np.abs(level - low[:, None]) <= step) & (level < middle[:, None])
        is_far = (np.abs(level - high[:, None]) <= step) & (level > middle[:, None])
        enough = np.minimum(is_near.sum(axis=1), is_far.sum(axis=1)) >= settings.min_surface
        near = row_quantiles(depth, is_near, settings.near_quantile)
        far = row_quantiles(depth, is_far, settings.far_quantile)
        return cls(near, far, enough & (high - low > step))


def edge_band(
    truth: Float64[np.ndarray, "H W"],
    valid: Bool[np.ndarray, "H W"],
    settings: FlyingSettings = FlyingSettings(),
) -> Bool[np.ndarray, "H W"]:
    """Valid pixels within `band_px` of a depth jump of the truth."""
    return valid & dilated(jump_pixels(truth, valid, settings.jump), settings.band_px)


def _image_pair(
    prediction: Shaped[np.ndarray, "..."],
    truth: Shaped[np.ndarray, "..."],
    mask: Shaped[np.ndarray, "..."] | None,
) -> DepthPair:
    """The pair with every valid pixel of the truth, whatever the prediction says there."""
    values = as_depth(prediction, "prediction")
    pair = depth_pair(np.where(np.isfinite(values), values, 1.0), truth, mask)
    require_image(pair)
    return DepthPair(values, pair.truth, pair.valid)


def _widest_gaps(
    values: Float64[np.ndarray, "N M"],
) -> tuple[Float64[np.ndarray, " N"], Float64[np.ndarray, " N"]]:
    """Both ends of the widest gap between consecutive sorted values; the lowest of equal ones."""
    ordered = np.sort(values, axis=1)  # NaN last
    gaps = np.nan_to_num(np.diff(ordered, axis=1), nan=0.0)
    widest = gaps.argmax(axis=1)[:, None]
    low = np.take_along_axis(ordered, widest, axis=1)[:, 0]
    return low, np.take_along_axis(ordered, widest + 1, axis=1)[:, 0]


def _share(part: Bool[np.ndarray, "H W"], whole: Bool[np.ndarray, "H W"]) -> float:
    total = int(np.count_nonzero(whole))
    return int(np.count_nonzero(part)) / total if total else float("nan")
