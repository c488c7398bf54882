"""Pictures of one photo's depth beside its truth: errors, flying points, edges, gate."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float64, UInt8

from moe3d.evaluation.flying_points import FlyingSettings, count_against_itself, edge_band
from moe3d.evaluation.metrics.pairs import DepthPair, depth_pair
from moe3d.evaluation.models import Answer
from moe3d.evaluation.tasks.task import on_prediction_grid
from moe3d.io.datasets.records import SceneTruth
from moe3d.io.exports.sheet import INVALID, color_depth
from moe3d.scene.palettes import expert_colors

LARGEST_ERROR = 0.2
"""Relative error that is drawn brightest."""
CROP_SHARE = 0.3
"""Side of the edge crop, of the image's shorter side."""
FLYING, RESTING, UNRESOLVED, BAND = (255, 64, 48), (86, 180, 233), (240, 228, 66), (86, 180, 233)

Picture = UInt8[np.ndarray, "H W 3"]


@dataclass(frozen=True)
class Panel:
    """One labelled picture."""

    label: str
    picture: Picture


@dataclass(frozen=True)
class ComparedPhoto:
    """The first photo of a scene, its depth aligned by the median, and the truth."""

    photo: Picture
    raw: DepthPair
    aligned: DepthPair
    limits: tuple[float, float]
    """Depths drawn warmest and coldest: the truth's 2nd and 98th percentile."""
    box: tuple[slice, slice]
    """The square around the largest relative step of the truth."""

    @classmethod
    def of(cls, answer: Answer, truth: SceneTruth) -> "ComparedPhoto":
        """Compare the first photo.

        Raises:
            MoE3DError: there is nothing to compare.
        """
        truth = on_prediction_grid(answer, truth)
        raw = depth_pair(answer.layer.depth[0], truth.depth[0])
        low, high = np.percentile(raw.truth[raw.valid], [2, 98])
        limits = float(low), float(max(high, low * 1.001))
        aligned = raw.aligned(raw.fit("median"))
        return cls(answer.prediction.images[0], raw, aligned, limits, _edge_box(raw))


def truth_panels(shown: ComparedPhoto) -> tuple[Panel, ...]:
    """What every model is compared with; the photo shows where the edge crop is."""
    truth = color_depth(shown.raw.truth, shown.raw.valid, *shown.limits)
    framed = np.ascontiguousarray(shown.photo).copy()
    rows, columns = shown.box
    cv2.rectangle(framed, (columns.start, rows.start), (columns.stop - 1, rows.stop - 1), FLYING, 1)
    band = edge_band(shown.raw.truth, shown.raw.valid)
    return (
        Panel("truth", truth),
        Panel("photo", framed),
        Panel(f"edge band, {FlyingSettings().band_px} px", _marked(shown.photo, (band, BAND))),
        Panel("edge crop", truth[shown.box]),
    )


def model_panels(shown: ComparedPhoto, answer: Answer) -> tuple[Panel, ...]:
    """A model's depth, error, flying points and crop, and the gate where there is one."""
    pair = shown.aligned
    depth = color_depth(pair.prediction, np.isfinite(pair.prediction), *shown.limits)
    error = np.abs(pair.prediction - pair.truth) / np.where(pair.valid, pair.truth, 1)
    rates = count_against_itself(shown.raw.prediction, shown.raw.truth)
    resting = rates.covered & ~rates.unresolved & ~rates.flying
    marks = (rates.unresolved, UNRESOLVED), (resting, RESTING), (rates.flying, FLYING)
    return (
        Panel(answer.layer.name, depth),
        Panel("relative error", error_colors(error / LARGEST_ERROR, pair.valid)),
        Panel("flying points", _marked(shown.photo, *marks)),
        Panel("edge crop", depth[shown.box]),
        *_gate_panel(answer, shown.photo),
    )


def error_colors(share: Float64[np.ndarray, "H W"], known: Bool[np.ndarray, "H W"]) -> Picture:
    """Inferno colours of 0 to 1; grey where unknown."""
    levels = (255 * np.clip(np.where(known, share, 0), 0, 1)).astype(np.uint8)
    colors = cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    return np.where(known[..., None], colors, np.array(INVALID, np.uint8))


def _marked(
    photo: Picture, *marks: tuple[Bool[np.ndarray, "H W"], tuple[int, int, int]]
) -> Picture:
    picture = (photo.mean(axis=-1, keepdims=True) * 0.6).astype(np.uint8).repeat(3, axis=-1)
    for mask, color in marks:
        picture[mask] = color
    return picture


def _edge_box(pair: DepthPair) -> tuple[slice, slice]:
    height, width = pair.truth.shape
    known = np.log(np.where(pair.valid, pair.truth, 1.0))
    steps = np.abs(np.diff(known, axis=1)) * (pair.valid[:, 1:] & pair.valid[:, :-1])
    side = min(max(8, round(CROP_SHARE * min(height, width))), height, width)
    row, column = np.unravel_index(int(steps.argmax()), steps.shape) if steps.size else (0, 0)
    top = int(np.clip(row - side // 2, 0, height - side))
    left = int(np.clip(column - side // 2, 0, width - side))
    return slice(top, top + side), slice(left, left + side)


def _gate_panel(answer: Answer, photo: Picture) -> tuple[Panel, ...]:
    experts = answer.prediction.num_experts
    if answer.layer.name == "vggt" or experts < 2:
        return ()
    colors = expert_colors(experts)[answer.prediction.dominant_expert()[0]]
    return (Panel("gate's winner", (0.65 * colors + 0.35 * photo).astype(np.uint8)),)
