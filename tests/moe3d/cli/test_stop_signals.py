"""Signals to the command line: one way out, with its exit code, and nothing half-written."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from moe3d.errors import UsageError
from moe3d.io.exports import export
from tests.signals import HEED_SIGNALS

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

# The whole command line but for the command, which is told to be this.
START = """
import signal, sys, time
from pathlib import Path
from moe3d.cli import main as cli
def command(_arguments):
    ready = lambda: print("ready", flush=True)
    {work}
cli._run = command
cli.main([])
"""
WRITE = """
    from moe3d.io.files.atomic import new_folder
    with new_folder(Path(sys.argv[1]) / "out") as part:
        (part / "half").write_text("half")
        ready()
        while True: time.sleep(0.01)
"""
IMPORT = """
    sys.path.insert(0, sys.argv[1])
    sys.modules.pop("laspy", None)
    from moe3d.io.exports.export import exporter
    exporter("las")
"""
SLOW_PACKAGE = """
import time
print("ready", flush=True)
try:
    while True: time.sleep(0.01)
except KeyboardInterrupt:
    pass
raise ImportError("initialization failed")  # what compiled packages make of it
"""
DEAF = """
    ready()
    try:
        while True: time.sleep(0.01)
    except BaseException:
        pass
    while True: time.sleep(0.01)
"""
TIDY = """
    try:
        ready()
        while True: time.sleep(0.01)
    finally:
        time.sleep(0.2)
        Path(sys.argv[1], "tidied up").touch()
"""


def start(work: str, folder: Path, first: str = HEED_SIGNALS, **options) -> subprocess.Popen:
    process = subprocess.Popen(
        [sys.executable, "-c", first + START.format(work=work.strip()), str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 130)]
)
@pytest.mark.parametrize("work", [WRITE, DEAF, IMPORT], ids=["write", "deaf", "import"])
def test_a_signal_ends_the_program_in_one_line_and_leaves_nothing(tmp_path, number, code, work):
    if work is IMPORT:
        (tmp_path / "laspy.py").write_text(SLOW_PACKAGE)
    process = start(work, tmp_path, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    process.send_signal(number)
    _, said = process.communicate(timeout=200)
    assert (process.returncode, said) == (code, "moe3d: stopped\n")
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".py"] == []


def test_two_signals_at_once_are_one_and_the_clearing_up_is_done(tmp_path):
    process = start(TIDY, tmp_path)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGHUP)
    assert process.wait(200) in (130, 143)
    assert (tmp_path / "tidied up").exists()


def test_a_signal_that_is_to_be_ignored_stays_ignored(tmp_path):
    process = start(WRITE, tmp_path, HEED_SIGNALS + "signal.signal(signal.SIGHUP, signal.SIG_IGN)")
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    assert process.wait(200) == 143


def test_a_missing_package_and_one_that_does_not_load_are_told_apart(monkeypatch):
    def fail(error: ImportError):
        def load(_name: str):
            raise error

        monkeypatch.setattr(export.importlib, "import_module", load)
        with pytest.raises(UsageError) as told:
            export.exporter("las")
        return str(told.value)

    assert "pip install laspy" in fail(ModuleNotFoundError("No module", name="laspy"))
    text = fail(ImportError("libz.so.9: cannot open shared object file"))
    assert "libz.so.9" in text
    assert "None" not in text
