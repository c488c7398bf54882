"""The line of runs, with a clock that a test turns."""

import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace

import pytest

from moe3d.errors import ServerError, UsageError
from moe3d.remote.limits import Limits
from moe3d.remote.protocol import PhotoAsked, RunAsked
from moe3d.remote.runs import Runs
from tests.clock import Clock
from tests.scenes import step_prediction


@pytest.fixture
def clock() -> Clock:
    return Clock(0.0)


@pytest.fixture
def photo(folder) -> bytes:
    return (folder / "b.png").read_bytes()


def answer(asked, views, progress, on_network):
    return replace(step_prediction(num_views=1), names=views.names)


@pytest.fixture
def make(clock, request):
    made = []

    def runs(reconstruct=answer, **limits) -> Runs:
        names = iter("abcdefgh")
        made.append(Runs(reconstruct, Limits(**limits), new_name=lambda: next(names), clock=clock))
        return made[-1]

    yield runs
    for one in made:
        one.close()


def sent(runs: Runs, photo: bytes, name: str = "b.png"):
    """A run whose photo is there."""
    run = runs.create(RunAsked((PhotoAsked(name, 160, 120, ".png", len(photo), True),)))
    run.uploads.photo(0).write_bytes(photo)
    return run


def until(holds) -> None:
    while not holds():
        time.sleep(0.01)


def test_runs_are_done_one_after_the_other_in_their_order(make, photo):
    order, goes_on = [], threading.Event()

    def slowly(asked, views, progress, on_network):
        order.append(views.names)
        goes_on.wait()
        return answer(asked, views, progress, on_network)

    runs = make(slowly)
    all_runs = [sent(runs, photo, f"{number}.png") for number in range(3)]
    for run in all_runs:
        runs.start(run)
        runs.start(run)  # once more does nothing
    until(lambda: order)
    assert [run.state.stage for run in all_runs] == ["running", "waiting", "waiting"]
    assert runs.num_waiting == 3
    goes_on.set()
    until(lambda: all(run.is_over for run in all_runs))
    assert order == [("0.png",), ("1.png",), ("2.png",)]
    assert all(run.result_path.exists() for run in all_runs)


def test_a_run_without_its_photos_does_not_start(make, photo):
    runs = make()
    run = runs.create(RunAsked((PhotoAsked("b.png", 160, 120, ".png", len(photo), True),)))
    with pytest.raises(UsageError, match=r"1 photos were not sent yet, b\.png"):
        runs.start(run)


def test_a_client_that_is_not_heard_of_any_more_loses_its_run(make, photo, clock):
    stopped = threading.Event()

    def endless(asked, views, progress, on_network):
        try:
            while True:
                progress.raise_if_cancelled()
        finally:
            stopped.set()

    runs = make(endless, abandon_s=100.0)
    going, idle = sent(runs, photo), sent(runs, photo)
    runs.start(going)
    until(lambda: going.state.stage == "running")
    clock.now_s = 60.0
    assert runs.get(idle.name) is idle  # its client is there
    clock.now_s = 120.0
    runs.sweep()
    assert runs.get(going.name) is None
    assert runs.get(idle.name) is idle
    stopped.wait()
    until(lambda: not going.folder.exists())


def test_a_result_waits_to_be_fetched_and_not_for_ever(make, photo, clock):
    runs = make(abandon_s=10.0, keep_s=1000.0)
    run = sent(runs, photo)
    runs.start(run)
    until(lambda: run.is_over)
    clock.now_s = 999.0
    runs.sweep()
    assert run.result_path.exists()
    clock.now_s = 1001.0
    runs.sweep()
    assert runs.get(run.name) is None
    assert not run.folder.exists()


def test_a_run_of_the_line_that_is_forgotten_is_never_done(make, photo):
    done, goes_on = [], threading.Event()

    def slowly(asked, views, progress, on_network):
        done.append(views.names)
        goes_on.wait()
        return answer(asked, views, progress, on_network)

    runs = make(slowly)
    first, second, third = (sent(runs, photo, f"{number}.png") for number in range(3))
    for run in (first, second, third):
        runs.start(run)
    runs.forget(second)
    assert not second.folder.exists()
    goes_on.set()
    until(lambda: third.is_over)
    assert done == [("0.png",), ("2.png",)]


def test_there_is_room_for_so_many_runs_and_again_when_one_is_over(make, photo):
    runs = make(max_waiting=1)
    run = sent(runs, photo)
    sent(runs, photo)
    with pytest.raises(ServerError, match="2 runs to do already"):
        sent(runs, photo)
    runs.start(run)
    until(lambda: run.is_over)
    sent(runs, photo)


def test_closing_stops_what_goes_on_and_leaves_no_file(make, photo):
    def endless(asked, views, progress, on_network):
        while True:
            progress.raise_if_cancelled()

    runs = make(endless)
    run = sent(runs, photo)
    runs.start(run)
    until(lambda: run.state.stage == "running")
    runs.close()
    assert not run.folder.parent.exists()


KILLED = """
import os, signal
from moe3d.remote.limits import Limits
from moe3d.remote.runs import Runs

runs = Runs(None, Limits(), new_name=lambda: "a")
(runs._folder / "upload.png").write_bytes(b"photo")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_what_a_killed_server_left_goes_when_the_next_begins(make, photo, tmp_path, monkeypatch):
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setattr(tempfile, "tempdir", None)
    alive = make()
    sent(alive, photo)
    killed = subprocess.run([sys.executable, "-c", KILLED], check=False)
    assert killed.returncode == -signal.SIGKILL
    uploads = {path.parent for path in place.rglob("*.png")}
    assert len(uploads) == 2
    make()
    left = {path.parent for path in place.rglob("*.png")}
    assert len(left) == 1  # the live one's stays
    assert left < uploads
    alive.close()
    assert not list(place.rglob("*.png"))
