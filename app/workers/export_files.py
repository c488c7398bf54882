"""Exports by the registry of moe3d.io, and asks before anything is replaced."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from moe3d import MoE3DError, Progress
from moe3d_viewer.state.exports.export import (
    ExportedFiles,
    ExportForecast,
    ExportRequest,
    TargetExistsError,
)
from moe3d_viewer.state.exports.export_plan import ExportPlan
from moe3d_viewer.state.points.point_filters import PointFilters
from moe3d_viewer.workers.count_points import count_points

if TYPE_CHECKING:
    from moe3d import ExportOptions, ScenePrediction

SHOWN_TARGETS = 6


def export_files(request: ExportRequest, progress: Progress) -> ExportedFiles:
    """Write a prediction in all formats of a request.

    Raises:
        TargetExistsError: files are there already and the request does not allow replacing them.
    """
    from moe3d import export
    from moe3d.io.exports.export import exporter, target_path

    prediction, options = planned(request.prediction, request.plan)
    formats = request.plan.formats
    if not request.overwrite:
        targets = [target_path(request.out_dir, exporter(key), options) for key in formats]
        existing = [str(path) for path in targets if path.exists()]
        if existing:
            raise TargetExistsError("\n".join(existing[:SHOWN_TARGETS]))
    exported = export(
        prediction,
        request.out_dir,
        formats,
        options,
        progress,
        overwrite=request.overwrite,
        made=request.made,
    )
    return ExportedFiles(
        paths=tuple(file.path for file in exported),
        num_points=max((int(file.written.get("points", 0)) for file in exported), default=0),
        size_bytes=sum(file.size_bytes for file in exported),
    )


def forecast_export(request: ExportRequest, progress: Progress) -> ExportForecast:
    """Counts, size and time; a refusal is told, not raised."""
    from moe3d import estimate_export

    plan = request.plan
    seen, valid = (
        count_points(request.prediction, plan.layer, filters, progress).kept
        for filters in (request.seen_now, PointFilters())
    )
    try:
        prediction, options = planned(request.prediction, plan)
        estimates = [estimate_export(prediction, name, options) for name in plan.formats]
    except MoE3DError as error:
        return ExportForecast(seen, valid, 0, 0, 0.0, str(error))
    return ExportForecast(
        num_seen=seen,
        num_valid=valid,
        num_written=max((item.num_points for item in estimates), default=0),
        size_bytes=sum(item.size_bytes for item in estimates),
        seconds=sum(item.seconds for item in estimates),
    )


def planned(
    prediction: "ScenePrediction", plan: ExportPlan
) -> "tuple[ScenePrediction, ExportOptions]":
    """What is exported and how, as the exporters take it."""
    from moe3d import ExportOptions, cloud_options

    cloud = cloud_options(plan.filters, layer=plan.layer)
    options = ExportOptions(
        cloud=replace(
            cloud,
            confidence_min=_stricter(max, cloud.confidence_min, plan.confidence_min),
            min_support=max(plan.filters.min_support, plan.min_support),
            edge_rtol=_stricter(min, cloud.edge_rtol, plan.edge_rtol),
            voxel_size=plan.voxel_size,
            max_points=plan.max_points,
            normals=plan.normals,
        ),
        name=plan.name,
        up=plan.up,
        usual_up=plan.usual_up,
        scale=plan.scale,
        level=plan.level,
        level_up=plan.level_up,
        mesh=plan.mesh,
    )
    return prediction, options


def _stricter(
    choose: Callable[..., float], first: float | None, second: float | None
) -> float | None:
    limits = [limit for limit in (first, second) if limit is not None]
    return choose(limits) if limits else None
