"""Flying pixels of one depth layer over a whole scene, with the counts that belong to them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool


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


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
