"""`moe3d export`: a saved prediction to files for other programs."""

import dataclasses
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import OmitArgPrefixes, Positional, arg

from moe3d.cli.console import ConsoleProgress, print_result
from moe3d.cli.export_options import PointOptions, WritingOptions, export_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moe3d.io.exports.export import ExportedFile
    from moe3d.io.exports.export_estimate import ExportEstimate

OF_A_RUN = "prediction.npz"


@dataclass(frozen=True)
class ExportCommand:
    """Write a saved prediction as point cloud, mesh, cameras or maps.

    Formats: ply, ply-cloudcompare, ply-splat, las, e57, glb (points); mesh-grid, obj, mesh-tsdf,
    mesh-poisson (surfaces); colmap, colmap-dense, transforms (cameras and photos); depth-exr,
    depth-png, expert-maps, npz (maps and arrays). Presets: points (MeshLab, CloudCompare), blender,
    colmap, splats, nerfstudio, research, surface, survey.
    """

    result: Positional[Path]
    """prediction.npz of a run, the run's folder, or a scene that the window saved."""
    format: str = ""
    """Formats, separated by commas; see above."""
    preset: str = ""
    """Formats and options for a purpose, instead of or beside --format; see above."""
    output: Annotated[Path | None, arg(aliases=["-o"])] = None
    """Folder for the files; default: beside the result."""
    name: str = ""
    """File name without ending; default: the scene's name, or that of the run's folder."""
    points: OmitArgPrefixes[PointOptions] = field(default_factory=PointOptions)
    writing: OmitArgPrefixes[WritingOptions] = field(default_factory=WritingOptions)
    estimate: bool = False
    """Only say how many points and bytes it would be and how long it would take."""
    overwrite: bool = False
    """Replace existing files."""
    json: bool = False
    """Print the result as JSON."""
    quiet: bool = False
    """No progress on stderr."""

    def run(self) -> int:
        """Export and return 0."""
        from moe3d.io.exports.export import export
        from moe3d.io.exports.export_estimate import estimate_export
        from moe3d.io.scenes.prediction_file import read_prediction

        formats, writing, usual_up = self._formats()
        path = self.result / OF_A_RUN if self.result.is_dir() else self.result
        folder = path.resolve().parent
        options = export_options(self.points, writing, self.name or _scene_name(path), usual_up)
        prediction = read_prediction(path)
        estimates = {name: estimate_export(prediction, name, options) for name in formats}
        if self.estimate:
            _print_estimates(estimates, self.json)
            return 0
        if not self.quiet:
            sys.stderr.write(f"{_estimate_line('in all', _total(estimates))}\n")
        console = ConsoleProgress(self.quiet)
        try:
            exported = export(
                prediction,
                self.output or folder,
                formats,
                options,
                console.progress,
                overwrite=self.overwrite,
            )
        finally:
            console.finish()
        print_result("\n".join(map(_written_line, exported)), _written_json(exported), self.json)
        return 0

    def _formats(self) -> "tuple[tuple[str, ...], WritingOptions, Mapping[str, str]]":
        """The chosen formats, whose libraries are there, and the options and up axes with the
        preset's."""
        from moe3d.errors import UsageError
        from moe3d.io.exports.export import exporter
        from moe3d.io.exports.export_presets import export_preset

        formats, writing = [name for name in self.format.split(",") if name], self.writing
        usual_up: Mapping[str, str] = {}
        if self.preset:
            preset = export_preset(self.preset)
            usual_up = preset.usual_up
            formats = [*preset.formats, *formats]
            writing = dataclasses.replace(writing, normals=writing.normals or preset.normals)
        if not formats:
            raise UsageError("nothing to write: give --format or --preset")
        for name in formats:
            exporter(name)
        return tuple(dict.fromkeys(formats)), writing, usual_up


def _scene_name(path: Path) -> str:
    """A run's file is named after what it holds; its folder is the scene."""
    return (path.resolve().parent.name if path.name == OF_A_RUN else path.stem) or "scene"


def _written_line(file: "ExportedFile") -> str:
    points = f"{file.written['points']:,} points, " if "points" in file.written else ""
    return f"wrote {file.path} ({points}{file.size_bytes / 1e6:.1f} MB, read back)"


def _written_json(exported: "tuple[ExportedFile, ...]") -> dict[str, object]:
    return {
        "written": [str(file.path) for file in exported],
        "files": [
            {
                "format": file.format,
                "path": str(file.path),
                "bytes": file.size_bytes,
                "content": dict(file.written),
                "removed_by": dict(file.removed_by),
            }
            for file in exported
        ],
    }


def _total(estimates: "dict[str, ExportEstimate]") -> "ExportEstimate":
    from moe3d.io.exports.export_estimate import ExportEstimate

    items = estimates.values()
    return ExportEstimate(
        max(item.num_points for item in items),
        sum(item.size_bytes for item in items),
        sum(item.seconds for item in items),
    )


def _estimate_line(what: str, estimate: "ExportEstimate") -> str:
    return (
        f"{what}: {estimate.num_points:,} points, about {estimate.size_bytes / 1e6:,.1f} MB "
        f"and {max(estimate.seconds, 0.1):,.1f} s"
    )


def _print_estimates(estimates: "dict[str, ExportEstimate]", as_json: bool) -> None:
    lines = [_estimate_line(name, item) for name, item in estimates.items()]
    content = {name: dataclasses.asdict(item) for name, item in estimates.items()}
    print_result("\n".join(lines), {"estimates": content}, as_json)
