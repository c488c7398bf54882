"""`boundary`: sharpness and flying points of depth maps, a row a photo.

Truth goes to the prediction's grid by nearest neighbour. Beside it the score at the truth's own
size, for which the prediction goes there by nearest neighbour, and that of the truth shifted by
one pixel: the most that truth with edges one pixel off allows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64, UInt8

from moe3d.evaluation.boundary import (
    OCCLUSION_THRESHOLDS,
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
from moe3d.evaluation.grids import prediction_on_photo
from moe3d.evaluation.metrics.pairs import DepthPair
from moe3d.evaluation.metrics.two_alignments import ALIGNMENTS_IN_WORDS, BOTH_COLUMNS, TwoAlignments
from moe3d.evaluation.models import Answer
from moe3d.evaluation.protocols import EvaluationProtocol, describe
from moe3d.evaluation.reports.columns import Column, Row, counts_as_rows
from moe3d.evaluation.tasks.task import on_prediction_grid, photo_by_photo, photo_pair, strided
from moe3d.io.datasets.records import Dataset, SceneTruth
from moe3d.scene.pixel_transform import PixelTransform


@dataclass(frozen=True)
class Boundary:
    """All photos of a scene in one forward pass; a row a photo, at the prediction's grid."""

    protocol: EvaluationProtocol
    name: str = "boundary"
    max_frames: int | None = None
    """Photos of a scene that are shown together; None shows all."""

    @classmethod
    def for_dataset(
        cls, protocol: EvaluationProtocol, dataset: Dataset, max_frames: int | None = None
    ) -> "Boundary":
        """The task with photos shown as they are; truth always goes to the prediction's grid."""
        shown = replace(photo_by_photo(protocol), resampling="truth-nearest")
        return cls(shown, max_frames=max_frames)

    @property
    def choices(self) -> Mapping[str, str]:
        """The protocol's, and the settings of every edge."""
        low, high = OCCLUSION_THRESHOLDS[[0, -1]]
        return describe(self.protocol, "maps") | {
            "absrel and d1": ALIGNMENTS_IN_WORDS,
            "other aligned columns": "boundary_f1_pooled_r1, fpr_gt, boundary_acc_3d: one a photo",
            "absrel_confirmed": "aligned as absrel_scene; pixels that another photo confirms",
            "photos shown together": str(self.max_frames or "all of a scene"),
            "boundary F1": f"ratios {low:.2f} to {high:.2f}, pairs of valid pixels",
            "DBE": "Canny, sigma sqrt 2, thresholds 0.1 and 0.2; true edges by Canny",
            "flying points": FlyingSettings().in_words,
        }

    @property
    def details(self) -> tuple[str, ...]:
        """Pixels a photo, on average."""
        return ("valid_pixels", "band_pixels")

    @property
    def columns(self) -> tuple[Column, ...]:
        """Sharpness first, then level."""
        flying = ("fpr_self_flying_pixels", "fpr_self_resolved_pixels")
        return (
            Column("boundary_f1_masked", "higher", counts="occlusion_counts"),
            Column("boundary_f1_native", "higher"),
            Column("boundary_f1_truth_shifted", ""),
            Column("boundary_f1_pooled_r1", "higher", counts="pooled_counts"),
            Column("fpr_self", ratio=flying),
            Column("fpr_self_coverage", "", ("fpr_self_covered_pixels", "band_pixels")),
            Column(
                "fpr_self_unresolved",
                ratio=("fpr_self_unresolved_pixels", "fpr_self_covered_pixels"),
            ),
            Column("fpr_gt", ratio=("fpr_gt_flying_pixels", "fpr_gt_tested_pixels")),
            Column("dbe_acc"),
            Column("dbe_comp"),
            Column("boundary_acc_3d"),
            *BOTH_COLUMNS,
            Column("absrel_confirmed", ratio=("confirmed_error", "confirmed_pixels")),
            Column("confirmed_share", "higher", ratio=("confirmed_pixels", "compared_pixels")),
        )

    def groups(self, dataset: Dataset, scene: str) -> Sequence[Sequence[int]]:
        """All frames together, or runs of `max_frames`; photos without cameras one by one."""
        frames = strided(self.protocol, dataset, scene)
        size = self.max_frames or len(frames)
        return [frames[start : start + size] for start in range(0, len(frames), size)]

    def score(self, answer: Answer, truth: SceneTruth) -> list[Row]:
        """Sharpness of every photo, and depth errors under both alignments."""
        native, truth = truth, on_prediction_grid(answer, truth)
        depths = answer.layer.depth.astype(np.float64)
        photos = zip(truth.views.names, depths, truth.depth, strict=True)
        pairs = [photo_pair(*photo) for photo in photos]
        alignments = TwoAlignments.fit(pairs, self.protocol.depth_alignment)
        support = answer.layer.support
        rows = []
        for index, (name, raw) in enumerate(zip(truth.views.names, pairs, strict=True)):
            intrinsics = None if truth.intrinsics is None else truth.intrinsics[index]
            transform = answer.prediction.pixel_transforms[index]
            confirmed = None if support is None else support[index]
            rows.append(
                {
                    "frame": name,
                    **_sharpness(raw, raw.aligned(alignments.photos[index]), intrinsics),
                    **alignments.errors(raw, index),
                    **_confirmed(raw.aligned(alignments.scene), confirmed),
                    "boundary_f1_native": _native_f1(
                        raw.prediction, native.depth[index], transform
                    ),
                }
            )
        return rows


def _sharpness(
    raw: DepthPair, aligned: DepthPair, intrinsics: Float64[np.ndarray, "3 3"] | None
) -> Row:
    occlusions = count_occlusions(raw.prediction, raw.truth)
    pooled = count_pooled(aligned.prediction, aligned.truth)
    edges = measure_edge_distances(raw.prediction, raw.truth)
    band = (
        measure_band_distances(aligned.prediction, aligned.truth, intrinsics).accuracy
        if intrinsics is not None
        else float("nan")
    )
    return {
        "boundary_f1_masked": occlusions.f1,
        "boundary_f1_truth_shifted": _shifted_f1(raw),
        "boundary_f1_pooled_r1": pooled.f1,
        "dbe_acc": edges.accuracy,
        "dbe_comp": edges.completeness,
        "boundary_acc_3d": band,
        **_flying_counts(raw, aligned),
        "occlusion_counts": counts_as_rows(occlusions),
        "pooled_counts": counts_as_rows(pooled),
    }


def _confirmed(aligned: DepthPair, support: UInt8[np.ndarray, "H W"] | None) -> Row:
    """Sums over the pixels that at least one other photo confirms; all 0 where none was asked."""
    if support is None:
        return {"confirmed_error": 0.0, "confirmed_pixels": 0, "compared_pixels": 0}
    chosen = aligned.valid & (support > 0)
    error = np.abs(aligned.prediction[chosen] - aligned.truth[chosen]) / aligned.truth[chosen]
    return {
        "confirmed_error": float(error.sum()),
        "confirmed_pixels": int(chosen.sum()),
        "compared_pixels": aligned.num_valid,
    }


def _flying_counts(raw: DepthPair, aligned: DepthPair) -> dict[str, int]:
    by_itself = count_against_itself(raw.prediction, raw.truth)
    by_truth = count_against_truth(aligned.prediction, aligned.truth)
    resolved = by_itself.covered & ~by_itself.unresolved
    return {
        "fpr_self_flying_pixels": int(by_itself.flying.sum()),
        "fpr_self_resolved_pixels": int(resolved.sum()),
        "fpr_self_covered_pixels": int(by_itself.covered.sum()),
        "fpr_self_unresolved_pixels": int(by_itself.unresolved.sum()),
        "band_pixels": int(by_itself.band.sum()),
        "fpr_gt_flying_pixels": int(by_truth.flying.sum()),
        "fpr_gt_tested_pixels": int(by_truth.tested.sum()),
    }


def _shifted_f1(raw: DepthPair) -> float:
    """Boundary F1 of the truth, one pixel to the right, against itself; NaN without pixels."""
    moved = np.roll(np.where(raw.valid, raw.truth, np.nan), 1, axis=1)
    moved[:, 0] = np.nan
    return _masked_f1(moved, raw.truth)


def _native_f1(
    prediction: Float64[np.ndarray, "h w"],
    truth: Float64[np.ndarray, "H W"],
    transform: PixelTransform,
) -> float:
    """Boundary F1 at the truth's own size; NaN without pixels."""
    return _masked_f1(prediction_on_photo(prediction, transform), truth)


def _masked_f1(prediction: Float64[np.ndarray, "H W"], truth: Float64[np.ndarray, "H W"]) -> float:
    """Over the pixels that both maps have."""
    known = np.isfinite(prediction) & np.isfinite(truth) & (truth > 0)
    return count_occlusions(prediction, truth, known).f1 if known.any() else float("nan")
