"""Values along a line over one view: every depth that is said of it, gate, photo gradient."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, UInt8

from moe3d.scene.mixture import MODELS_OWN, Remix, remix_weights
from moe3d.scene.records import ScenePrediction

LUMA = (0.299, 0.587, 0.114)


@dataclass(frozen=True)
class ProfileLine:
    """From pixel to pixel of a view; both ends belong to it."""

    view_index: int
    start: tuple[int, int]
    """Column and row."""
    end: tuple[int, int]


@dataclass(frozen=True)
class Profile:
    """Pixels along a line, and what is said of each. Nothing is interpolated: between the two sides
    of an edge interpolation would invent the very points that are looked for."""

    columns: Int[np.ndarray, " N"]
    rows: Int[np.ndarray, " N"]
    distance_px: Float[np.ndarray, " N"]
    """From the first pixel's centre."""
    expert_depths: Float32[np.ndarray, "E N"]
    weights: Float32[np.ndarray, "E N"]
    """Of a what-if, if one was given."""
    fused: Float32[np.ndarray, " N"]
    """Of a what-if, if one was given."""
    gradient: Float[np.ndarray, " N"]
    """Length of the photo's brightness gradient, grey levels a pixel."""
    baseline: Float32[np.ndarray, " N"] | None = None
    truth: Float32[np.ndarray, " N"] | None = None
    refined: Float32[np.ndarray, " N"] | None = None
    """After all photos were asked."""
    baseline_refined: Float32[np.ndarray, " N"] | None = None


def line_pixels(line: ProfileLine) -> tuple[Int[np.ndarray, " N"], Int[np.ndarray, " N"]]:
    """Columns and rows along a line: one pixel a step in its longer direction."""
    (x0, y0), (x1, y1) = line.start, line.end
    count = max(abs(x1 - x0), abs(y1 - y0)) + 1
    share = np.arange(count) / max(count - 1, 1)
    columns = np.floor(x0 + share * (x1 - x0) + 0.5).astype(np.int64)
    rows = np.floor(y0 + share * (y1 - y0) + 0.5).astype(np.int64)
    return columns, rows


def sample_profile(
    prediction: ScenePrediction,
    line: ProfileLine,
    remix: Remix = MODELS_OWN,
    fused: Float32[np.ndarray, "S H W"] | None = None,
    truth: Float32[np.ndarray, "S H W"] | None = None,
) -> Profile:
    """Read every map along a line; depths are NaN where the view has none.

    Args:
        prediction: is not changed.
        line: inside the view.
        remix: gives the weights.
        fused: depth of that re-mix; None takes the model's.
        truth: true depth on the same pixels; NaN where unknown.
    """
    view, (columns, rows) = line.view_index, line_pixels(line)
    valid = prediction.valid_mask[view, rows, columns]
    logits = prediction.gate_logits[view][:, rows, columns][None, :, None]  # (1, E, 1, N)
    weights = remix_weights(logits, prediction.gate_temperature, remix)[0, :, 0]
    base = prediction.baseline
    depth = prediction.depth if fused is None else fused

    def along(depth: Float32[np.ndarray, "S H W"] | None) -> Float32[np.ndarray, " N"] | None:
        return _known(depth[view, rows, columns], valid) if depth is not None else None

    return Profile(
        columns=columns,
        rows=rows,
        distance_px=np.hypot(columns - columns[0], rows - rows[0]).astype(float),
        expert_depths=_known(prediction.expert_depths[view][:, rows, columns], valid),
        weights=weights,
        fused=_known(depth[view, rows, columns], valid),
        gradient=photo_gradient(prediction.images[view])[rows, columns],
        baseline=along(base.depth) if base is not None else None,
        truth=truth[view, rows, columns] if truth is not None else None,
        refined=along(prediction.refined_depth),
        baseline_refined=along(base.refined_depth) if base is not None else None,
    )


def photo_gradient(image: UInt8[np.ndarray, "H W 3"]) -> Float[np.ndarray, "H W"]:
    """Length of the gradient of the luma, by central differences; one-sided at the border."""
    luma = image @ np.array(LUMA)
    if min(luma.shape) < 2:
        return np.zeros(luma.shape)
    down, right = np.gradient(luma)
    return np.hypot(down, right)


def _known(
    depth: Float32[np.ndarray, "*E N"], valid: Bool[np.ndarray, " N"]
) -> Float32[np.ndarray, "*E N"]:
    return np.where(valid, depth, np.float32(np.nan))
