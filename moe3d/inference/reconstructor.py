"""From photos to a prediction: prepare, run the network, decode, refine, record."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import torch
from jaxtyping import Float

from moe3d.errors import DeviceMemoryError, UsageError
from moe3d.inference.assemble import assemble_prediction
from moe3d.inference.device import Compute, describe_device, select_compute
from moe3d.inference.estimate import count_steps, has_plenty, plan_memory
from moe3d.inference.finite_output import notes_on_output
from moe3d.inference.free_memory import PeakMemory, free_bytes
from moe3d.inference.memory_plan import first_that_fits
from moe3d.inference.options import ReconstructionOptions
from moe3d.inference.preprocess import PreparedViews, cut_warnings, prepare_views, settled_mode
from moe3d.inference.working_set import is_out_of_memory, run_options, steps_for
from moe3d.model.backbone import AggregatorOutput
from moe3d.model.checkpoint import (
    CheckpointInfo,
    ReadOptions,
    read_checkpoint,
)
from moe3d.model.known_models import find_checkpoint
from moe3d.model.layers.photo_tokens import KnownPhotos, PhotoTokens, photo_keys
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.output import ModelOutput
from moe3d.multiview.chunks.likeness import likeness_of_images
from moe3d.multiview.chunks.planning import SMALLEST_CHUNK, chunk_words, plan_chunks
from moe3d.multiview.chunks.whole_scene import WholeScene
from moe3d.multiview.part_progress import ChunkProgress
from moe3d.multiview.refine import refine_prediction
from moe3d.progress import Progress
from moe3d.scene.records import PredictionMetadata, ScenePrediction, ViewSet
from moe3d.version import __version__


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
        self._photo_tokens = PhotoTokens()
        self._counts: dict[tuple[int, int, int, bool], tuple[int, ...]] = {}
        """Bytes on every step of the ladder, by shape and whether VGGT's depth is computed too."""

    def reconstruct(
        self,
        views: ViewSet,
        options: ReconstructionOptions | None = None,
        progress: Progress | None = None,
        on_network: Callable[[ScenePrediction], None] | None = None,
    ) -> ScenePrediction:
        """Reconstruct the scene that these views show.

        Args:
            views: at least one.
            options: what is computed besides the fused depth.
            progress: reports and cancels.
            on_network: is handed the network's own answer before the photos refine it; not called
                when nothing is refined.

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
        try:
            return self._reconstruct(views, options, progress, on_network)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            raise DeviceMemoryError(
                f"this machine has too little memory for {len(views)} photos; use fewer "
                f"(--max-photos) or end other programs ({error})"
            ) from error

    def _reconstruct(
        self,
        views: ViewSet,
        options: ReconstructionOptions,
        progress: Progress,
        on_network: Callable[[ScenePrediction], None] | None,
    ) -> ScenePrediction:
        watch, peak = Stopwatch(), PeakMemory(self.compute.device)
        with watch.stage("prepare"):
            side = self.network.config.input_side
            patch = self.network.config.patch_size
            mode = settled_mode(views, long_side=side, patch=patch, mode=options.resize_mode)
            prepared = self._prepare(views, mode, progress, side)
        with watch.stage("network"):
            prediction = self._ask_network(views, prepared, options, progress, peak)
        load = {"load model": self._load_seconds}
        if options.refine != "off":
            if on_network is not None:
                on_network(_with_cost(prediction, load | watch.seconds, peak.bytes))
            with watch.stage("refine"):
                prediction = self._refine(prediction, views, options, progress)
        return _with_cost(prediction, load | watch.seconds, peak.bytes)

    def _refine(
        self,
        prediction: ScenePrediction,
        views: ViewSet,
        options: ReconstructionOptions,
        progress: Progress,
    ) -> ScenePrediction:
        """The photos together; out of memory, the network's own answer stays, and says so."""
        try:
            return refine_prediction(
                prediction,
                views,
                "cameras" if options.refine == "cameras" else "full",
                progress=progress,
                device=self.compute.device,
            )
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            note = f"out of memory: cameras and depth are the network's own ({error})"
        notes = (*prediction.metadata.notes, note)
        return replace(prediction, metadata=replace(prediction.metadata, notes=notes))

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

    def _ask_network(
        self,
        views: ViewSet,
        prepared: PreparedViews,
        options: ReconstructionOptions,
        progress: Progress,
        peak: PeakMemory,
    ) -> ScenePrediction:
        """All photos at once where they fit, else in chunks; out of memory, in smaller ones."""
        size, notes = self._chunk_views(prepared, options), ()
        while True:
            try:
                if size >= len(views):
                    found = self._answer(views, prepared, options.compare, progress, peak)
                else:
                    found = self._in_chunks(views, prepared, size, options, progress, peak)
                break
            except DeviceMemoryError:
                if size <= SMALLEST_CHUNK:
                    raise
            size = max(min(size, len(views)) // 2, SMALLEST_CHUNK)
            notes = (f"out of memory at first; then {chunk_words(len(views), size)}",)
        notes = found.metadata.notes + notes + cut_warnings(views, prepared.pixel_transforms)
        own = self._metadata(views, notes)
        return replace(found, metadata=replace(own, approximations=found.metadata.approximations))

    def _answer(
        self,
        views: ViewSet,
        prepared: PreparedViews,
        compare: bool,
        progress: Progress,
        peak: PeakMemory,
    ) -> ScenePrediction:
        """What the network says of photos that it sees together."""
        output, notes = self._run_network(prepared, compare, progress, peak)
        notes += notes_on_output(output, views.names, self.info.name, self.compute.precision)
        metadata = PredictionMetadata(self.info.name, notes=notes)
        return assemble_prediction(views.names, prepared, output, metadata)

    def _in_chunks(
        self,
        views: ViewSet,
        prepared: PreparedViews,
        size: int,
        options: ReconstructionOptions,
        progress: Progress,
        peak: PeakMemory,
    ) -> ScenePrediction:
        """Chunk after chunk, each into its rows of the result, and joined in the end."""
        likeness = likeness_of_images(prepared.images, progress)
        plan = plan_chunks(len(views), size, likeness)
        whole = WholeScene(views.names, prepared.images, prepared.pixel_transforms, plan)
        notes: dict[str, None] = {}
        for number, chunk in enumerate(plan.chunks):
            told = ChunkProgress(progress, number, len(plan))
            part = prepared.select(chunk)
            answer = self._answer(views.select(chunk), part, options.compare, told, peak)
            notes |= dict.fromkeys(answer.metadata.notes)
            whole.take(answer)
        return whole.join(PredictionMetadata(self.info.name, notes=tuple(notes)), progress=progress)

    def _chunk_views(self, prepared: PreparedViews, options: ReconstructionOptions) -> int:
        """Photos that the network sees together."""
        shape = prepared.images.shape[:3]
        if options.chunk_views != "auto":
            return min(options.chunk_views, shape[0])
        free = free_bytes(self.compute.device)
        if has_plenty(shape, free):
            return shape[0]
        plan = plan_memory(self.network.config, self.compute, shape, free, compare=options.compare)
        return plan.chunk_views

    def _run_network(
        self, prepared: PreparedViews, compare: bool, progress: Progress, peak: PeakMemory
    ) -> tuple[ModelOutput, tuple[str, ...]]:
        """Run as free memory allows; out of memory, go on with less from where it was."""

        def told(done: int, total: int, share: float) -> None:
            peak.look()
            progress.report("network", done, total, share)

        progress.report("network")
        count, height, width = prepared.images.shape[:3]
        known = self._known_photos(prepared)
        first = self._first_step((count, height, width), compare)
        tokens: AggregatorOutput | None = None
        failure: str | None = None
        for step in steps_for(self.compute)[first:]:
            options = run_options(self.compute, step, with_baseline=compare)
            options = replace(options, known_photos=known)
            try:
                with torch.inference_mode():
                    images = self._images(prepared)
                    if tokens is None:
                        tokens = self.network.encode(images, told, options)
                    elif step.kept_on_cpu:
                        tokens = tokens.in_main_memory()
                    output = self.network.decode(tokens, images, told, options)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                failure = str(error) or "memory"
                self._photo_tokens.clear()
            else:
                notes = (
                    (f"out of memory at first; then {step.words}",) if failure is not None else ()
                )
                return output, notes
            images = None  # before memory is asked for again
            if self.compute.device.type == "cuda":
                torch.cuda.empty_cache()
            progress.report("out of memory: again with less")
        device = describe_device(self.compute.device)
        raise DeviceMemoryError(
            f"{device} has too little memory for {count} photos of {width}x{height} pixels "
            f"with {self.info.name}; use fewer photos (--max-photos)"
            + ("" if self.compute.device.type == "cpu" else " or --device cpu")
            + f" ({failure})"
        )

    def _known_photos(self, prepared: PreparedViews) -> KnownPhotos | None:
        """Tokens of earlier runs, for which the plan has no room: kept where memory is plenty."""
        if has_plenty(prepared.images.shape[:3], free_bytes(torch.device("cpu"))):
            return KnownPhotos(self._photo_tokens, photo_keys(prepared.images))
        self._photo_tokens.clear()
        return None

    def _first_step(self, shape: tuple[int, int, int], compare: bool) -> int:
        """The step of the ladder on which the run begins; the weights are there already."""
        free = free_bytes(self.compute.device)
        if has_plenty(shape, free):
            return 0
        key = (*shape, compare)
        if key not in self._counts:
            config = self.network.config
            self._counts[key] = count_steps(config, self.compute, shape, compare=compare)
        return first_that_fits(self._counts[key], free)

    def _images(self, prepared: PreparedViews) -> Float[torch.Tensor, "1 S 3 H W"]:
        images = torch.from_numpy(prepared.images).to(self.compute.device)
        return images.permute(0, 3, 1, 2)[None].float() / 255

    def _metadata(self, views: ViewSet, notes: tuple[str, ...]) -> PredictionMetadata:
        return PredictionMetadata(
            model=self.info.name,
            checkpoint_sha256=self.info.sha256,
            licence=self.info.licence,
            experts_trained=self.info.experts_trained,
            demonstration=self.info.demonstration,
            device=describe_device(self.compute.device),
            precision=self.compute.precision,
            sources=views.sources,
            notes=notes + views.told,
            program_version=__version__,
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
    select_compute(device, precision, 0)  # what cannot be is told before anything is read
    choose = partial(select_compute, device, precision)
    options = ReadOptions(backbone_dtype=lambda count: choose(count).dtype)
    loaded = read_checkpoint(path, options, progress)
    compute = choose(sum(weight.numel() for weight in loaded.network.parameters()))
    network = loaded.network.to(compute.device)
    return Reconstructor(network, loaded.info, compute, time.perf_counter() - start)


def _with_cost(
    prediction: ScenePrediction, seconds: Mapping[str, float], peak_bytes: int
) -> ScenePrediction:
    metadata = replace(
        prediction.metadata, seconds_by_stage=dict(seconds), peak_memory_bytes=peak_bytes
    )
    return replace(prediction, metadata=metadata)
