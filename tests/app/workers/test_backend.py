"""What the window asks for reaches the package."""

import moe3d
from app.state.backend import RunRequest
from app.workers.backend import MoE3DBackend
from moe3d.progress import Progress
from tests.app.fakes import views_of
from tests.scenes import refined_prediction


def test_the_options_of_a_run_reach_the_reconstructor(monkeypatch):
    asked = []

    class Listens:
        def reconstruct(self, views, options, progress):
            asked.append((len(views), options))
            return refined_prediction()

    load = lambda *_names, progress: Listens()  # noqa: E731
    monkeypatch.setattr(moe3d, "load_reconstructor", load, raising=False)
    request = RunRequest(views_of(["a.jpg"]), compare=False, resize_mode="pad", refine="cameras")
    MoE3DBackend().reconstruct(request, Progress())
    assert asked == [(1, moe3d.ReconstructionOptions(False, "pad", "cameras"))]
