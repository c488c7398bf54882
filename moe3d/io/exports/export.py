"""Export a prediction in one or more formats, each complete or not at all, each read back."""

import importlib
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from moe3d.errors import FileFormatError, OutputError, UsageError
from moe3d.geometry.axes import export_from_world
from moe3d.io.exports.export_content import Content
from moe3d.io.exports.export_job import Exporter, ExportJob, ExportOptions
from moe3d.io.exports.formats import FORMAT_FACTS
from moe3d.io.exports.sidecar import describe_prediction, write_sidecar
from moe3d.io.files.atomic import check_free, new_together
from moe3d.io.files.outside_files import reading
from moe3d.io.files.workplace import sweep
from moe3d.progress import Progress
from moe3d.scene.filters import decided
from moe3d.scene.meshes.recipe import MadeMesh
from moe3d.scene.records import ScenePrediction
from moe3d.scene.sky import with_sky

logger = logging.getLogger(__name__)

_EXPORTERS = MappingProxyType(
    {
        "ply": "moe3d.io.exporters.ply:UNIVERSAL",
        "ply-cloudcompare": "moe3d.io.exporters.ply:CLOUDCOMPARE",
        "ply-splat": "moe3d.io.exporters.splat:SPLAT",
        "las": "moe3d.io.exporters.las:LAS",
        "e57": "moe3d.io.exporters.e57:E57",
        "glb": "moe3d.io.exporters.glb:GLB",
        "mesh-grid": "moe3d.io.exporters.grid_mesh:GLB_MESH",
        "obj": "moe3d.io.exporters.grid_mesh:OBJ",
        "mesh-tsdf": "moe3d.io.exporters.fused_mesh:TSDF",
        "mesh-poisson": "moe3d.io.exporters.fused_mesh:POISSON",
        "colmap": "moe3d.io.exporters.colmap:COLMAP",
        "colmap-dense": "moe3d.io.exporters.colmap:DENSE",
        "transforms": "moe3d.io.exporters.transforms:TRANSFORMS",
        "npz": "moe3d.io.exporters.npz:NPZ",
        "depth-exr": "moe3d.io.exporters.depth_maps:EXR",
        "depth-png": "moe3d.io.exporters.depth_maps:PNG",
        "expert-maps": "moe3d.io.exporters.expert_maps:EXPERTS",
    }
)
EXPORT_FORMATS = tuple(FORMAT_FACTS)
"""Names of all formats."""


@dataclass(frozen=True)
class ExportedFile:
    """One finished export."""

    format: str
    path: Path
    """The file or folder."""
    sidecar: Path
    size_bytes: int
    written: Mapping[str, Any]
    """Counts, bounds and mean colour of what was written."""
    removed_by: Mapping[str, int]
    """Points removed, by filter."""


def exporter(name: str) -> Exporter:
    """The format of this name; its libraries are loaded now.

    Raises:
        UsageError: there is no such format, or a package that it needs is not installed.
    """
    if name not in _EXPORTERS:
        raise UsageError(f"there is no format {name!r}; there are {', '.join(EXPORT_FORMATS)}")
    module, attribute = _EXPORTERS[name].split(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the format {name!r} needs the package {error.name}; install it with "
            f"pip install {error.name}"
        ) from error
    except ImportError as error:
        raise UsageError(
            f"a package that the format {name!r} needs is installed but cannot be loaded "
            f"({error}); install it again"
        ) from error


def export(
    prediction: ScenePrediction,
    out_dir: Path | str,
    formats: Sequence[str] = ("ply",),
    options: ExportOptions | None = None,
    progress: Progress | None = None,
    overwrite: bool = False,
    made: Sequence[MadeMesh] = (),
) -> tuple[ExportedFile, ...]:
    """Write a prediction in several formats, with a JSON sidecar beside each.

    Args:
        prediction: is not changed.
        out_dir: folder; made if it is not there.
        formats: names from `EXPORT_FORMATS`.
        options: layer, filters, name, axes, scale.
        progress: told and asked often; a cancelled format leaves nothing.
        overwrite: replace what is there.
        made: surfaces by `make_mesh`; one that is wanted is written, not made again.

    Returns:
        What was written, in the order of `formats`.

    Raises:
        UsageError: an unknown format or option.
        OutputError: something is there already, cannot be written, or does not read back.
        EmptyExportError: the filters left nothing.
    """
    options = options or ExportOptions()
    progress = progress or Progress()
    chosen = {name: exporter(name) for name in formats}
    if options.cloud.hide_sky:
        prediction = with_sky(prediction)
    jobs = {}
    sweep(Path(out_dir))
    for name, format_ in chosen.items():  # refuse everything that can be before writing anything
        up = options.usual_up.get(name, format_.up) if options.up == "auto" else options.up
        jobs[name] = _job(prediction, replace(options, up=up), format_, progress, made)
        target = target_path(out_dir, format_, options)
        check_free(target, overwrite)
        check_free(sidecar_path(target), overwrite)
    return tuple(
        _export_one(name, format_, jobs[name], target_path(out_dir, format_, options), overwrite)
        for name, format_ in chosen.items()
    )


def target_path(out_dir: Path | str, format_: Exporter, options: ExportOptions) -> Path:
    """Where a format is written."""
    name = re.sub(r"[^\w .()+-]", "_", options.name).strip(" .") or "scene"
    return Path(out_dir) / f"{name[:80]}{format_.suffix}"


def sidecar_path(target: Path) -> Path:
    """Where the description of a file or folder is written."""
    return target.with_name(f"{target.name}.json")


def _job(
    prediction: ScenePrediction,
    options: ExportOptions,
    format_: Exporter,
    progress: Progress,
    made: Sequence[MadeMesh],
) -> ExportJob:
    export_from_world(options.up, options.scale)
    options = replace(options, cloud=decided(prediction, options.cloud))
    return ExportJob(prediction, options, options.up, progress, format_.point_limit, tuple(made))


def _export_one(
    name: str, format_: Exporter, job: ExportJob, target: Path, overwrite: bool
) -> ExportedFile:
    side = sidecar_path(target)
    folders = (target,) if format_.is_folder else ()
    with new_together((target, side), folders, overwrite) as (part, side_part):
        job.progress.report(f"write {name}")
        written = format_.write(job, part)
        job.progress.report(f"check {name}")
        _check_same(target, written, _reread(target, format_, part))
        write_sidecar(side_part, _description(name, job, written))
    size = sum(file.stat().st_size for file in [target, *target.rglob("*")] if file.is_file())
    removed_by = written.details.get("removed_by", {})
    logger.info("wrote %s, %.1f MB", target, size / 1e6)
    return ExportedFile(name, target, side, size, written.summary(), removed_by)


def _reread(target: Path, format_: Exporter, part: Path) -> Content:
    """Read what was just written.

    Raises:
        OutputError: no reader can make sense of it.
    """
    advice = "the disk may be failing: export to another one"
    with reading(target, OutputError, "cannot be read back", advice):
        try:
            return format_.reread(part)
        except FileFormatError as error:
            raise ValueError(str(error)) from error


def _check_same(target: Path, written: Content, found: Content) -> None:
    """Compare what was written with what a reader finds.

    Raises:
        OutputError: they differ.
    """
    if written.differs_from(found):
        raise OutputError(
            f"{target}: does not read back as it was written (wanted {written.summary()}, found "
            f"{found.summary()}); the disk may be failing: export to another one"
        )


def _description(name: str, job: ExportJob, written: Content) -> dict[str, Any]:
    cloud = asdict(job.options.cloud)
    return {
        **describe_prediction(job.prediction),
        "format": name,
        "content": written.summary(),
        "details": written.details,
        "reread_check": "passed: counts, bounds and mean colour agree",
        "options": {
            "up": job.up,
            "scale": job.options.scale,
            "levelled": job.is_levelled,
            "export_from_world": job.export_from_world.tolist(),
            "mesh": asdict(job.options.mesh),
            "cloud": _plain(cloud),
        },
    }


def _plain(value: object) -> object:
    """Records and sequences in the words of JSON."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
