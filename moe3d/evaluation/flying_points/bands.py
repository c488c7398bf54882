"""What an edge and a flight are, and which pixels lie near an edge."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Shaped

from moe3d.errors import UsageError
from moe3d.evaluation.neighbourhoods import dilated
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


def edge_band(
    truth: Float64[np.ndarray, "H W"],
    valid: Bool[np.ndarray, "H W"],
    settings: FlyingSettings = FlyingSettings(),
) -> Bool[np.ndarray, "H W"]:
    """Valid pixels within `band_px` of a depth jump of the truth."""
    return valid & dilated(jump_pixels(truth, valid, settings.jump), settings.band_px)


def image_pair(
    prediction: Shaped[np.ndarray, "..."],
    truth: Shaped[np.ndarray, "..."],
    mask: Shaped[np.ndarray, "..."] | None,
) -> DepthPair:
    """The pair with every valid pixel of the truth, whatever the prediction says there."""
    values = as_depth(prediction, "prediction")
    pair = depth_pair(np.where(np.isfinite(values), values, 1.0), truth, mask)
    require_image(pair)
    return DepthPair(values, pair.truth, pair.valid)


def share(part: Bool[np.ndarray, "H W"], whole: Bool[np.ndarray, "H W"]) -> float:
    """#part / #whole; NaN where the whole is empty."""
    total = int(np.count_nonzero(whole))
    return int(np.count_nonzero(part)) / total if total else float("nan")
