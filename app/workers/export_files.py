"""Exports by the registry of moe3d.io, and asks before anything is replaced."""

from pathlib import Path

from app.state.backend import ExportFormat, ExportRequest, TargetExistsError
from app.workers.count_points import filtered_prediction
from moe3d.errors import UsageError
from moe3d.progress import Progress

SHOWN_TARGETS = 6


def export_files(request: ExportRequest, progress: Progress) -> tuple[Path, ...]:
    """Write a prediction in all formats of a request.

    Raises:
        TargetExistsError: files are there already and the request does not allow replacing them.
    """
    from moe3d.io.export import ExportOptions, export, exporter, target_path

    prediction, cloud = filtered_prediction(request.prediction, request.layer, request.filters)
    up = request.level_up
    options = ExportOptions(cloud=cloud, name=request.name, level=up is not None, level_up=up)
    if not request.overwrite:
        targets = [target_path(request.out_dir, exporter(key), options) for key in request.formats]
        existing = [str(path) for path in targets if path.exists()]
        if existing:
            raise TargetExistsError("\n".join(existing[:SHOWN_TARGETS]))
    exported = export(
        prediction,
        request.out_dir,
        request.formats,
        options,
        progress,
        overwrite=request.overwrite,
    )
    return tuple(file.path for file in exported)


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
        found.append(ExportFormat(key, offered.title, f"{key}: a {kind} named …{offered.suffix}"))
    return tuple(found)
