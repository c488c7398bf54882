"""Numbers of a comparison that need no truth: points, flying points, disagreement, sharpness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import SupportsFloat

import numpy as np
from jaxtyping import Bool, Float64

from moe3d.evaluation.boundary import count_occlusions
from moe3d.evaluation.flying_points import FlyingSettings, jump_pixels
from moe3d.geometry.neighbourhoods import dilated
from moe3d.scene.comparison import PAIR, Better, MeasureRow
from moe3d.scene.filters.kinds.confidence import confidence_threshold
from moe3d.scene.flying import FlyingPixels
from moe3d.scene.layer_points import valid_pixels
from moe3d.scene.layers import DepthLayer
from moe3d.scene.records import ScenePrediction

NAN = float("nan")


@dataclass(frozen=True)
class Side:
    """One layer of depth with the pixels that its own filter leaves."""

    layer: DepthLayer
    valid: Bool[np.ndarray, "S H W"]
    kept: Bool[np.ndarray, "S H W"]

    @classmethod
    def of(cls, prediction: ScenePrediction, layer: DepthLayer, percentile: float | int) -> "Side":
        """Drop the layer's own lowest confidences."""
        valid = valid_pixels(prediction, layer)
        kept = valid.copy()
        if percentile > 0:
            limit = confidence_threshold(layer.confidence, valid, percentile)
            kept &= layer.confidence >= np.float32(limit)
        return cls(layer, valid, kept)

    @property
    def name(self) -> str:
        """Of the layer."""
        return self.layer.name


def point_rows(sides: Sequence[Side], percentile: float | int) -> list[MeasureRow]:
    """How many pixels each side has, keeps, and both keep."""
    both = np.logical_and.reduce([side.kept for side in sides])
    cut = f"after dropping the {percentile:g} % of lowest confidence"
    return [
        _row("valid", "Valid pixels", "points", {s.name: s.valid.sum() for s in sides}),
        _row(
            "kept",
            "Kept by its own cut",
            "points",
            {s.name: s.kept.sum() for s in sides},
            note=cut,
        ),
        _row("kept_both", "Kept on both sides", "points", {PAIR: both.sum()}, note=cut),
    ]


def flying_rows(sides: Sequence[Side], flying: Mapping[str, FlyingPixels]) -> list[MeasureRow]:
    """Flying points at edges that both sides share."""
    both = np.logical_and.reduce([side.kept for side in sides])
    names = [side.name for side in sides]
    note = "judged without truth, at edges common to both; see docs/metrics.md"
    shown = {name: (flying[name].mask & both).sum() for name in names}
    return [
        _row(
            "flying",
            "Flying pixels",
            "flying",
            {n: flying[n].num_flying for n in names},
            "",
            "lower",
            note,
        ),
        _row("flying_kept", "Flying pixels both keep", "flying", shown, "", "lower"),
        _row(
            "flying_rate",
            "Flying rate",
            "flying",
            {n: flying[n].rate for n in names},
            "%",
            "lower",
            note,
        ),
        _row(
            "flying_coverage",
            "Flying rate, coverage",
            "flying",
            {n: flying[n].coverage for n in names},
            "%",
            note="pixels near edges that see both surfaces and could be judged",
        ),
        _row(
            "flying_unresolved",
            "Flying rate, unresolved",
            "flying",
            {n: flying[n].unresolved_share for n in names},
            "%",
            "lower",
            "judged pixels at which this side does not keep the surfaces apart",
        ),
    ]


def difference_rows(first: Side, second: Side) -> list[MeasureRow]:
    """How far both depths lie apart, and how sharp each is."""
    valid = first.valid & second.valid
    a, b = (side.layer.depth.astype(np.float64) for side in (first, second))
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.abs(a - b) / b
    settings = FlyingSettings()
    jumps = {
        side.name: np.stack(
            [jump_pixels(d, v, settings.jump) for d, v in zip(depth, valid, strict=True)]
        )
        for side, depth in ((first, a), (second, b))
    }
    band = np.stack(
        [dilated(one | other, settings.band_px) for one, other in zip(*jumps.values(), strict=True)]
    )
    num_valid = max(int(valid.sum()), 1)
    return [
        _pair("difference", "Median difference", _median(apart[valid]), "difference"),
        _pair(
            "difference_edge",
            "Median difference at jumps",
            _median(apart[valid & band]),
            "difference",
            "within 3 px of a jump over 10 % on either side",
        ),
        _pair("differ_3", "Pixels apart by over 3 %", (apart[valid] > 0.03).mean(), "difference"),
        _pair("differ_10", "Pixels apart by over 10 %", (apart[valid] > 0.10).mean(), "difference"),
        _row(
            "jumps",
            "Pixels at depth jumps",
            "boundary",
            {name: mask.sum() / num_valid for name, mask in jumps.items()},
            "%",
            note="steps over 10 % between neighbours: a sharper map has more",
        ),
        _row(
            "boundary_pair",
            "Boundary F1 of one against the other",
            "boundary",
            {PAIR: _mean_f1(a, b, valid)},
            note="1 when both have the same edges at the same pixels",
        ),
    ]


def _mean_f1(
    first: Float64[np.ndarray, "S H W"],
    second: Float64[np.ndarray, "S H W"],
    valid: Bool[np.ndarray, "S H W"],
) -> float:
    scores = [
        count_occlusions(np.where(v, a, 1.0), np.where(v, b, 1.0), v).f1
        for a, b, v in zip(first, second, valid, strict=True)
        if v.any()
    ]
    return float(np.mean(scores)) if scores else NAN


def _median(values: Float64[np.ndarray, " N"]) -> float:
    return float(np.median(values)) if values.size else NAN


def _pair(key: str, title: str, value: SupportsFloat, group: str, note: str = "") -> MeasureRow:
    return MeasureRow(key, title, group, {PAIR: float(value)}, "%", note=note)


def _row(
    key: str,
    title: str,
    group: str,
    values: Mapping[str, SupportsFloat],
    unit: str = "",
    better: Better = "",
    note: str = "",
) -> MeasureRow:
    floats = {name: float(value) for name, value in values.items()}
    return MeasureRow(key, title, group, floats, unit, better, note)
