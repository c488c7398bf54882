"""Exports by the registry of moe3d.io, and asks before anything is replaced."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from app.state.backend import (
    ExportedFiles,
    ExportForecast,
    ExportFormat,
    ExportRequest,
    TargetExistsError,
)
from app.state.export_plan import ExportPlan
from app.state.point_filters import PointFilters
from app.workers.count_points import count_points, filtered_prediction
from moe3d.errors import MoE3DError, UsageError
from moe3d.progress import Progress

if TYPE_CHECKING:
    from moe3d.io.export_job import ExportOptions
    from moe3d.scene.records import ScenePrediction

SHOWN_TARGETS = 6
_POISSON_DEPTHS = {"coarse": 7, "normal": 8, "fine": 9}
_TSDF_VOXELS = {"coarse": 256, "normal": 384, "fine": 640}
_GRID_STEPS = {"coarse": 2, "normal": None, "fine": 1}


def export_files(request: ExportRequest, progress: Progress) -> ExportedFiles:
    """Write a prediction in all formats of a request.

    Raises:
        TargetExistsError: files are there already and the request does not allow replacing them.
    """
    from moe3d.io.export import export, exporter, target_path

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
    )
    return ExportedFiles(
        paths=tuple(file.path for file in exported),
        num_points=max((int(file.written.get("points", 0)) for file in exported), default=0),
        size_bytes=sum(file.size_bytes for file in exported),
    )


def forecast_export(request: ExportRequest, progress: Progress) -> ExportForecast:
    """Counts, size and time; a refusal is told, not raised."""
    from moe3d.io.export_estimate import estimate_export

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
    from moe3d.io.export_job import ExportOptions, MeshSettings

    filtered, cloud = filtered_prediction(prediction, plan.layer, plan.filters)
    mesh = MeshSettings(
        grid_step=_GRID_STEPS[plan.detail],
        poisson_depth=_POISSON_DEPTHS[plan.detail],
        tsdf_voxels=_TSDF_VOXELS[plan.detail],
    )
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
        mesh=mesh,
    )
    return filtered, options


def _stricter(
    choose: Callable[..., float], first: float | None, second: float | None
) -> float | None:
    limits = [limit for limit in (first, second) if limit is not None]
    return choose(limits) if limits else None


def export_formats() -> tuple[ExportFormat, ...]:
    """Every format whose libraries are installed."""
    from moe3d.io.export import FORMATS, exporter

    found = []
    for key in FORMATS:
        try:
            offered = exporter(key)
        except UsageError:
            continue
        kind = "folder" if offered.is_folder else "file"
        hint = f"{key}: a {kind} named …{offered.suffix}"
        found.append(ExportFormat(key, offered.title, hint, offered.up))
    return tuple(found)
