"""FPR_gt: flying by the truth's depths. Needs an aligned prediction, feels errors of level."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Shaped

from moe3d.evaluation.flying_points.bands import edge_band, image_pair
from moe3d.geometry.neighbourhoods import chunks, windows
from moe3d.scene.flying import FlyingSettings, share


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
        return share(self.flying, self.tested)

    @cached_property
    def outside_rate(self) -> float:
        """#outside / #tested."""
        return share(self.outside, self.tested)


def count_against_truth(
    prediction: Shaped[np.ndarray, "..."],
    truth: Shaped[np.ndarray, "..."],
    mask: Shaped[np.ndarray, "..."] | None = None,
    settings: FlyingSettings = FlyingSettings(),  # noqa: B008 (frozen)
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
    pair = image_pair(prediction, truth, mask)
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
