"""Every depth, boundary and flying-point metric of two depth maps, as one flat record."""

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64, Shaped

from moe3d.evaluation.boundary import (
    count_matte_edges,
    count_occlusions,
    count_pooled,
    measure_band_distances,
    measure_edge_distances,
)
from moe3d.evaluation.flying_points import (
    FlyingSettings,
    count_against_itself,
    count_against_truth,
)
from moe3d.evaluation.metrics.depth import errors_of
from moe3d.evaluation.metrics.pairs import DepthPair, depth_pair, require_image
from moe3d.geometry.alignment import AlignmentMethod


@dataclass(frozen=True)
class ArrayOptions:
    """How two depth maps are compared."""

    alignment: AlignmentMethod = "median"
    clip_above: float | None = None
    """Largest aligned depth, truth units; Sintel: 70."""
    allow_missing: bool = False
    """Leave out pixels where the prediction is not finite instead of refusing it."""
    intrinsics: Float64[np.ndarray, "3 3"] | None = None
    """Pixels of both maps; for the 3D boundary distances."""
    true_edges: Bool[np.ndarray, "H W"] | None = None
    """Annotated depth edges for DBE; None takes Canny edges of the truth."""
    alpha: Shaped[np.ndarray, "..."] | None = None
    """Opacity of a cut-out object, (H, W); for the recall of its outline."""
    flying: FlyingSettings = field(default_factory=FlyingSettings)


@dataclass(frozen=True)
class ArrayScores:
    """One number a metric; the field names are the keys of `moe3d eval arrays --json`.

    Depth errors, pooled F1, FPR_gt and 3D distances are of the aligned prediction; the other
    boundary scores and FPR_self need no alignment and are of the raw one.
    """

    absrel: float
    sqrel: float
    rmse: float
    rmselog: float
    log10: float
    d1: float
    d2: float
    d3: float
    boundary_f1: float
    """Depth Pro's, public form: no mask"""
    boundary_precision: float
    boundary_recall: float
    boundary_f1_masked: float
    """Depth Pro's over pairs of valid pixels"""
    boundary_precision_masked: float
    boundary_recall_masked: float
    boundary_f1_pooled_r1: float
    boundary_f1_pooled_r2: float
    boundary_f1_pooled_r3: float
    dbe_acc: float
    """pixels; true edges by Canny (PDBE)"""
    dbe_comp: float
    boundary_acc_3d: float
    """truth units; NaN without intrinsics"""
    boundary_comp_3d: float
    matte_recall: float
    """of the outline of a matte; NaN without one"""
    fpr_gt: float
    fpr_gt_outside: float
    fpr_gt_flying_pixels: int
    fpr_gt_tested_pixels: int
    fpr_self: float
    fpr_self_coverage: float
    """covered / band"""
    fpr_self_unresolved: float
    """unresolved / covered"""
    fpr_self_flying_pixels: int
    fpr_self_covered_pixels: int
    fpr_self_unresolved_pixels: int
    band_pixels: int
    valid_pixels: int
    alignment: str
    scale: float
    shift: float
    boundary_f1_by_threshold: Float64[np.ndarray, "10"]
    boundary_precision_by_threshold: Float64[np.ndarray, "10"]
    boundary_recall_by_threshold: Float64[np.ndarray, "10"]
    boundary_f1_masked_by_threshold: Float64[np.ndarray, "10"]


def score_arrays(
    prediction: Shaped[np.ndarray, "..."],
    truth: Shaped[np.ndarray, "..."],
    mask: Shaped[np.ndarray, "..."] | None = None,
    options: ArrayOptions = ArrayOptions(),
) -> ArrayScores:
    """Score one depth map with every metric that two maps allow.

    Args:
        prediction: (H, W) z-depth, any scale that the alignment removes.
        truth: (H, W) z-depth; 0, negative or not finite where unknown.
        mask: pixels that count, besides having truth.
        options: alignment and settings.

    Raises:
        ShapeError: shapes differ, or not one image.
        EvaluationError: nothing valid, a prediction not finite, or no alignment.
    """
    raw = depth_pair(prediction, truth, mask, options.allow_missing)
    require_image(raw)
    alignment = raw.fit(options.alignment)
    aligned = raw.aligned(alignment, options.clip_above)
    return ArrayScores(
        **asdict(errors_of(aligned)),
        **_occlusion_values(raw),
        **_pooled_values(aligned),
        **_distance_values(raw, aligned, options),
        matte_recall=_matte_recall(raw, options.alpha),
        **_flying_values(raw, aligned, mask, options.flying),
        alignment=alignment.method,
        scale=alignment.scale,
        shift=alignment.shift,
    )


def _occlusion_values(raw: DepthPair) -> dict[str, Any]:
    public = count_occlusions(raw.prediction, raw.truth, raw.valid, masked=False)
    masked = count_occlusions(raw.prediction, raw.truth, raw.valid)
    return {
        "boundary_f1": public.f1,
        "boundary_precision": public.precision,
        "boundary_recall": public.recall,
        "boundary_f1_masked": masked.f1,
        "boundary_precision_masked": masked.precision,
        "boundary_recall_masked": masked.recall,
        "boundary_f1_by_threshold": public.f1s,
        "boundary_precision_by_threshold": public.precisions,
        "boundary_recall_by_threshold": public.recalls,
        "boundary_f1_masked_by_threshold": masked.f1s,
    }


def _pooled_values(aligned: DepthPair) -> dict[str, Any]:
    return {
        f"boundary_f1_pooled_r{radius}": count_pooled(
            aligned.prediction, aligned.truth, aligned.valid, radius
        ).f1
        for radius in (1, 2, 3)
    }


def _distance_values(raw: DepthPair, aligned: DepthPair, options: ArrayOptions) -> dict[str, Any]:
    edges = measure_edge_distances(raw.prediction, raw.truth, raw.valid, options.true_edges)
    values = {
        "dbe_acc": edges.accuracy,
        "dbe_comp": edges.completeness,
        "boundary_acc_3d": float("nan"),
        "boundary_comp_3d": float("nan"),
    }
    if options.intrinsics is not None:
        band = measure_band_distances(
            aligned.prediction, aligned.truth, options.intrinsics, aligned.valid, options.flying
        )
        values |= {"boundary_acc_3d": band.accuracy, "boundary_comp_3d": band.completeness}
    return values


def _matte_recall(raw: DepthPair, alpha: Shaped[np.ndarray, "..."] | None) -> float:
    return float("nan") if alpha is None else count_matte_edges(raw.prediction, alpha).recall


def _flying_values(
    raw: DepthPair,
    aligned: DepthPair,
    mask: Shaped[np.ndarray, "..."] | None,
    flying: FlyingSettings,
) -> dict[str, Any]:
    """With all of the truth's edges, also those where a prediction is missing."""
    by_truth = count_against_truth(aligned.prediction, aligned.truth, mask, flying)
    by_itself = count_against_itself(raw.prediction, raw.truth, mask, flying)
    return {
        "fpr_gt": by_truth.rate,
        "fpr_gt_outside": by_truth.outside_rate,
        "fpr_gt_flying_pixels": int(by_truth.flying.sum()),
        "fpr_gt_tested_pixels": int(by_truth.tested.sum()),
        "fpr_self": by_itself.rate,
        "fpr_self_coverage": by_itself.coverage,
        "fpr_self_unresolved": by_itself.unresolved_share,
        "fpr_self_flying_pixels": int(by_itself.flying.sum()),
        "fpr_self_covered_pixels": int(by_itself.covered.sum()),
        "fpr_self_unresolved_pixels": int(by_itself.unresolved.sum()),
        "band_pixels": int(by_itself.band.sum()),
    }
