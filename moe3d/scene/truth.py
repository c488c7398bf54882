"""What is known of a scene beside a prediction: true depth, cameras and cloud."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32


@dataclass(frozen=True)
class AlignedTruth:
    """Truth on the network's grid. Depth is in the prediction's units; cameras and cloud stay in
    the truth's own frame and units."""

    source: str
    """Name of the file or folder, for people."""
    depth: Float32[np.ndarray, "S H W"]
    """z-depth; NaN where unknown, everywhere if no depth was given."""
    scale: float
    """Units of the truth in one unit of the prediction; NaN without depth."""
    alignment: str
    """How depth was brought to the prediction, in words."""
    usual_error: float = 0.1
    """98 % of the relative errors of both networks are smaller: one range for all error maps."""
    camera_from_world: Float[np.ndarray, "S 4 4"] | None = None
    intrinsics: Float[np.ndarray, "S 3 3"] | None = None
    """Pixels of the network's image."""
    cloud: Float[np.ndarray, "N 3"] | None = None
    notes: tuple[str, ...] = ()
    """Sentences that the user should read: photos without truth."""

    @property
    def has_depth(self) -> bool:
        """Whether depth is known anywhere."""
        return bool(np.isfinite(self.scale))

    @property
    def num_known_views(self) -> int:
        """Photos with depth."""
        return int(np.isfinite(self.depth).any(axis=(1, 2)).sum())
