"""What the window asks for reaches the package."""

import moe3d
from moe3d.inference import reconstructor
from moe3d.progress import Progress
from moe3d_viewer.state.run.run_options import RunRequest
from moe3d_viewer.workers.models import KeptModel
from tests.app.fakes import views_of
from tests.scenes import refined_prediction


def test_the_options_of_a_run_reach_the_reconstructor(monkeypatch):
    asked = []

    class Listens:
        def reconstruct(self, views, options, progress, on_network):
            asked.append((len(views), options))
            return refined_prediction()

    load = lambda *_names, progress: Listens()  # noqa: E731
    monkeypatch.setattr(reconstructor, "load_reconstructor", load)
    request = RunRequest(views_of(["a.jpg"]), compare=False, resize_mode="pad", refine="cameras")
    KeptModel().reconstruct(request, Progress(), lambda _part: None)
    assert asked == [(1, moe3d.ReconstructionOptions(False, "pad", "cameras"))]
