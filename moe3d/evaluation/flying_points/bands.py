"""Which pixels lie near an edge of the truth."""

import numpy as np
from jaxtyping import Bool, Float64, Shaped

from moe3d.evaluation.metrics.pairs import DepthPair, as_depth, depth_pair, require_image
from moe3d.geometry.edges import jump_pixels
from moe3d.geometry.neighbourhoods import dilated
from moe3d.scene.flying import FlyingSettings


def edge_band(
    truth: Float64[np.ndarray, "H W"],
    valid: Bool[np.ndarray, "H W"],
    settings: FlyingSettings = FlyingSettings(),  # noqa: B008 (frozen)
) -> Bool[np.ndarray, "H W"]:
    """Valid pixels within `band_px` of a depth jump of the truth."""
    return valid & dilated(jump_pixels(truth, valid, settings.jump), settings.band_px)


def image_pair(
    prediction: Shaped[np.ndarray, "..."],
    truth: Shaped[np.ndarray, "..."],
    mask: Shaped[np.ndarray, "..."] | None,
) -> DepthPair:
    """The pair with every valid pixel of the truth, whatever the prediction says there.

    Raises:
        ShapeError: shapes differ, or they are not one image.
        EvaluationError: not numbers, or no pixel of the truth is valid.
    """
    values = as_depth(prediction, "prediction")
    pair = depth_pair(np.where(np.isfinite(values), values, 1.0), truth, mask)
    require_image(pair)
    return DepthPair(values, pair.truth, pair.valid)
