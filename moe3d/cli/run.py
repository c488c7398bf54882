"""`moe3d run`: photos in, prediction and exports out."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro.conf import Positional, Suppress, arg

from moe3d.cli.console import ConsoleProgress, print_result, warn
from moe3d.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from moe3d.inference.reconstructor import Reconstructor
    from moe3d.io.export import ExportOptions
    from moe3d.progress import Progress
    from moe3d.scene.records import ScenePrediction, ViewSet


@dataclass(frozen=True)
class RunCommand:
    """Reconstruct a folder of photos (or a video) and write the result."""

    photos: Positional[Path]
    """Folder of photos, one photo, or a video."""
    output: Annotated[Path, arg(aliases=["-o"])]
    """Folder for the results: prediction.npz, the exports, and their sidecars."""
    model: str = "mini"
    """"mini" (built in, a demonstration), a checkpoint file, or a hub id on this machine."""
    compare: bool = True
    """Also compute plain VGGT's depth, for comparison."""
    device: str = "auto"
    """auto, cuda, cuda:1, mps or cpu."""
    precision: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """Number format of the backbone's matrix products."""
    resize: Literal["crop", "pad"] = "crop"
    """How tall photos meet the network: centre crop as VGGT does, or pad and lose nothing."""
    max_photos: int | None = None
    """Use at most this many photos, evenly spaced."""
    refine: Literal["auto", "off", "cameras", "full"] = "auto"
    """What all photos together may improve: off, cameras, or full (cameras, then depth and
    support as further layers); auto: all that the photos allow."""
    export: str = "ply"
    """Formats to write, separated by commas; "" for the prediction alone."""
    confidence_percentile: float = 20.0
    """Leave out this share of the least confident points in exports, in percent; 0 keeps all."""
    sheet: bool = True
    """Write sheet.png: photo, fused depth, experts, gate and VGGT beside each other."""
    overwrite: bool = False
    """Replace files of an earlier run."""
    json: bool = False
    """Print the result as JSON."""
    quiet: bool = False
    """No progress on stderr."""
    silent: Annotated[bool, Suppress] = False
    """No result on stdout: for a command that runs many."""

    def run(self) -> int:
        """Reconstruct and write; returns 0."""
        return self.run_with(self.load)

    def load(self, progress: "Progress") -> "Reconstructor":
        """Load the model that the options name."""
        from moe3d.inference.reconstructor import load_reconstructor

        return load_reconstructor(self.model, self.device, self.precision, progress=progress)

    def run_with(self, load: "Callable[[Progress], Reconstructor]") -> int:
        """The same with a model that may be loaded already."""
        from moe3d.io.images import read_views

        formats = tuple(name for name in self.export.split(",") if name)
        self._check_output(formats)
        views = self._choose(read_views(self.photos))
        for refused in views.refused:
            warn(f"not used: {refused.path.name}: {refused.reason}")
        console = ConsoleProgress(self.quiet)
        try:
            prediction = self._reconstruct(views, load(console.progress), console)
            written = self._write(prediction, formats, console)
        finally:
            console.finish()
        if prediction.agreement is not None and prediction.agreement.sentence:
            warn(prediction.agreement.sentence)
        if not self.silent:
            self._tell(prediction, written)
        return 0

    def _check_output(self, formats: tuple[str, ...]) -> None:
        """Fail before the long work, not after it."""
        from moe3d.cli.output import check_output
        from moe3d.io.export import exporter, target_path

        if self.max_photos is not None and self.max_photos < 1:
            raise UsageError(f"--max-photos must be at least 1; got {self.max_photos}")
        options = self._export_options()
        targets = [target_path(self.output, exporter(name), options) for name in formats]
        own = [self.output / "prediction.npz"] + [self.output / "sheet.png"] * self.sheet
        check_output(self.output, own + targets, self.overwrite)

    def _export_options(self) -> "ExportOptions":
        from moe3d.io.export import ExportOptions
        from moe3d.scene.filters import CloudOptions

        cloud = CloudOptions(confidence_percentile=self.confidence_percentile)
        return ExportOptions(cloud=cloud, name=_scene_name(self.photos))

    def _choose(self, views: "ViewSet") -> "ViewSet":
        if self.max_photos is None or len(views) <= self.max_photos:
            return views
        last = len(views) - 1
        steps = max(self.max_photos - 1, 1)
        return views.select([round(index * last / steps) for index in range(self.max_photos)])

    def _reconstruct(
        self, views: "ViewSet", reconstructor: "Reconstructor", console: ConsoleProgress
    ) -> "ScenePrediction":
        from moe3d.inference.reconstructor import ReconstructionOptions

        options = ReconstructionOptions(
            compare=self.compare, resize_mode=self.resize, refine=self.refine
        )
        return reconstructor.reconstruct(views, options, progress=console.progress)

    def _write(
        self, prediction: "ScenePrediction", formats: tuple[str, ...], console: ConsoleProgress
    ) -> list[Path]:
        from moe3d.io.export import export
        from moe3d.io.prediction_file import write_prediction
        from moe3d.io.sheet import write_sheet

        console.progress.report("write")
        written = [self.output / "prediction.npz"]
        write_prediction(prediction, written[0], self.overwrite)
        if self.sheet:
            written.append(self.output / "sheet.png")
            write_sheet(prediction, written[-1], self.overwrite)
        exported = export(
            prediction,
            self.output,
            formats,
            self._export_options(),
            console.progress,
            self.overwrite,
        )
        return written + [file.path for file in exported]

    def _tell(self, prediction: "ScenePrediction", written: list[Path]) -> None:
        metadata = prediction.metadata
        seconds = sum(metadata.seconds_by_stage.values())
        lines = [
            f"{prediction.num_views} photos in {seconds:.1f} s on {metadata.device} "
            f"({metadata.precision}) with {metadata.model}; units are {metadata.units}",
            *(f"note: {note}" for note in metadata.notes),
            *(f"wrote {path}" for path in written),
        ]
        values = {
            "photos": prediction.num_views,
            "model": metadata.model,
            "experts_trained": metadata.experts_trained,
            "demonstration": metadata.demonstration,
            "device": metadata.device,
            "precision": metadata.precision,
            "seconds_by_stage": dict(metadata.seconds_by_stage),
            "peak_memory_bytes": metadata.peak_memory_bytes,
            "written": [str(path) for path in written],
        }
        print_result("\n".join(lines), values, self.json)


def _scene_name(photos: Path) -> str:
    """Name for the exported files: the folder's or the file's."""
    resolved = photos.resolve()
    is_images_folder = resolved.is_dir() and resolved.name == "images"
    return (resolved.parent if is_images_folder else resolved).stem or "scene"
