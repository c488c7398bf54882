"""`mono-depth` and `boundary`: depth maps against truth, a row a photo."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from jaxtyping import Float64

from moe3d.errors import EvaluationError
from moe3d.evaluation.boundary import (
    count_occlusions,
    count_pooled,
    measure_band_distances,
    measure_edge_distances,
)
from moe3d.evaluation.columns import Column, Row, counts_as_rows
from moe3d.evaluation.depth import errors_of
from moe3d.evaluation.flying_points import count_against_itself, count_against_truth
from moe3d.evaluation.grids import resize_prediction
from moe3d.evaluation.models import Answer
from moe3d.evaluation.pairs import DepthPair, depth_pair
from moe3d.evaluation.protocols import EvaluationProtocol, Subject
from moe3d.evaluation.tasks.task import on_prediction_grid, strided
from moe3d.io.datasets.records import Dataset, SceneTruth

DEPTH_COLUMNS = (
    ("absrel", "lower"),
    ("sqrel", "lower"),
    ("rmse", "lower"),
    ("rmselog", "lower"),
    ("log10", "lower"),
    ("d1", "higher"),
    ("d2", "higher"),
    ("d3", "higher"),
)
NRGBD_MONO_STRIDE = 100


@dataclass(frozen=True)
class MonoDepth:
    """One photo a forward pass; means over photos and weighted by valid pixels."""

    protocol: EvaluationProtocol
    clip_above_m: float | None = None
    name: str = "mono-depth"
    about: Subject = "maps"

    @classmethod
    def for_dataset(cls, protocol: EvaluationProtocol, dataset: Dataset) -> "MonoDepth":
        """The task with this data set's clipping; photos are shown as they are.

        NRGBD has no public single-frame protocol: every 100th frame is taken.
        """
        return cls(_one_by_one(protocol), dataset.clip_above_m)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Depth errors, and once more under the second alignment."""
        first = [Column(name, better, weight="valid_pixels") for name, better in DEPTH_COLUMNS]
        method = self.protocol.also_alignment
        second = [
            Column(f"{name} {method}", better, weight="valid_pixels")
            for name, better in DEPTH_COLUMNS
            if method is not None and name in ("absrel", "d1")
        ]
        return (*first, *second)

    def groups(self, dataset: Dataset, scene: str) -> Sequence[Sequence[int]]:
        """Every frame on its own."""
        return [[frame] for frame in strided(self.protocol, dataset, scene)]

    def score(self, answer: Answer, truth: SceneTruth) -> list[Row]:
        """Errors of every photo, aligned photo by photo."""
        return [
            {"frame": name, **self._errors(pair)}
            for name, pair in zip(truth.views.names, self._pairs(answer, truth), strict=True)
        ]

    def _pairs(self, answer: Answer, truth: SceneTruth) -> list[DepthPair]:
        if self.protocol.resampling == "truth-nearest":
            truth = on_prediction_grid(answer, truth)
            depths = answer.layer.depth.astype(np.float64)
        else:
            depths = _at_truth_size(answer, truth, self.protocol)
        return [depth_pair(p, g) for p, g in zip(depths, truth.depth, strict=True)]

    def _errors(self, pair: DepthPair) -> dict[str, float]:
        first = pair.aligned(pair.fit(self.protocol.depth_alignment), self.clip_above_m)
        values = asdict(errors_of(first))
        method = self.protocol.also_alignment
        if method is not None:
            second = errors_of(pair.aligned(pair.fit(method), self.clip_above_m))
            values |= {f"absrel {method}": second.absrel, f"d1 {method}": second.d1}
        return values


@dataclass(frozen=True)
class Boundary:
    """All photos of a scene in one forward pass; a row a photo, at the prediction's grid."""

    protocol: EvaluationProtocol
    name: str = "boundary"
    about: Subject = "maps"
    max_frames: int | None = None
    """Photos of a scene that are shown together; None shows all."""

    @classmethod
    def for_dataset(
        cls, protocol: EvaluationProtocol, dataset: Dataset, max_frames: int | None = None
    ) -> "Boundary":
        """The task with photos shown as they are; truth always goes to the prediction's grid."""
        shown = replace(_one_by_one(protocol), resampling="truth-nearest")
        return cls(shown, max_frames=max_frames)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Sharpness first, then level."""
        flying = ("fpr_self_flying_pixels", "fpr_self_resolved_pixels")
        return (
            Column("boundary_f1_masked", "higher", counts="occlusion_counts"),
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
            Column("absrel", weight="valid_pixels"),
            Column("d1", "higher", weight="valid_pixels"),
        )

    def groups(self, dataset: Dataset, scene: str) -> Sequence[Sequence[int]]:
        """All frames together, or runs of `max_frames`; photos without cameras one by one."""
        frames = strided(self.protocol, dataset, scene)
        size = self.max_frames or len(frames)
        return [frames[start : start + size] for start in range(0, len(frames), size)]

    def score(self, answer: Answer, truth: SceneTruth) -> list[Row]:
        """Sharpness of every photo; aligned photo by photo."""
        truth = on_prediction_grid(answer, truth)
        depths = answer.layer.depth.astype(np.float64)
        rows = []
        for index, name in enumerate(truth.views.names):
            raw = depth_pair(depths[index], truth.depth[index])
            aligned = raw.aligned(raw.fit(self.protocol.depth_alignment))
            intrinsics = None if truth.intrinsics is None else truth.intrinsics[index]
            rows.append({"frame": name, **_sharpness(raw, aligned, intrinsics)})
        return rows


def _one_by_one(protocol: EvaluationProtocol) -> EvaluationProtocol:
    """Photos as they are; NRGBD's sparse pairs become every 100th frame."""
    strides = dict(protocol.strides)
    if protocol.nrgbd_half_rule or "nrgbd" not in strides:
        strides["nrgbd"] = NRGBD_MONO_STRIDE
    return replace(protocol, input_size=None, strides=strides, nrgbd_half_rule=False)


def _sharpness(
    raw: DepthPair, aligned: DepthPair, intrinsics: Float64[np.ndarray, "3 3"] | None
) -> Row:
    occlusions = count_occlusions(raw.prediction, raw.truth)
    pooled = count_pooled(aligned.prediction, aligned.truth)
    edges = measure_edge_distances(raw.prediction, raw.truth)
    errors = errors_of(aligned)
    band = (
        measure_band_distances(aligned.prediction, aligned.truth, intrinsics).accuracy
        if intrinsics is not None
        else float("nan")
    )
    return {
        "boundary_f1_masked": occlusions.f1,
        "boundary_f1_pooled_r1": pooled.f1,
        "dbe_acc": edges.accuracy,
        "dbe_comp": edges.completeness,
        "boundary_acc_3d": band,
        "absrel": errors.absrel,
        "d1": errors.d1,
        "valid_pixels": errors.valid_pixels,
        **_flying_counts(raw, aligned),
        "occlusion_counts": counts_as_rows(occlusions),
        "pooled_counts": counts_as_rows(pooled),
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


def _at_truth_size(
    answer: Answer, truth: SceneTruth, protocol: EvaluationProtocol
) -> list[Float64[np.ndarray, "H W"]]:
    """Depth interpolated to the photos' size, for protocols that do so."""
    height, width = truth.depth.shape[1:]
    for transform in answer.prediction.pixel_transforms:
        if transform.visible_box != (0.0, 0.0, float(width), float(height)):
            raise EvaluationError(
                f"{protocol.resampling} needs predictions of whole photos; the model saw "
                f"{transform.visible_box} of {width} x {height}"
            )
    return [
        resize_prediction(depth.astype(np.float64), width, height, protocol.resampling)
        for depth in answer.layer.depth
    ]
