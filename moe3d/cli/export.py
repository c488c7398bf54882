"""`moe3d export`: a saved prediction to files for other programs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from moe3d.cli.console import ConsoleProgress, print_result


@dataclass(frozen=True)
class ExportCommand:
    """Write a saved prediction as point cloud, mesh, cameras or maps."""

    result: Positional[Path]
    """prediction.npz of a run, or the run's folder."""
    format: str
    """Formats, separated by commas: ply, ply-cloudcompare, glb, colmap, transforms, npz, ..."""
    output: Annotated[Path | None, arg(aliases=["-o"])] = None
    """Folder for the files; default: beside the result."""
    layer: str = "fused"
    """fused, vggt, or expert:1, expert:2, ..."""
    confidence_percentile: float = 20.0
    """Leave out this share of the least confident points, in percent; 0 keeps all."""
    name: str = ""
    """File name without ending; default: the result folder's name."""
    overwrite: bool = False
    """Replace existing files."""
    json: bool = False
    """Print the result as JSON."""
    quiet: bool = False
    """No progress on stderr."""

    def run(self) -> int:
        """Export and return 0."""
        from moe3d.io.export import ExportOptions, export, exporter
        from moe3d.io.prediction_file import read_prediction
        from moe3d.scene.filters import CloudOptions

        formats = tuple(name for name in self.format.split(",") if name)
        for name in formats:
            exporter(name)
        path = self.result / "prediction.npz" if self.result.is_dir() else self.result
        prediction = read_prediction(path)
        options = ExportOptions(
            cloud=CloudOptions(layer=self.layer, confidence_percentile=self.confidence_percentile),
            name=self.name or path.resolve().parent.name or "scene",
        )
        console = ConsoleProgress(self.quiet)
        try:
            exported = export(
                prediction,
                self.output or path.resolve().parent,
                formats,
                options,
                console.progress,
                overwrite=self.overwrite,
            )
        finally:
            console.finish()
        lines = [f"wrote {file.path}" for file in exported]
        print_result(
            "\n".join(lines), {"written": [str(file.path) for file in exported]}, self.json
        )
        return 0
