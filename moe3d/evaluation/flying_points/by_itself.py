"""FPR_self: flying by the prediction's own two surfaces. Needs no alignment; headline this one."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int, Shaped

from moe3d.evaluation.flying_points.bands import image_pair
from moe3d.evaluation.metrics.pairs import DepthPair
from moe3d.geometry.edges import jump_pixels
from moe3d.geometry.neighbourhoods import chunks, dilated, row_quantiles, windows
from moe3d.scene.flying import FlyingSettings, SelfReferencedRate


def count_against_itself(
    prediction: Shaped[np.ndarray, "..."],
    truth: Shaped[np.ndarray, "..."],
    mask: Shaped[np.ndarray, "..."] | None = None,
    settings: FlyingSettings = FlyingSettings(),  # noqa: B008 (frozen)
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
    pair = image_pair(prediction, truth, mask)
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


def _widest_gaps(
    values: Float64[np.ndarray, "N M"],
) -> tuple[Float64[np.ndarray, " N"], Float64[np.ndarray, " N"]]:
    """Both ends of the widest gap between consecutive sorted values; the lowest of equal ones."""
    ordered = np.sort(values, axis=1)  # NaN last
    gaps = np.nan_to_num(np.diff(ordered, axis=1), nan=0.0)
    widest = gaps.argmax(axis=1)[:, None]
    low = np.take_along_axis(ordered, widest, axis=1)[:, 0]
    return low, np.take_along_axis(ordered, widest + 1, axis=1)[:, 0]
