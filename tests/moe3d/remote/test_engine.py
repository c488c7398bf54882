"""A client and a server in a process of its own, with the built-in model."""

import dataclasses
import time
from pathlib import Path

import numpy as np
import pytest

from moe3d.errors import JobCancelledError, ServerError
from moe3d.inference.engine import LocalEngine
from moe3d.inference.options import ReconstructionOptions
from moe3d.io.photos.images import read_views
from moe3d.io.scenes.prediction_file import prediction_arrays
from moe3d.progress import Progress
from moe3d.remote.connection import Connection
from moe3d.remote.engine import FETCH, SEND, RemoteEngine
from tests.servers import TOKEN, ServerProcess, server_process

SAMPLE = Path("assets/samples/leuven/images")


@pytest.fixture(scope="module")
def server():
    with server_process() as made:
        yield made


def arrays(prediction) -> dict[str, bytes]:
    found = prediction_arrays(prediction)
    return {name: array.tobytes() for name, array in found.items() if name != "meta"}


def without_cost(metadata):
    return dataclasses.replace(metadata, device="", seconds_by_stage={}, peak_memory_bytes=0)


@pytest.mark.slow
@pytest.mark.parametrize("refine", ["off", "auto"])
def test_a_server_gives_what_this_machine_gives_bit_by_bit(server, views, refine):
    options = ReconstructionOptions(refine=refine)
    first: list = []
    here = LocalEngine("mini", "cpu").reconstruct(views, options, Progress(), first.append)
    seen: list[str] = []
    progress = Progress(lambda report: seen.append(report.stage))
    engine = RemoteEngine(server.url, TOKEN)
    there = engine.reconstruct(views, options, progress, first.append)
    assert arrays(there) == arrays(here)
    assert there.names == here.names
    assert there.pixel_transforms == here.pixel_transforms
    assert without_cost(there.metadata) == without_cost(here.metadata)
    assert there.metadata.device.startswith(here.metadata.device)
    assert there.metadata.device.endswith(server.url.removeprefix("http://"))
    assert "a.jpg: It is blurred." in there.metadata.notes
    assert len(first) == (0 if refine == "off" else 2)
    if refine != "off":
        assert arrays(first[1]) == arrays(first[0])
    stages = list(dict.fromkeys(seen))
    assert stages[0] == SEND
    assert FETCH in stages
    assert "network" in stages


def test_an_estimate_is_the_servers(server, views):
    options = ReconstructionOptions()
    here = LocalEngine("mini", "cpu").estimate(views, options, Progress())
    there = RemoteEngine(server.url, TOKEN).estimate(views, options, Progress())
    for one in ("num_photos", "height", "width", "weights_bytes", "working_bytes", "precision"):
        assert getattr(there, one) == getattr(here, one), one
    assert RemoteEngine(server.url, TOKEN).input_side(Progress()) == 224


def test_a_cancel_stops_the_run_on_the_server_too(server):
    def stop(report) -> None:
        if report.stage == "network":
            progress.cancel()

    progress = Progress(stop)
    with pytest.raises(JobCancelledError):
        RemoteEngine(server.url, TOKEN).reconstruct(
            read_views(SAMPLE), ReconstructionOptions(), progress
        )
    with Connection(server.url, TOKEN) as connection:
        while connection.get("/v1/status")["waiting"]:
            time.sleep(0.1)


def test_a_server_that_is_killed_in_the_middle_is_named_and_another_one_does_it():
    views, options = read_views(SAMPLE), ReconstructionOptions(refine="off")
    doomed = ServerProcess()
    engine = RemoteEngine(doomed.url, TOKEN)

    def kill(report) -> None:
        if report.stage == "network":
            doomed.kill()

    with pytest.raises(ServerError, match=r"broke in the middle.*try again"):
        engine.reconstruct(views, options, Progress(kill))
    with pytest.raises(ServerError, match=r"no server can be reached.*moe3d serve"):
        engine.reconstruct(views, options, Progress())
    again = ServerProcess(port=doomed.port)
    try:
        prediction = engine.reconstruct(views, options, Progress())
    finally:
        code, said = again.end()
    assert prediction.names == views.names
    assert np.isfinite(prediction.depth).all()
    assert (code, said) == (143, "moe3d: stopped\n")
