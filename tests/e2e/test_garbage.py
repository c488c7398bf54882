"""Jobs make garbage; the GUI thread clears it away."""

import gc
import importlib
import sys
import threading
import weakref

import pytest

from moe3d_viewer.state.job import Job

pytestmark = pytest.mark.gui


class Knot:
    """Holds itself."""

    def __init__(self) -> None:
        self.me = self


def test_a_job_never_collects_garbage_and_the_window_does(viewer, qtbot):
    threads, made = set(), []

    def note(phase: str, _info: dict) -> None:
        if phase == "start":
            threads.add(threading.current_thread())

    def work(_progress, _publish) -> None:
        for _ in range(50_000):  # Python's limit is 700
            knot = Knot()
        made.append(weakref.ref(knot))

    job = Job(work)
    gc.callbacks.append(note)
    try:
        with qtbot.waitSignal(job.succeeded):
            viewer.runner.start(job)
        qtbot.waitUntil(lambda: made[0]() is None)
    finally:
        gc.callbacks.remove(note)
    assert threads == {threading.main_thread()}


def test_python_collects_again_when_the_window_is_closed(viewer):
    assert not gc.isenabled()
    viewer.close_down()
    assert gc.isenabled()


def test_what_a_module_makes_is_put_aside_without_a_look(viewer, qtbot, tmp_path, monkeypatch):
    looked, frozen = [], gc.get_freeze_count()
    (tmp_path / "large_module.py").write_text("made = [[] for _ in range(50_000)]\n")
    monkeypatch.syspath_prepend(tmp_path)

    def note(phase: str, _info: dict) -> None:
        looked.append(phase)

    gc.callbacks.append(note)
    try:
        importlib.import_module("large_module")
        qtbot.waitUntil(lambda: gc.get_freeze_count() > frozen + 50_000)
    finally:
        gc.callbacks.remove(note)
        sys.modules.pop("large_module")
    assert looked == []
