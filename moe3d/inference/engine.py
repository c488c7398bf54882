"""Who computes: this machine, or another one behind the same three questions."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import torch

from moe3d.errors import DeviceError
from moe3d.inference import reconstructor
from moe3d.inference.estimate import EstimateOptions, MemoryEstimate, estimate_run
from moe3d.inference.options import ReconstructionOptions
from moe3d.progress import Progress
from moe3d.scene.records import ScenePrediction, ViewSet


@runtime_checkable
class Engine(Protocol):
    """Turns photos into predictions, here or elsewhere; one run at a time."""

    def input_side(self, progress: Progress) -> int:
        """Longer side of the network's images, pixels."""
        ...

    def estimate(
        self, views: ViewSet, options: ReconstructionOptions, progress: Progress
    ) -> MemoryEstimate:
        """What reconstructing these views will take, where it would be done."""
        ...

    def reconstruct(
        self,
        views: ViewSet,
        options: ReconstructionOptions,
        progress: Progress,
        on_network: Callable[[ScenePrediction], None] | None = None,
    ) -> ScenePrediction:
        """Reconstruct the scene that these views show; see `Reconstructor.reconstruct`.

        Args:
            views: at least one.
            options: what is computed besides the fused depth.
            progress: reports and cancels.
            on_network: is handed the network's own answer before the photos refine it.
        """
        ...


class LocalEngine:
    """This machine; loads its model at the first run, and keeps it."""

    def __init__(self, model: str = "mini", device: str = "auto", precision: str = "auto") -> None:
        self._model, self._device, self._precision = model, device, precision
        self._loaded: reconstructor.Reconstructor | None = None

    def input_side(self, progress: Progress) -> int:
        """Longer side of the network's images, pixels; loads the model.

        Raises:
            CheckpointError: no such model, or not one that fits.
            UsageError: no such device or precision on this machine.
        """
        self._load(progress)
        assert self._loaded is not None
        return self._loaded.network.config.input_side

    def estimate(
        self, views: ViewSet, options: ReconstructionOptions, progress: Progress
    ) -> MemoryEstimate:
        """What the run will take; loads nothing.

        Raises:
            CheckpointError: no such model, or not one that fits.
            UsageError: no view; no such device or precision on this machine.
        """
        asked = EstimateOptions(
            self._model,
            self._device,
            self._precision,
            options.compare,
            options.resize_mode,
            options.chunk_views,
        )
        return estimate_run(views, asked, progress)

    def reconstruct(
        self,
        views: ViewSet,
        options: ReconstructionOptions,
        progress: Progress,
        on_network: Callable[[ScenePrediction], None] | None = None,
    ) -> ScenePrediction:
        """Load the model if that was not done yet, and run it.

        Raises:
            DeviceError: the card failed or went away.
            MoE3DError: as `load_reconstructor` and `Reconstructor.reconstruct`.
        """
        try:
            self._load(progress)
            assert self._loaded is not None
            return self._loaded.reconstruct(views, options, progress, on_network=on_network)
        except torch.AcceleratorError as error:
            self._loaded = None
            raise DeviceError(
                f"the graphics card failed in the middle of the run ({_first_line(error)}); it may "
                "have been reset or taken away: start the program again, or choose the device cpu"
            ) from error

    def _load(self, progress: Progress) -> None:
        if self._loaded is None:
            self._loaded = reconstructor.load_reconstructor(
                self._model, self._device, self._precision, progress=progress
            )


class KeptEngine:
    """Keeps the engine that was used last with its model; another one lets it go first."""

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._key: object = None

    def get(self, key: object, make: Callable[[], Engine]) -> Engine:
        """The engine of this key; `make` is called when the last one had another key."""
        if self._engine is None or key != self._key:
            self._engine = None  # the old model's memory goes before the new one comes
            self._engine, self._key = make(), key
        return self._engine


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
