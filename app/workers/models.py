"""The network's models: which there are, fetching one, what a run needs, and the run."""

from pathlib import Path
from typing import TYPE_CHECKING

from moe3d import PixelTransform, Progress, ScenePrediction
from moe3d_viewer.state.job import Publish
from moe3d_viewer.state.run.models import ModelInfo
from moe3d_viewer.state.run.run_options import RunRequest
from moe3d_viewer.state.run.run_plan import RunPlan
from moe3d_viewer.state.run.server import ServerFacts
from moe3d_viewer.workers.torch_library import load_matching_library, load_torch_libraries

if TYPE_CHECKING:
    from moe3d import Engine, KeptEngine, ReconstructionOptions


class KeptModel:
    """Keeps the model of the last run on this machine, so that the next one does not load it again.

    Runs never overlap: the window makes one at a time.
    """

    def __init__(self) -> None:
        self._kept: KeptEngine | None = None

    def reconstruct(
        self, request: RunRequest, progress: Progress, publish: Publish
    ) -> ScenePrediction:
        """Load the model if it is not there yet, and run it; see `RECONSTRUCT`."""
        server = _server_of(request)
        if server is None and request.refine != "off":
            load_matching_library()
        engine = server or self._here(request)
        return engine.reconstruct(request.views, _options(request), progress, publish)

    def _here(self, request: RunRequest) -> "Engine":
        load_torch_libraries()
        from moe3d import KeptEngine, LocalEngine

        wanted = (request.model, request.device, request.precision)
        self._kept = self._kept or KeptEngine()
        return self._kept.get(wanted, lambda: LocalEngine(*wanted))


def ask_server(server: str, token: str, progress: Progress) -> ServerFacts:
    """Whether a server is there, takes the token, and what it has; see `ASK_SERVER`."""
    from moe3d import RemoteEngine

    engine = RemoteEngine(server, token)
    return ServerFacts(engine.url, engine.models(progress))


def plan_run(request: RunRequest, progress: Progress) -> RunPlan:
    """Crop frames and memory of a run, without doing it.

    Raises:
        CheckpointError: the model is not on this machine.
        UsageError: no such device or precision here.
        ServerError: the server that would run it cannot be asked.
    """
    from moe3d.inference.preprocess import plan_transforms

    progress.report("plan")
    engine = _server_of(request)
    if engine is None:
        load_torch_libraries()
        from moe3d import LocalEngine

        engine = LocalEngine(request.model, request.device, request.precision)
    estimate = engine.estimate(request.views, _options(request), progress)
    progress.report("plan")
    long_side = max(estimate.width, estimate.height)
    transforms = plan_transforms(request.views, long_side=long_side, mode=request.resize_mode)
    frames = {
        view.name: _frame(transform)
        for view, transform in zip(request.views.views, transforms, strict=True)
    }
    return RunPlan(
        frames,
        estimate.total_bytes,
        estimate.available_bytes,
        estimate.verdict,
        estimate.measures,
    )


def _server_of(request: RunRequest) -> "Engine | None":
    """Another machine that computes; None for this one."""
    if not request.server:
        return None
    from moe3d import RemoteEngine

    return RemoteEngine(request.server, request.token, request.model)


def _options(request: RunRequest) -> "ReconstructionOptions":
    from moe3d import ReconstructionOptions

    return ReconstructionOptions(request.compare, request.resize_mode, request.refine)


def _frame(transform: PixelTransform) -> tuple[float, float, float, float]:
    left, top, right, bottom = transform.visible_box
    width, height = transform.original_width, transform.original_height
    return left / width, top / height, right / width, bottom / height


def known_models(progress: Progress) -> tuple[ModelInfo, ...]:
    """The catalogue, with what lies on this machine; asks no network."""
    from moe3d import known_models

    progress.report("models")
    return tuple(
        ModelInfo(
            key=model.id,
            title=f"{model.id}: {model.summary}",
            size_bytes=model.size_bytes,
            licence=model.licence,
            source=_source(model.is_gated, model.licence_url),
            path=model.path,
        )
        for model in known_models()
    )


def _source(is_gated: bool, url: str) -> str:
    return f"{url} (asks for an application first)" if is_gated else url


def download_model(key: str, progress: Progress) -> Path:
    """Fetch a model that the user asked for."""
    from moe3d import HuggingFaceHub, download_model

    return download_model(key, HuggingFaceHub(), progress)
