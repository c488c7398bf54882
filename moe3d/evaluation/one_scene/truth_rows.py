"""Numbers of a comparison against truth: depth, boundaries, flying points, cameras, clouds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64

from moe3d.errors import EvaluationError
from moe3d.evaluation.metrics.arrays import ArrayOptions, ArrayScores, score_arrays
from moe3d.evaluation.metrics.cloud_scores import CloudAlignment, CloudScores, score_moved
from moe3d.evaluation.metrics.depth import DepthErrors, errors_of
from moe3d.evaluation.metrics.pairs import depth_pair
from moe3d.evaluation.metrics.point_maps import world_points
from moe3d.evaluation.metrics.pose_scores import score_poses
from moe3d.evaluation.one_scene.comparison_rows import Side
from moe3d.evaluation.one_scene.scene_truth import fit_scale
from moe3d.geometry.similarity import Similarity, fit_median_similarity, fit_similarity
from moe3d.progress import Progress
from moe3d.scene.comparison import Better, MeasureRow
from moe3d.scene.filters.selection import evenly_spread
from moe3d.scene.layer_points import kept_points
from moe3d.scene.records import ScenePrediction
from moe3d.scene.truth import AlignedTruth

MAX_POINTS = 60_000
ICP_REACH_SHARE = 0.03
"""Reach of ICP as a share of the true cloud's extent."""


UNITS = "in units of the truth"


@dataclass(frozen=True)
class Measure:
    """How one field of a record becomes a row."""

    name: str
    title: str
    unit: str = ""
    better: Better = "lower"
    note: str = ""
    key: str = ""
    """Of the row; empty takes the name."""


ONE_SCALE = "one median scale for the scene"
DEPTH = (
    Measure("absrel", "AbsRel, one scale a scene", note=ONE_SCALE, key="absrel_scene"),
    Measure("sqrel", "SqRel", note=f"{UNITS}, {ONE_SCALE}"),
    Measure("rmse", "RMSE", note=f"{UNITS}, {ONE_SCALE}"),
    Measure("rmselog", "RMSE log", note=ONE_SCALE),
    Measure("log10", "log10", note=ONE_SCALE),
    Measure("d1", "δ < 1.25, one scale a scene", "%", "higher", ONE_SCALE, "d1_scene"),
    Measure("d2", "δ < 1.25²", "%", "higher", ONE_SCALE),
    Measure("d3", "δ < 1.25³", "%", "higher", ONE_SCALE),
)
A_SCALE_A_PHOTO = "a median scale for each photo: photos that disagree cost nothing"
DEPTH_BY_PHOTO = (
    Measure("absrel", "AbsRel, a scale a photo", note=A_SCALE_A_PHOTO, key="absrel_photo"),
    Measure("d1", "δ < 1.25, a scale a photo", "%", "higher", A_SCALE_A_PHOTO, "d1_photo"),
)
BOUNDARY = (
    Measure("boundary_f1_masked", "Boundary F1", better="higher"),
    Measure("boundary_precision_masked", "Boundary precision", better="higher"),
    Measure("boundary_recall_masked", "Boundary recall", better="higher"),
    Measure("boundary_f1_pooled_r1", "Boundary F1, pooled, 1 px", better="higher"),
    Measure("boundary_f1_pooled_r2", "Boundary F1, pooled, 2 px", better="higher"),
    Measure("boundary_f1_pooled_r3", "Boundary F1, pooled, 3 px", better="higher"),
    Measure("dbe_acc", "Edge distance, accuracy", "px"),
    Measure("dbe_comp", "Edge distance, completeness", "px"),
    Measure("boundary_acc_3d", "Boundary accuracy, 3D", note=UNITS),
    Measure("boundary_comp_3d", "Boundary completeness, 3D", note=UNITS),
)
FLYING = (
    Measure("fpr_self", "FPR self", "%"),
    Measure("fpr_self_coverage", "FPR self, coverage", "%", ""),
    Measure("fpr_self_unresolved", "FPR self, unresolved", "%"),
    Measure("fpr_gt", "FPR truth", "%"),
    Measure("fpr_gt_outside", "FPR truth, outside", "%"),
)
POSE = (
    Measure("rre_mean", "Rotation error, mean", "deg"),
    Measure("rre_median", "Rotation error, median", "deg"),
    Measure("rte_mean", "Translation angle, mean", "deg"),
    Measure("rte_median", "Translation angle, median", "deg"),
    Measure("rra5", "RRA@5", "%", "higher"),
    Measure("rra30", "RRA@30", "%", "higher"),
    Measure("rta5", "RTA@5", "%", "higher"),
    Measure("rta30", "RTA@30", "%", "higher"),
    Measure("auc5", "AUC@5", "%", "higher"),
    Measure("auc10", "AUC@10", "%", "higher"),
    Measure("auc30", "AUC@30", "%", "higher"),
    Measure("ate", "ATE", note=UNITS),
    Measure("rpe_translation", "RPE, translation", note=UNITS),
    Measure("rpe_rotation", "RPE, rotation", "deg"),
)
CLOUD = (
    Measure("acc_mean", "Accuracy, mean", note=UNITS),
    Measure("acc_median", "Accuracy, median", note=UNITS),
    Measure("comp_mean", "Completeness, mean", note=UNITS),
    Measure("comp_median", "Completeness, median", note=UNITS),
    Measure("nc_mean", "Normal consistency, mean", better="higher"),
    Measure("chamfer_l1", "Chamfer L1", note=UNITS),
    Measure("icp_fitness", "ICP fitness", "%", "higher"),
)


@dataclass
class TruthRows:
    """Collects rows and what could not be measured."""

    rows: list[MeasureRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def truth_rows(
    prediction: ScenePrediction, sides: Sequence[Side], truth: AlignedTruth, progress: Progress
) -> TruthRows:
    """Every metric that this truth allows, for every side at the same pixels."""
    found = TruthRows()
    if truth.has_depth:
        found.notes.append(f"truth {truth.source}: {truth.alignment}, each side by its own")
        _add_depth(found, prediction, sides, truth, progress)
    if truth.camera_from_world is not None:
        _add_poses(found, sides, truth)
    if truth.cloud is not None or (truth.has_depth and truth.intrinsics is not None):
        _add_clouds(found, sides, truth, progress)
    return found


def _add_depth(
    found: TruthRows,
    prediction: ScenePrediction,
    sides: Sequence[Side],
    truth: AlignedTruth,
    progress: Progress,
) -> None:
    mask = np.logical_and.reduce([side.valid for side in sides])
    true_depth = truth.depth.astype(np.float64) * truth.scale
    views = [v for v in range(prediction.num_views) if (np.isfinite(true_depth[v]) & mask[v]).any()]
    scores: dict[str, list[ArrayScores]] = {side.name: [] for side in sides}
    by_photo: dict[str, list[DepthErrors]] = {side.name: [] for side in sides}
    scales = {s.name: fit_scale(s.layer.depth, true_depth, prediction) for s in sides}
    for step, view in enumerate(views):
        for side in sides:
            progress.report("metrics", step, len(views))
            lens = side.layer.intrinsics if truth.intrinsics is None else truth.intrinsics
            scores[side.name].append(
                score_arrays(
                    side.layer.depth[view].astype(np.float64) * scales[side.name],
                    true_depth[view],
                    mask[view],
                    ArrayOptions("none", allow_missing=True, intrinsics=lens[view].astype(float)),
                )
            )
            pair = depth_pair(side.layer.depth[view], true_depth[view], mask[view], True)
            by_photo[side.name].append(errors_of(pair.aligned(pair.fit("median"))))
    for group, measures, of_sides in (
        ("depth", DEPTH, scores),
        ("depth", DEPTH_BY_PHOTO, by_photo),
        ("boundary", BOUNDARY, scores),
    ):
        for one in measures:
            values = {
                n: _mean([getattr(s, one.name) for s in many]) for n, many in of_sides.items()
            }
            found.rows.append(_row(one, group, values))
    pooled = {name: _pooled_flying(some) for name, some in scores.items()}
    for one in FLYING:
        found.rows.append(_row(one, "flying", {n: p[one.name] for n, p in pooled.items()}))


def _pooled_flying(scores: Sequence[ArrayScores]) -> dict[str, float]:
    """Rates over the pixels of all photos together."""

    def total(name: str) -> float:
        return float(sum(getattr(score, name) for score in scores))

    covered, unresolved = total("fpr_self_covered_pixels"), total("fpr_self_unresolved_pixels")
    tested = total("fpr_gt_tested_pixels")
    outside = sum(
        score.fpr_gt_outside * score.fpr_gt_tested_pixels
        for score in scores
        if score.fpr_gt_tested_pixels
    )
    return {
        "fpr_self": _share(total("fpr_self_flying_pixels"), covered - unresolved),
        "fpr_self_coverage": _share(covered, total("band_pixels")),
        "fpr_self_unresolved": _share(unresolved, covered),
        "fpr_gt": _share(total("fpr_gt_flying_pixels"), tested),
        "fpr_gt_outside": _share(outside, tested),
    }


def _add_poses(found: TruthRows, sides: Sequence[Side], truth: AlignedTruth) -> None:
    assert truth.camera_from_world is not None
    try:
        scores = {
            side.name: score_poses(
                side.layer.camera_from_world.astype(np.float64), truth.camera_from_world
            )
            for side in sides
        }
    except EvaluationError as error:
        found.notes.append(f"cameras: {error}")
        return
    found.notes += sorted({f"cameras: {score.note}" for score in scores.values() if score.note})
    for one in POSE:
        values = {name: float(getattr(score, one.name)) for name, score in scores.items()}
        found.rows.append(_row(one, "cameras", values))


def _add_clouds(
    found: TruthRows, sides: Sequence[Side], truth: AlignedTruth, progress: Progress
) -> None:
    scores: dict[str, CloudScores] = {}
    name = ""
    for side in sides:
        progress.report("clouds")
        try:
            motion, name = _cloud_motion(side, truth)
            target = _thinned(_true_points(truth))
            reach = ICP_REACH_SHARE * float(np.linalg.norm(np.ptp(target, axis=0)))
            points = motion.apply(_thinned(kept_points(side.layer, side.kept).astype(np.float64)))
            scores[side.name] = score_moved(points, target, motion, CloudAlignment("none", reach))
        except EvaluationError as error:
            found.notes.append(f"cloud of {side.name}: {error}")
            return
    found.notes.append(f"clouds: {name}, then ICP; at most {MAX_POINTS:,} points of each")
    for one in CLOUD:
        values = {name: float(getattr(score, one.name)) for name, score in scores.items()}
        found.rows.append(_row(one, "cloud", values))


def _cloud_motion(side: Side, truth: AlignedTruth) -> tuple[Similarity, str]:
    """How this side's points come into the truth's frame, by the best that the truth allows."""
    if truth.camera_from_world is not None and truth.intrinsics is not None and truth.has_depth:
        known = side.valid & np.isfinite(truth.depth)
        chosen = np.flatnonzero(known)
        if len(chosen) > MAX_POINTS:
            chosen = chosen[evenly_spread(len(chosen), MAX_POINTS)]
        own = _lifted(side.layer.depth, side.layer.intrinsics, side.layer.camera_from_world)
        true = _lifted(truth.depth * truth.scale, truth.intrinsics, truth.camera_from_world)
        return fit_similarity(own[chosen], true[chosen]), "Sim(3) over all pixels (Umeyama)"
    if truth.camera_from_world is not None:
        own, true = (_centres(c) for c in (side.layer.camera_from_world, truth.camera_from_world))
        return fit_similarity(own, true), "Sim(3) of the camera centres (Umeyama)"
    points = _thinned(kept_points(side.layer, side.kept).astype(np.float64))
    target = _thinned(_true_points(truth))
    count = min(len(points), len(target))
    pairs = points[evenly_spread(len(points), count)], target[evenly_spread(len(target), count)]
    return fit_median_similarity(*pairs), "median centre and spread, no rotation"


def _true_points(truth: AlignedTruth) -> Float64[np.ndarray, "N 3"]:
    if truth.cloud is not None:
        return np.asarray(truth.cloud, np.float64)
    assert truth.intrinsics is not None
    world = truth.camera_from_world
    if world is None:
        raise EvaluationError("depth without cameras gives no cloud")
    points = _lifted(truth.depth * truth.scale, truth.intrinsics, world)
    return points[np.isfinite(points).all(axis=1)]


def _lifted(
    depth: np.ndarray, intrinsics: np.ndarray, camera_from_world: np.ndarray
) -> Float64[np.ndarray, "N 3"]:
    views = zip(depth, intrinsics, camera_from_world, strict=True)
    return np.concatenate([world_points(*view).reshape(-1, 3) for view in views])


def _centres(camera_from_world: np.ndarray) -> Float64[np.ndarray, "S 3"]:
    rotation, translation = camera_from_world[:, :3, :3], camera_from_world[:, :3, 3]
    return -np.einsum("sij,si->sj", rotation, translation).astype(np.float64)


def _thinned(points: Float64[np.ndarray, "N 3"]) -> Float64[np.ndarray, "M 3"]:
    if len(points) <= MAX_POINTS:
        return points
    return points[evenly_spread(len(points), MAX_POINTS)]


def _row(measure: Measure, group: str, values: dict[str, float]) -> MeasureRow:
    key = f"{group}_{measure.name}" if group == "cloud" else measure.key or measure.name
    return MeasureRow(
        key, measure.title, f"truth: {group}", values, measure.unit, measure.better, measure.note
    )


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
