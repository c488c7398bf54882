"""The benchmarks start, and what they print can be relied on; tiny sizes, no figure is judged."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import ModuleType

import pytest

from tests.benchmark_module import FOLDER, load_benchmark

TINY = ["--preset", "mini", "--size", "28x28", "--views", "1", "--repeats", "1", "--device", "cpu"]


@pytest.fixture(scope="module")
def network() -> ModuleType:
    return load_benchmark("network")


def test_every_lever_runs_and_is_held_against_the_plain_path(network):
    asked = network.arguments([*TINY, "--photos"])
    rows = network.time_levers(asked, 1)
    assert [row["lever"] for row in rows] == [lever.name for lever in network.levers("cpu")]
    assert rows[0]["of_plain"] == 1
    for row in rows:
        assert row["seconds"] > 0
        assert row["of_roofline"] > 0


def test_levers_can_be_chosen_and_the_plain_path_stays(network):
    asked = network.arguments([*TINY, "--levers", "every layer kept"])
    names = [lever.name for lever in network.chosen_levers(asked)]
    assert names == ["32 bits, plain", "every layer kept"]


def test_the_roofline_counts_the_operations_of_the_whole_forward(network):
    """The bundled model's blocks alone, by their closed form; heads and embedding come on top."""
    asked = network.arguments([*TINY, "--size", "224x168"])
    found = network.Network(asked, 2).operations()
    width, tokens = 384, 16 * 12
    blocks = 8 * 2 * _block(width, tokens + 1) + 3 * 2 * _block(width, tokens + 5)
    blocks += 3 * _block(width, 2 * (tokens + 5))
    assert blocks < found < 3 * blocks


def _block(width: int, tokens: int) -> float:
    return 24.0 * width**2 * tokens + 4.0 * width * tokens**2


def test_keeping_every_layer_takes_what_the_layers_that_nobody_reads_take(network, monkeypatch):
    """Alive together: a 24th of the layers' bytes a layer, counted on tensors without content."""
    asked = network.arguments([*TINY, "--size", "224x168"])
    plain, every = network.chosen_levers(asked)[:2]
    found = network.Network(asked, 2)
    seen = []
    decode = network.MoE3DNetwork.decode

    def told(self, tokens, *given, **more):
        seen.append(len(tokens.layers))
        return decode(self, tokens, *given, **more)

    monkeypatch.setattr(network.MoE3DNetwork, "decode", told)
    found.seconds(plain)
    found.seconds(every)
    assert seen == [4, 4]


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
        {"lever": "plain", "seconds": 2.0, "of_plain": 1.0, "of_roofline": 0.4, "peak_mb": 400.0,
         "with_weights_mb": 900.0},
        {"lever": "small", "seconds": 1.0, "of_plain": 0.5, "of_roofline": 0.8, "peak_mb": 100.0,
         "with_weights_mb": 600.0},
    ]  # fmt: skip
    part = {
        "views": 2,
        "levers": rows,
        "mixture": {"of_head_percent": 40.0, "of_whole_percent": 4.3},
    }
    facts = {"preset": "mini", "size": "28x28", "device": "cpu", "clock": "processor", "load": 0.5}
    mini = [{"photos": 8, "seconds_a_photo": 1.25, "network_seconds_a_photo": 0.5}]
    text = network.table({**facts, "by_views": [part], "mini": mini})
    assert "| small | 1.00 | 0.50 | 80 % | 100 | 0.25 | 600 |" in text
    assert "+4.3 % of the whole" in text
    assert "8 photos: 1.25 CPU-s a photo, the network 0.50 of them" in text
    assert json.loads(json.dumps(part)) == part


def test_a_peak_is_measured_in_a_process_of_its_own(network):
    asked = network.arguments(TINY)
    peak, weights = network.peak_elsewhere(asked, 1, "32 bits, plain")
    assert peak > 0
    assert 100e6 < weights < 200e6  # 30 million of four bytes


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_every_benchmark_finds_what_it_measures(path: Path):
    assert callable(load_benchmark(path.stem).main)


MOST_FUNCTIONS, MOST_FILES = 110, 42
"""Of one tick of the confidence slider; where it grows, somebody hears of what is not needed."""


@pytest.mark.skipif(sys.platform == "win32", reason="no signal stops a process there")
def test_a_stop_of_the_whole_machine_is_told_from_one_of_the_window():
    window = load_benchmark("window")
    gaps = [(1.0, 1.5), (2.0, 2.1)]
    assert window.overlap_s(0.9, 1.6, gaps) == pytest.approx(0.5)
    assert window.overlap_s(1.2, 2.05, gaps) == pytest.approx(0.3 + 0.05)
    assert window.overlap_s(1.6, 1.9, gaps) == 0
    watch = window.OutsideWatch()
    os.kill(watch._process.pid, signal.SIGSTOP)
    begin = time.perf_counter()
    while time.perf_counter() - begin < 0.3:
        time.sleep(0.05)
    os.kill(watch._process.pid, signal.SIGCONT)
    assert window.overlap_s(begin, begin + 0.3, watch.stop()) > 0.2


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
    found = load_benchmark("everything").runs(tmp_path, quick=True, has_display=False)
    for words in found.values():
        (script,) = (word for word in words if word.endswith(".py"))
        done = subprocess.run(
            [sys.executable, script, "--help"], capture_output=True, text=True, check=True
        )
        assert "usage" in done.stdout
