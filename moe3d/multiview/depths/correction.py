"""A smooth correction of each photo's depth to the points that several photos measured."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64


@dataclass(frozen=True)
class CorrectionSettings:
    """Priors on the correction of a depth map."""

    rows: int = 3
    columns: int = 4
    """Nodes of the bilinear grid of log factors."""
    slope_sigma: float = 0.15
    """Prior standard deviation of the log factor's slope over log depth."""
    node_sigma: float = 0.07
    """Prior standard deviation of the difference of neighbouring nodes, in the logarithm."""
    point_sigma: float = 0.03
    """Standard deviation of a point's depth, beside what its rays' angle leaves open."""
    max_weight: float = 60.0
    """All points of a photo count as at most this many: a wrong camera spoils all alike."""
    min_points: int = 12
    """With fewer points the photo gets one factor."""
    iterations: int = 8
    """Rounds of iteratively reweighted least squares, against outliers."""


def correct_depth(
    depth: Float[np.ndarray, "H W"],
    pixels: Float64[np.ndarray, "N 2"],
    log_ratio: Float64[np.ndarray, " N"],
    sigma: Float64[np.ndarray, " N"],
    settings: CorrectionSettings,
) -> Float64[np.ndarray, "H W"]:
    """Find the smooth log factor that brings a depth map to its points.

    A bilinear grid over the picture and a slope with log depth, by robust least squares: Cauchy's
    weights first, then Geman and McClure's, for which outliers hardly count. Every point and
    prior counts by its standard deviation.

    Args:
        depth: z-depth; not finite or not positive where unknown.
        pixels: where the points are, pixels of the depth map.
        log_ratio: log of a point's z-depth over the map's there.
        sigma: standard deviation of each ratio.
        settings: priors.

    Returns:
        Log factor at every pixel; 0 without a point.
    """
    height, width = depth.shape
    usable = np.isfinite(log_ratio) & np.isfinite(sigma)
    pixels, log_ratio, sigma = pixels[usable], log_ratio[usable], sigma[usable]
    if len(log_ratio) == 0:
        return np.zeros((height, width))
    middle = float(np.median(log_ratio))
    if len(log_ratio) < settings.min_points:
        return np.full((height, width), middle)
    known = np.isfinite(depth) & (depth > 0)
    log_depth = np.log(np.where(known, depth, 1.0))
    typical = float(np.median(log_depth[known])) if known.any() else 0.0
    column, row = np.clip(np.rint(pixels), 0, [width - 1, height - 1]).astype(int).T
    at_points = log_depth[row, column] - typical
    low, high = np.percentile(at_points, [2, 98])  # beyond, the slope is not known
    basis = _basis(pixels, np.clip(at_points, low, high), (height, width), settings)
    prior = _prior_rows(settings)
    error = np.hypot(sigma, settings.point_sigma)
    target = log_ratio - middle
    solution = np.zeros(basis.shape[1])
    for iteration in range(settings.iterations):
        residual = (basis @ solution - target) / error
        power = 1 if 2 * iteration < settings.iterations else 2
        weight = 1 / (1 + residual**2 / 4) ** power / error**2
        weight *= min(1.0, settings.max_weight / len(weight))
        normal = (basis * weight[:, None]).T @ basis + prior
        solution = np.linalg.solve(normal, basis.T @ (weight * target))
    v, u = np.mgrid[:height, :width]
    everywhere = np.stack([u.ravel(), v.ravel()], axis=1).astype(np.float64)
    slope_at = np.clip(np.where(known, log_depth - typical, 0.0), low, high).ravel()
    field = _basis(everywhere, slope_at, (height, width), settings) @ solution
    return field.reshape(height, width) + middle


def _basis(
    pixels: Float64[np.ndarray, "N 2"],
    log_depth: Float[np.ndarray, " N"],
    size: tuple[int, int],
    settings: CorrectionSettings,
) -> Float64[np.ndarray, "N P"]:
    """Bilinear weights of the grid's nodes, and log depth for the slope."""
    rows, columns = settings.rows, settings.columns
    x = np.clip(pixels[:, 0] / max(size[1] - 1, 1), 0, 1) * (columns - 1)
    y = np.clip(pixels[:, 1] / max(size[0] - 1, 1), 0, 1) * (rows - 1)
    left, top = np.minimum(x.astype(int), columns - 2), np.minimum(y.astype(int), rows - 2)
    a, b = x - left, y - top
    basis = np.zeros((len(pixels), rows * columns + 1))
    at = np.arange(len(pixels))
    for down, right, weight in (
        (0, 0, (1 - a) * (1 - b)),
        (0, 1, a * (1 - b)),
        (1, 0, (1 - a) * b),
        (1, 1, a * b),
    ):
        basis[at, (top + down) * columns + left + right] = weight
    basis[:, -1] = log_depth
    return basis


def _prior_rows(settings: CorrectionSettings) -> Float64[np.ndarray, "P P"]:
    """Inverse covariance of the prior: neighbouring nodes alike, no slope."""
    rows, columns = settings.rows, settings.columns
    number = np.arange(rows * columns).reshape(rows, columns)
    pairs = [
        *zip(number[:, :-1].ravel(), number[:, 1:].ravel(), strict=True),
        *zip(number[:-1].ravel(), number[1:].ravel(), strict=True),
    ]
    prior = np.zeros((rows * columns + 1,) * 2)
    for first, second in pairs:
        difference = np.zeros(len(prior))
        difference[first], difference[second] = 1, -1
        prior += np.outer(difference, difference) / settings.node_sigma**2
    prior[-1, -1] = 1 / settings.slope_sigma**2
    prior[np.diag_indices(rows * columns)] += 1e-3 / settings.node_sigma**2
    return prior
