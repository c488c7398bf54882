"""Flying points: pixels whose depth lies where no surface is, between the two sides of an edge.

Two rates. `count_against_truth` compares with true depths, so it needs an aligned prediction and
also feels errors of level. `count_against_itself` compares a pixel with what the prediction itself
says of the two surfaces: no alignment, hardly touched by scale and shift. Headline the second.
"""

from moe3d.evaluation.flying_points.bands import edge_band
from moe3d.evaluation.flying_points.by_itself import count_against_itself
from moe3d.evaluation.flying_points.by_truth import TruthReferencedRate, count_against_truth
from moe3d.geometry.edges import jump_pixels
from moe3d.scene.flying import FlyingSettings, SelfReferencedRate

__all__ = [
    "FlyingSettings",
    "SelfReferencedRate",
    "TruthReferencedRate",
    "count_against_itself",
    "count_against_truth",
    "edge_band",
    "jump_pixels",
]
