"""`mv-recon`: Acc, Comp and NC of the cloud that several photos make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64

from moe3d.errors import EvaluationError
from moe3d.evaluation.grids import resize_prediction
from moe3d.evaluation.metrics.cloud_scores import CloudAlignment, fit_cloud_alignment, score_moved
from moe3d.evaluation.metrics.clouds import NORMAL_NEIGHBOURS
from moe3d.evaluation.metrics.point_maps import world_points
from moe3d.evaluation.models import Answer
from moe3d.evaluation.protocols import EvaluationProtocol, describe
from moe3d.evaluation.reports.columns import Column, Row
from moe3d.evaluation.reports.json_values import json_value
from moe3d.evaluation.tasks.task import on_prediction_grid, strided
from moe3d.io.datasets.records import Dataset, SceneTruth

LOW_FITNESS = 0.5
SCORED = (
    ("acc_mean", "lower"),
    ("acc_median", "lower"),
    ("comp_mean", "lower"),
    ("comp_median", "lower"),
    ("nc_mean", "higher"),
    ("nc_median", "higher"),
    ("fscore", "higher"),
    ("chamfer_l1", "lower"),
    ("icp_fitness", ""),
)
DETAILS = (
    "num_points",
    "valid_fraction",
    "alignment_scale",
    "alignment_angle_deg",
    "alignment_shift",
    "icp_rmse",
)


@dataclass(frozen=True)
class _PointMaps:
    """Predicted and true points of the same pixels, first true camera's frame or world."""

    points: Float64[np.ndarray, "S H W 3"]
    truth: Float64[np.ndarray, "S H W 3"]
    valid: Bool[np.ndarray, "S H W"]


@dataclass(frozen=True)
class MultiViewReconstruction:
    """All photos of a scene in one forward pass; one row a scene."""

    protocol: EvaluationProtocol
    seed: int = 0
    """Of the thinning, where the protocol has one."""
    name: str = "mv-recon"
    fscore_threshold_m: float = field(default=0.05)

    @property
    def choices(self) -> Mapping[str, str]:
        """The protocol's, and the F-score's."""
        return describe(self.protocol, "clouds") | {
            "F-score below": f"{self.fscore_threshold_m} m",
            "normals": f"PCA of {NORMAL_NEIGHBOURS} neighbours",
        }

    @property
    def details(self) -> tuple[str, ...]:
        """Views, points and the alignment of every crop."""
        crops = self.protocol.crops_px
        return ("frames", *(_label(name, crop) for crop in crops for name in DETAILS))

    @property
    def columns(self) -> tuple[Column, ...]:
        """Metrics of every crop."""
        return tuple(
            Column(_label(name, crop), better)
            for crop in self.protocol.crops_px
            for name, better in SCORED
        )

    def groups(self, dataset: Dataset, scene: str) -> Sequence[Sequence[int]]:
        """All frames of the stride."""
        return [strided(self.protocol, dataset, scene)]

    def score(self, answer: Answer, truth: SceneTruth) -> list[Row]:
        """Align, crop, ICP, and score every crop."""
        maps = self._point_maps(answer, truth)
        row: dict[str, object] = {"frames": len(truth.views)}
        notes: list[str] = []
        for crop in self.protocol.crops_px:
            shown = self.protocol.input_size
            box = _crop_box(maps.valid.shape, crop, (shown.width, shown.height) if shown else None)
            scores = self._scores(maps, box)
            row |= {_label(name, crop): value for name, value in scores.items()}
            if scores["icp_fitness"] is not None and scores["icp_fitness"] < LOW_FITNESS:
                fitness = f"ICP fitness {scores['icp_fitness']:.2f} is below {LOW_FITNESS}"
                notes.append(_label(fitness, crop))
        return [{**row, "note": "; ".join(notes)}]

    def _point_maps(self, answer: Answer, truth: SceneTruth) -> _PointMaps:
        if truth.intrinsics is None or truth.camera_from_world is None:
            raise EvaluationError("mv-recon needs true cameras; this data set has none")
        layer = answer.layer
        points = _lift(layer.depth, layer.intrinsics, layer.camera_from_world)
        if self.protocol.resampling == "truth-nearest":
            truth = on_prediction_grid(answer, truth)
        else:
            height, width = truth.depth.shape[1:]
            way = self.protocol.resampling
            points = np.stack([resize_prediction(one, width, height, way) for one in points])
        assert truth.intrinsics is not None
        assert truth.camera_from_world is not None
        true_points = _lift(truth.depth, truth.intrinsics, truth.camera_from_world)
        first_from_world = truth.camera_from_world[0]
        true_points = true_points @ first_from_world[:3, :3].T + first_from_world[:3, 3]
        first = layer.camera_from_world[0]
        points = points @ first[:3, :3].T + first[:3, 3]
        return _PointMaps(points, true_points, np.isfinite(truth.depth))

    def _scores(self, maps: _PointMaps, box: Bool[np.ndarray, "H W"]) -> dict[str, Any]:
        scored = maps.valid & box
        fitted = maps.valid if self.protocol.fit_before_crop else scored
        _require_points(maps, scored)
        similarity = fit_cloud_alignment(
            maps.points[fitted], maps.truth[fitted], self.protocol.alignment
        )
        points, truth = self._thinned(maps.points[scored], maps.truth[scored])
        alignment = CloudAlignment(self.protocol.alignment, self.protocol.icp_reach_m)
        moved = similarity.apply(points)
        scores = score_moved(moved, truth, similarity, alignment, self.fscore_threshold_m)
        share = float(np.count_nonzero(scored) / (box.sum() * len(maps.valid)))
        return {**json_value(scores), "valid_fraction": share}

    def _thinned(
        self, points: Float64[np.ndarray, "N 3"], truth: Float64[np.ndarray, "N 3"]
    ) -> tuple[Float64[np.ndarray, "M 3"], Float64[np.ndarray, "M 3"]]:
        most = self.protocol.max_points
        if most is None or len(points) <= most:
            return points, truth
        generator = np.random.default_rng(self.seed)
        kept = generator.choice(len(points), most, replace=False)
        return points[kept], truth[kept]


def _lift(
    depth: np.ndarray, intrinsics: np.ndarray, camera_from_world: np.ndarray
) -> Float64[np.ndarray, "S H W 3"]:
    views = zip(depth, intrinsics, camera_from_world, strict=True)
    return np.stack([world_points(*view) for view in views])


def _crop_box(
    shape: tuple[int, ...], crop_px: int, input_size: tuple[int, int] | None
) -> Bool[np.ndarray, "H W"]:
    """The central square of the input image, on this grid; all where there is no crop."""
    height, width = shape[1:]
    box = np.ones((height, width), bool)
    if crop_px == 0:
        return box
    shown_width, shown_height = input_size or (width, height)
    wide = min(round(crop_px * width / shown_width), width)
    high = min(round(crop_px * height / shown_height), height)
    left, top = (width - wide) // 2, (height - high) // 2
    box[:] = False
    box[top : top + high, left : left + wide] = True
    return box


def _require_points(maps: _PointMaps, scored: Bool[np.ndarray, "S H W"]) -> None:
    if not scored.any():
        raise EvaluationError("no pixel with true depth is left to score")
    missing = int(np.count_nonzero(~np.isfinite(maps.points[scored]).all(axis=-1)))
    if missing:
        raise EvaluationError(f"the prediction is not finite at {missing} valid pixels")


def _label(name: str, crop: int) -> str:
    return name if crop == 0 else f"{name} crop {crop}"
