"""Depth errors under both alignments: one for the photos of a scene together, and one a photo.

Photos that disagree about the scale of their scene cost only under the first; the two differ by up
to a factor of two, so that a figure without its alignment says little.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from moe3d.evaluation.metrics.depth import errors_of
from moe3d.evaluation.metrics.pairs import DepthPair
from moe3d.evaluation.reports.columns import Column
from moe3d.geometry.alignment import AlignmentMethod, DepthAlignment, fit_depth_alignment

ALIGNMENTS_IN_WORDS = (
    "_scene: one alignment for the photos shown together, over all their pixels; "
    "_photo: one a photo, mean over photos"
)
BOTH_COLUMNS = (
    Column("absrel_scene", ratio=("scene_error", "valid_pixels")),
    Column("absrel_photo", weight="valid_pixels"),
    Column("d1_scene", "higher", ratio=("scene_inliers", "valid_pixels")),
    Column("d1_photo", "higher", weight="valid_pixels"),
)
"""What a table of depth has, whatever else it has."""


@dataclass(frozen=True)
class TwoAlignments:
    """How the depth of the photos of one scene comes to the truth's scale."""

    scene: DepthAlignment
    """Over the valid pixels of all photos together."""
    photos: tuple[DepthAlignment, ...]
    """Of each photo alone."""

    @classmethod
    def fit(cls, pairs: Sequence[DepthPair], method: AlignmentMethod) -> "TwoAlignments":
        """Both, by one method, over one pair a photo."""
        prediction = np.concatenate([pair.prediction[pair.valid] for pair in pairs])
        truth = np.concatenate([pair.truth[pair.valid] for pair in pairs])
        scene = fit_depth_alignment(prediction, truth, method)
        return cls(scene, tuple(pair.fit(method) for pair in pairs))

    def errors(self, pair: DepthPair, index: int) -> dict[str, float | int]:
        """abs-rel and δ1 of the photo at this index under both, and the sums of `BOTH_COLUMNS`."""
        scene = errors_of(pair.aligned(self.scene))
        photo = errors_of(pair.aligned(self.photos[index]))
        return {
            "absrel_scene": scene.absrel,
            "absrel_photo": photo.absrel,
            "d1_scene": scene.d1,
            "d1_photo": photo.d1,
            "scene_error": scene.absrel * pair.num_valid,
            "scene_inliers": round(scene.d1 * pair.num_valid),
            "valid_pixels": pair.num_valid,
        }
