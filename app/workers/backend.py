"""The real answers to what the window asks; moe3d's heavy parts are imported by the first job."""

from collections.abc import Sequence
from pathlib import Path

from app.state.backend import (
    RunRequest,
    Thumbnail,
)
from app.state.job import Publish
from app.state.scene_display import CloudDisplay, SceneDisplay
from app.workers.prepare_display import build_cloud, prepare_display
from moe3d.progress import Progress
from moe3d.scene.records import ScenePrediction, ViewSet

THUMBNAIL_SIZE = 320


class MoE3DBackend:
    """Implements `app.state.backend.Backend` with the moe3d package.

    The reconstructor is kept between runs, so that a second run does not load the model again. Jobs
    that use it never overlap: the window runs one reconstruction at a time.
    """

    def __init__(self) -> None:
        self._reconstructor: object | None = None
        self._loaded = ("", "", "")

    def read_scene(self, paths: Sequence[Path], progress: Progress) -> ViewSet:
        """Find and check the photos."""
        import moe3d

        progress.report("photos")
        return moe3d.read_views(paths[0] if len(paths) == 1 else list(paths))

    def make_thumbnails(self, views: ViewSet, progress: Progress, publish: Publish) -> None:
        """Publish one thumbnail a view, in order."""
        from moe3d.io.images import thumbnail

        for index, view in enumerate(views.views):
            progress.report("thumbnails", index, len(views))
            publish(Thumbnail(index, thumbnail(view, THUMBNAIL_SIZE)))

    def reconstruct(self, request: RunRequest, progress: Progress) -> ScenePrediction:
        """Load the model if it is not there yet, and run it."""
        import moe3d
        from moe3d.inference import ReconstructionOptions

        wanted = (request.model, request.device, request.precision)
        if self._reconstructor is None or wanted != self._loaded:
            progress.report("load model")
            self._reconstructor = None
            self._reconstructor = moe3d.load_reconstructor(
                request.model, device=request.device, precision=request.precision
            )
            self._loaded = wanted
        options = ReconstructionOptions(compare=request.compare, resize_mode=request.resize_mode)
        return self._reconstructor.reconstruct(request.views, options=options, progress=progress)

    def prepare_display(self, prediction: ScenePrediction, progress: Progress) -> SceneDisplay:
        """Statistics and the first clouds."""
        return prepare_display(prediction, progress)

    def build_cloud(
        self, prediction: ScenePrediction, layer: str, progress: Progress
    ) -> CloudDisplay:
        """The points of one more layer."""
        return build_cloud(prediction, layer, progress)
