"""How far the photos are to be believed against the network.

Photos whose cameras are slightly wrong agree with each other on a wrong depth. Three things tell:
few pixels agree of those that roughly look alike, the matches leave the depth open, or the depth
would be bent more than networks err.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from moe3d.multiview.depths.depth import Measured, PosedScene


@dataclass(frozen=True)
class TrustSettings:
    """Where trust begins and where it is whole. Chosen on generated scenes of validation seeds
    1,000,500 to 1,000,599."""

    uncertainty: float = 5.0
    """What a standard deviation of log depth takes off the share of agreeing pixels."""
    share: tuple[float, float] = (0.1, 0.3)
    """Pixels whose depth agrees closely over pixels that look alike when seen roughly, less that:
    where trust begins and where it is whole."""
    least_alike: float = 0.05
    """Photos that look less alike count as looking alike by this share."""
    bend: tuple[float, float] = (0.12, 0.07)
    """Median bend of log depth at which trust ends and is whole, for points that are known as well
    as `usual_sigma`; better known ones may bend the depth more."""
    usual_sigma: float = 0.015
    """Standard deviation of log depth in a usual scene."""
    bend_reach: tuple[float, float] = (0.5, 2.0)
    """How far the bounds of the bend follow the points' certainty."""


@dataclass(frozen=True)
class Trust:
    """How far refined depth is believed, 0 (network) to 1."""

    factor: Float64[np.ndarray, " S"]
    """In each photo's one factor, which brings it to the scale of the others."""
    bend: Float64[np.ndarray, " S"]
    """In what is left, which bends its depth."""

    @property
    def is_any(self) -> bool:
        """Whether any photo's depth is more than the network's."""
        return bool((self.factor > 0).any())


def trust_in_photos(
    raw: Float32[np.ndarray, "S H W"],
    refined: Float32[np.ndarray, "S H W"],
    scene: PosedScene,
    measured: Measured,
    alike: Float64[np.ndarray, " S"],
    depth_sigma: Float64[np.ndarray, " M"],
    settings: TrustSettings,
) -> Trust:
    """How far each photo's refined depth is believed.

    Args:
        raw: the network's depth.
        refined: what photos make of it.
        scene: photos and cameras.
        measured: where photos agree closely.
        alike: how much of each photo its best partners show when seen roughly, 0 to 1.
        depth_sigma: standard deviations of the common points' log depths.
        settings: thresholds.
    """
    count = len(raw)
    share = (measured.weight > 0).reshape(count, -1).mean(axis=1)
    placed = scene.is_placed
    bend = np.array([_bend(raw[view], refined[view], scene.valid[view]) for view in range(count)])
    certain = float(np.median(depth_sigma)) if len(depth_sigma) else np.inf
    # A scene is right or wrong as a whole, as its photos were placed together.
    agreeing = float(share[placed].mean()) / max(float(alike[placed].mean()), settings.least_alike)
    evidence = agreeing - settings.uncertainty * certain
    whole = _ramp(evidence, *settings.share)
    doubt = float(np.clip(certain / settings.usual_sigma, *settings.bend_reach))
    each = np.array([_ramp(value * doubt, *settings.bend) for value in bend])
    return Trust(np.where(placed, whole, 0.0), np.where(placed, whole * each, 0.0))


def _bend(
    raw: Float32[np.ndarray, "H W"],
    refined: Float32[np.ndarray, "H W"],
    valid: np.ndarray,
) -> float:
    """Median change of log depth over a photo, beside one factor."""
    known = valid & (raw > 0) & (refined > 0)
    if not known.any():
        return np.inf
    change = np.log(refined[known] / raw[known])
    return float(np.median(np.abs(change - np.median(change))))


def _ramp(value: float, begin: float, end: float) -> float:
    """0 at `begin`, 1 at `end` and beyond, straight between."""
    return float(np.clip((value - begin) / (end - begin), 0.0, 1.0))
