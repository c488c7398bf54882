"""`moe3d run`: photos in, prediction and exports out."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro.conf import OmitArgPrefixes, Positional, arg

from moe3d.cli.console import ConsoleProgress, print_result, warn
from moe3d.cli.export_options import SKY
from moe3d.cli.photos import read_photos, scene_name, warn_of_photos
from moe3d.cli.video_options import VideoOptions
from moe3d.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from moe3d.inference.reconstructor import Reconstructor
    from moe3d.io.export import ExportOptions
    from moe3d.progress import Progress
    from moe3d.scene.records import ScenePrediction, ViewSet


@dataclass(frozen=True)
class RunCommand:
    """Reconstruct photos (or a video) and write the result."""

    photos: Positional[tuple[Path, ...]]
    """Folders of photos and videos, photos, videos, or a pattern of their names in quotes."""
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
    resize: Literal["auto", "crop", "pad"] = "auto"
    """How tall photos meet the network: centre crop as VGGT does, pad to a square, or (auto) crop
    only where no photo loses more than a tenth by it and else show every photo whole."""
    max_photos: int | None = None
    """Use at most this many photos, evenly spaced."""
    video: OmitArgPrefixes[VideoOptions] = field(default_factory=VideoOptions)
    refine: Literal["auto", "off", "cameras", "full"] = "auto"
    """What all photos together may improve: off, cameras, or full (cameras, then depth and
    support as further layers); auto: all that the photos allow."""
    export: str = "ply"
    """Formats to write, of the refined depth where there is one, separated by commas; "" for the
    prediction alone."""
    confidence_percentile: float = 20.0
    """Leave out this share of the least confident points in exports, in percent; 0 keeps all."""
    min_support: int | Literal["auto"] = "auto"
    """Leave out points in exports that fewer other photos confirm; 0 keeps all, auto is 1 where at
    least a third of the points is confirmed."""
    hide_sky: Literal["auto", "on", "off"] = "auto"
    """Leave out the sky in exports; auto: where it is more than a hundredth of the points."""
    sheet: bool = True
    """Write sheet.png: photo, fused and refined depth, experts, gate and VGGT beside each other."""
    overwrite: bool = False
    """Replace files of an earlier run."""
    json: bool = False
    """Print the result as JSON."""
    quiet: bool = False
    """No progress on stderr."""

    def run(self) -> int:
        """Reconstruct and write; returns 0."""
        return self.run_with(self.load)

    def run_with(self, load: "Callable[[Progress], Reconstructor]") -> int:
        """The same with a model that may be loaded already."""
        self._tell(*self.make(load))
        return 0

    def load(self, progress: "Progress") -> "Reconstructor":
        """Load the model that the options name."""
        from moe3d.inference.reconstructor import load_reconstructor

        return load_reconstructor(self.model, self.device, self.precision, progress=progress)

    def make(
        self, load: "Callable[[Progress], Reconstructor]"
    ) -> "tuple[ScenePrediction, list[Path]]":
        """Reconstruct and write, and say nothing of it on stdout; the result and its files."""
        formats = tuple(name for name in self.export.split(",") if name)
        self._check_output(formats)
        views = self._choose(read_photos(self.photos, self.video.sampling()))
        console = ConsoleProgress(self.quiet)
        try:
            warn_of_photos(views, console.progress)
            prediction = self._reconstruct(views, load(console.progress), console)
            return prediction, self._write(prediction, formats, console)
        finally:
            console.finish()

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

        cloud = CloudOptions(
            confidence_percentile=self.confidence_percentile,
            min_support=self.min_support,
            hide_sky=SKY[self.hide_sky],
        )
        return ExportOptions(cloud=cloud, name=scene_name(self.photos))

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

        warn_of_cuts(views, self.resize, reconstructor.network.config.input_side)
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
        from moe3d.scene.agreement_text import agreement_lines, full_agreement_json

        metadata, names = prediction.metadata, prediction.names
        seconds = sum(metadata.seconds_by_stage.values())
        lines = [
            f"{prediction.num_views} photos in {seconds:.1f} s on {metadata.device} "
            f"({metadata.precision}) with {metadata.model}; units are {metadata.units}",
            *agreement_lines(prediction.agreement, names),
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
            "agreement": full_agreement_json(prediction.agreement, names),
            "written": [str(path) for path in written],
        }
        print_result("\n".join(lines), values, self.json)


def warn_of_cuts(views: "ViewSet", resize: str, long_side: int) -> None:
    """Name the photos of which the network would see too little."""
    from moe3d.inference.preprocess import cut_warnings, plan_transforms

    for text in cut_warnings(views, plan_transforms(views, long_side=long_side, mode=resize)):
        warn(text)
