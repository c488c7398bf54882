"""Flying pixels: what an edge and a flight are, the answer for one photo and for a scene."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool

from moe3d.errors import UsageError


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
        return share(self.flying, self.covered & ~self.unresolved)

    @cached_property
    def coverage(self) -> float:
        """#covered / #band."""
        return share(self.covered, self.band)

    @cached_property
    def unresolved_share(self) -> float:
        """#unresolved / #covered."""
        return share(self.unresolved, self.covered)


@dataclass(frozen=True)
class FlyingPixels:
    """Counts are pixels of all photos; rates are NaN where there is nothing to divide by."""

    layer: str
    mask: Bool[np.ndarray, "S H W"]
    """Pixels that hang between two surfaces."""
    num_covered: int
    """Pixels near an edge that have both surfaces nearby: all that could be judged."""
    num_unresolved: int
    """Covered pixels at which this layer does not keep the surfaces apart."""
    num_band: int
    """Pixels near an edge."""
    against_truth: bool = False
    """Whether the truth says where edges and surfaces are; else both networks together do."""

    @property
    def num_flying(self) -> int:
        """Pixels that fly."""
        return int(np.count_nonzero(self.mask))

    @property
    def rate(self) -> float:
        """#flying / #(covered and resolved)."""
        return _ratio(self.num_flying, self.num_covered - self.num_unresolved)

    @property
    def coverage(self) -> float:
        """#covered / #band."""
        return _ratio(self.num_covered, self.num_band)

    @property
    def unresolved_share(self) -> float:
        """#unresolved / #covered."""
        return _ratio(self.num_unresolved, self.num_covered)


def share(part: Bool[np.ndarray, "H W"], whole: Bool[np.ndarray, "H W"]) -> float:
    """#part / #whole; NaN where the whole is empty."""
    total = int(np.count_nonzero(whole))
    return int(np.count_nonzero(part)) / total if total else float("nan")


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
