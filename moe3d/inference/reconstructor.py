"""From photos to a prediction: prepare, run the network, decode, refine, record."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import torch

import moe3d
from moe3d.errors import DeviceMemoryError, UsageError
from moe3d.inference.assemble import assemble_prediction
from moe3d.inference.device import Compute, describe_device, select_compute
from moe3d.inference.finite_output import notes_on_output
from moe3d.inference.memory import PeakMemory
from moe3d.inference.preprocess import PreparedViews, cut_warnings, prepare_views, settled_mode
from moe3d.model.checkpoint import (
    CheckpointInfo,
    ReadOptions,
    build_on_meta,
    read_checkpoint,
    read_info,
)
from moe3d.model.known_models import find_checkpoint
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.output import ModelOutput, RunOptions
from moe3d.multiview.refine import refine_prediction
from moe3d.progress import Progress
from moe3d.scene.records import PredictionMetadata, ScenePrediction, ViewSet

ResizeMode = Literal["auto", "crop", "pad"]
RefineMode = Literal["auto", "off", "cameras", "full"]


@dataclass(frozen=True)
class ReconstructionOptions:
    """What a run computes besides the fused depth."""

    compare: bool = True
    """Also VGGT's depth."""
    resize_mode: ResizeMode = "auto"
    """Tall photos: centre crop as VGGT does, pad to a square, or crop only where no photo loses
    more than a tenth by it and else show every photo whole, in a frame that fits."""
    refine: RefineMode = "auto"
    """What the photos together may improve: "off", "cameras", "full" (cameras, then depth and
    support as further layers), or "auto": all that the photos allow."""


class Stopwatch:
    """Seconds of each named stage, in order."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the body under this name."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


class Reconstructor:
    """A loaded network; turns a `ViewSet` into a `ScenePrediction`."""

    def __init__(
        self,
        network: MoE3DNetwork,
        info: CheckpointInfo,
        compute: Compute,
        load_seconds: float = 0.0,
    ) -> None:
        self.network = network
        self.info = info
        self.compute = compute
        self._load_seconds = load_seconds

    def reconstruct(
        self,
        views: ViewSet,
        options: ReconstructionOptions | None = None,
        progress: Progress | None = None,
    ) -> ScenePrediction:
        """Reconstruct the scene that these views show.

        Raises:
            UsageError: no view.
            ImageReadError: a photo vanished or broke since it was listed.
            CheckpointError: no photo got finite depth and a camera.
            DeviceMemoryError: not enough memory even with the smallest working set.
            JobCancelledError: progress was cancelled; noticed within one block.
        """
        if len(views) == 0:
            raise UsageError("there is no photo to reconstruct; wanted at least one")
        options = options or ReconstructionOptions()
        progress = progress or Progress()
        watch, peak = Stopwatch(), PeakMemory(self.compute.device)
        with watch.stage("prepare"):
            side = self.network.config.input_side
            patch = self.network.config.patch_size
            mode = settled_mode(views, long_side=side, patch=patch, mode=options.resize_mode)
            prepared = self._prepare(views, mode, progress, side)
        with watch.stage("network"):
            output, notes = self._run_network(prepared, options.compare, progress)
        notes += notes_on_output(output, views.names, self.info.name, self.compute.precision)
        notes += cut_warnings(views, prepared.pixel_transforms)
        metadata = self._metadata(views, notes)
        prediction = assemble_prediction(views.names, prepared, output, metadata)
        if options.refine != "off":
            with watch.stage("refine"):
                prediction = refine_prediction(
                    prediction,
                    views,
                    "cameras" if options.refine == "cameras" else "full",
                    progress=progress,
                    device=self.compute.device,
                )
        seconds = {"load model": self._load_seconds, **watch.seconds}
        return _with_cost(prediction, seconds, peak.bytes)

    def _prepare(
        self, views: ViewSet, mode: str, progress: Progress, long_side: int
    ) -> PreparedViews:
        return prepare_views(
            views,
            long_side=long_side,
            patch=self.network.config.patch_size,
            mode=mode,
            progress=progress,
        )

    def _run_network(
        self, prepared: PreparedViews, compare: bool, progress: Progress
    ) -> tuple[ModelOutput, tuple[str, ...]]:
        """Run once; after an out-of-memory error once more with the smallest working set."""
        run_options = RunOptions(with_baseline=compare, with_points=False)
        try:
            return self._forward(prepared, run_options, progress), ()
        except torch.OutOfMemoryError:
            torch.cuda.empty_cache()
        note = "out of memory at first; the depth heads then ran one photo at a time"
        try:
            smallest = replace(run_options, frames_per_chunk=1)
            return self._forward(prepared, smallest, progress), (note,)
        except torch.OutOfMemoryError as error:
            count, height, width = prepared.images.shape[:3]
            device = describe_device(self.compute.device)
            raise DeviceMemoryError(
                f"{device} has too little memory for {count} photos of {width}x{height} pixels "
                f"with {self.info.name}; use fewer photos (--max-photos) or --device cpu"
            ) from error

    def _forward(
        self,
        prepared: PreparedViews,
        run_options: RunOptions,
        progress: Progress,
    ) -> ModelOutput:
        progress.report("network")
        images = torch.from_numpy(prepared.images).to(self.compute.device)
        images = images.permute(0, 3, 1, 2)[None].float() / 255  # (1, S, 3, H, W)
        with torch.inference_mode():
            return self.network(
                images,
                on_block=lambda done, total: progress.report("network", done, total),
                options=run_options,
            )

    def _metadata(self, views: ViewSet, notes: tuple[str, ...]) -> PredictionMetadata:
        refused = tuple(f"not used: {file.path.name}: {file.reason}" for file in views.refused)
        warned = tuple(f"{view.name}: {text}" for view in views.views for text in view.warnings)
        return PredictionMetadata(
            model=self.info.name,
            checkpoint_sha256=self.info.sha256,
            licence=self.info.licence,
            experts_trained=self.info.experts_trained,
            demonstration=self.info.demonstration,
            device=describe_device(self.compute.device),
            precision=self.compute.precision,
            sources=tuple(view.source for view in views.views if view.source),
            notes=notes + views.notes + refused + warned,
            program_version=moe3d.__version__,
        )


def load_reconstructor(
    model: str = "mini",
    device: str = "auto",
    precision: str = "auto",
    progress: Progress | None = None,
) -> Reconstructor:
    """Load a model, ready to reconstruct.

    Args:
        model: "mini" (built in), a checkpoint file, or a hub id that is on this machine.
        device: "auto", "cuda", "cuda:1", "mps" or "cpu".
        precision: "auto", "float32", "bfloat16" or "float16".

    Raises:
        CheckpointError: no such model, or not one that fits.
        UsageError: no such device or precision on this machine.
    """
    start = time.perf_counter()
    progress = progress or Progress()
    progress.report("load model")
    path = find_checkpoint(model)
    compute = select_compute(device, precision, _count_parameters(path))
    loaded = read_checkpoint(path, ReadOptions(backbone_dtype=compute.dtype), progress)
    network = loaded.network.to(compute.device)
    return Reconstructor(network, loaded.info, compute, time.perf_counter() - start)


def _count_parameters(path: Path) -> int:
    network = build_on_meta(read_info(path).config)
    return sum(parameter.numel() for parameter in network.parameters())


def _with_cost(
    prediction: ScenePrediction, seconds: Mapping[str, float], peak_bytes: int
) -> ScenePrediction:
    metadata = replace(
        prediction.metadata, seconds_by_stage=dict(seconds), peak_memory_bytes=peak_bytes
    )
    return replace(prediction, metadata=metadata)
