"""`moe3d run`: photos in, prediction and exports out."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro.conf import OmitArgPrefixes, Positional, arg

from moe3d.cli.console import ConsoleProgress, print_result, warn
from moe3d.cli.engines import ServerOptions, choose_engine
from moe3d.cli.export_options import FilterWords
from moe3d.cli.photos import read_photos, scene_name, warn_of_photos
from moe3d.cli.video_options import VideoOptions
from moe3d.errors import UsageError
from moe3d.scene.filters.command_words import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from moe3d.inference.engine import Engine
    from moe3d.io.exports.export import ExportOptions
    from moe3d.scene.records import ScenePrediction, ViewSet


@dataclass(frozen=True)
class RunCommand:
    """Reconstruct photos (or a video) and write the result."""

    photos: Positional[tuple[Path, ...]]
    """Folders or zips of photos and videos, photos, videos, or a quoted pattern of names."""
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
    on: OmitArgPrefixes[ServerOptions] = field(default_factory=ServerOptions)
    resize: Literal["auto", "crop", "pad"] = "auto"
    """How tall photos meet the network: centre crop as VGGT does, pad to a square, or (auto) crop
    only where no photo loses more than a tenth by it and else show every photo whole."""
    max_photos: int | None = None
    """Use at most this many photos, evenly spaced."""
    chunk: int | Literal["auto"] = "auto"
    """Photos that the network sees together. More are run in overlapping chunks and joined by the
    photos that chunks share; auto: as many as fit in memory."""
    video: OmitArgPrefixes[VideoOptions] = field(default_factory=VideoOptions)
    refine: Literal["auto", "off", "cameras", "full"] = "auto"
    """What all photos together may improve: off, cameras, or full (cameras, then depth and
    support as further layers); auto: all that the photos allow."""
    export: str = "ply"
    """Formats to write, of the refined depth where there is one, separated by commas; "" for the
    prediction alone."""
    filters: OmitArgPrefixes[FilterWords] = field(default_factory=FilterWords)
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
        return self.run_with(self.engine)

    def run_with(self, choose: "Callable[[], Engine]") -> int:
        """The same with an engine that may have its model already."""
        self._tell(*self.make(choose))
        return 0

    def engine(self) -> "Engine":
        """Who computes, by the options; nothing is loaded yet."""
        return choose_engine(self.on, self.model, self.device, self.precision)

    def make(
        self, choose: "Callable[[], Engine]", heading: str = ""
    ) -> "tuple[ScenePrediction, list[Path]]":
        """Reconstruct and write, and say nothing of it on stdout; the result and its files.

        Args:
            choose: says who computes.
            heading: said before every stage on stderr.
        """
        self._check_output()
        engine = choose()
        views = self._choose(read_photos(self.photos, self.video.sampling()))
        console = ConsoleProgress(self.quiet, heading)
        try:
            warn_of_photos(views, console.progress)
            prediction = self._reconstruct(views, engine, console)
            return prediction, self._write(prediction, self._formats(), console)
        finally:
            console.finish()

    def _check_output(self) -> None:
        """Fail before the long work, not after it."""
        from moe3d.cli.output import check_output

        if self.max_photos is not None and self.max_photos < 1:
            raise UsageError(f"--max-photos must be at least 1; got {self.max_photos}")
        check_output(self.output, self.targets(), self.overwrite)

    def targets(self) -> list[Path]:
        """Every file and folder that the command writes, their descriptions apart.

        Raises:
            UsageError: there is no such format.
        """
        from moe3d.io.exports.export import exporter, target_path

        options = self._export_options()
        own = [self.output / "prediction.npz"] + [self.output / "sheet.png"] * self.sheet
        return own + [target_path(self.output, exporter(name), options) for name in self._formats()]

    def _formats(self) -> tuple[str, ...]:
        return tuple(name for name in self.export.split(",") if name)

    def _export_options(self) -> "ExportOptions":
        from moe3d.io.exports.export import ExportOptions
        from moe3d.scene.filters import CloudOptions

        cloud = CloudOptions(**settings_of(self.filters))
        return ExportOptions(cloud=cloud, name=scene_name(self.photos))

    def _choose(self, views: "ViewSet") -> "ViewSet":
        if self.max_photos is None or len(views) <= self.max_photos:
            return views
        last = len(views) - 1
        steps = max(self.max_photos - 1, 1)
        return views.select([round(index * last / steps) for index in range(self.max_photos)])

    def _reconstruct(
        self, views: "ViewSet", engine: "Engine", console: ConsoleProgress
    ) -> "ScenePrediction":
        from moe3d.inference.options import ReconstructionOptions

        options = ReconstructionOptions(
            compare=self.compare,
            resize_mode=self.resize,
            refine=self.refine,
            chunk_views=self.chunk,
        )
        warn_of_cuts(views, self.resize, engine.input_side(console.progress))
        return engine.reconstruct(views, options, console.progress)

    def _write(
        self, prediction: "ScenePrediction", formats: tuple[str, ...], console: ConsoleProgress
    ) -> list[Path]:
        from moe3d.io.exports.export import export
        from moe3d.io.exports.sheet import write_sheet
        from moe3d.io.scenes.prediction_file import write_prediction

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
