"""The benchmarks start, and what they print can be relied on; tiny sizes, no figure is judged."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
TINY = ["--preset", "mini", "--size", "28x28", "--views", "1", "--repeats", "1", "--device", "cpu"]


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def network() -> ModuleType:
    return _load("network")


def test_every_lever_runs_and_is_held_against_the_plain_path(network):
    asked = network.arguments([*TINY, "--photos"])
    rows = network.time_levers(asked, 1)
    assert [row["lever"] for row in rows] == [lever.name for lever in network.levers("cpu")]
    assert rows[0]["of_plain"] == 1
    for row in rows:
        assert row["seconds"] > 0


def test_the_peak_counts_memory_that_a_run_touches_and_gives_back(network, monkeypatch):
    """However short a run is: it lasts here until its memory was looked at."""
    size, is_filled, is_seen = 256 << 20, threading.Event(), threading.Event()
    look = network.anonymous_bytes

    def told() -> int:
        found = is_filled.is_set(), look()
        if found[0]:
            is_seen.set()
        return found[1]

    def run() -> None:
        held = bytearray(size)
        for start in range(0, size, 4096):
            held[start] = 1
        is_filled.set()
        assert is_seen.wait(60)

    monkeypatch.setattr(network, "anonymous_bytes", told)

    found = network.peak_bytes(run, network.torch.device("cpu"))
    assert 0.9 * size < found < 2 * size


def test_the_table_says_what_the_values_say(network):
    rows = [
        {"lever": "plain", "seconds": 2.0, "of_plain": 1.0, "peak_mb": 400.0},
        {"lever": "small", "seconds": 1.0, "of_plain": 0.5, "peak_mb": 100.0},
    ]
    part = {
        "views": 2,
        "levers": rows,
        "mixture": {"of_head_percent": 40.0, "of_whole_percent": 4.3},
    }
    facts = {"preset": "mini", "size": "28x28", "device": "cpu", "clock": "processor", "load": 0.5}
    mini = [{"photos": 8, "seconds_a_photo": 1.25}]
    text = network.table({**facts, "by_views": [part], "mini": mini})
    assert "| small | 1.00 | 0.50 | 100 | 0.25 |" in text
    assert "+4.3 % of the whole" in text
    assert "8 photos: 1.25 CPU-s a photo" in text
    assert json.loads(json.dumps(part)) == part


def test_a_peak_is_measured_in_a_process_of_its_own(network):
    asked = network.arguments(TINY)
    assert network.peak_elsewhere(asked, 1, "32 bits, plain") > 0


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_every_benchmark_finds_what_it_measures(path: Path):
    assert callable(_load(path.stem).main)


MOST_FUNCTIONS, MOST_FILES = 110, 42
"""Of one tick of the confidence slider; where it grows, somebody hears of what is not needed."""


def test_a_tick_of_the_slider_passes_few_functions():
    done = subprocess.run(
        [sys.executable, FOLDER / "slider_tick.py"],
        capture_output=True,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=False,
    )
    found = re.search(r"at once: (\d+) functions in (\d+) files", done.stdout)
    assert found, done.stderr
    functions, files = map(int, found.groups())
    assert 0 < functions <= MOST_FUNCTIONS
    assert 0 < files <= MOST_FILES


def test_all_runs_name_scripts_that_are_there(tmp_path):
    found = _load("everything").runs(tmp_path, quick=True, has_display=False)
    for words in found.values():
        (script,) = (word for word in words if word.endswith(".py"))
        done = subprocess.run(
            [sys.executable, script, "--help"], capture_output=True, text=True, check=True
        )
        assert "usage" in done.stdout
