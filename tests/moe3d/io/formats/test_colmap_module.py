"""pycolmap's import leaves the process as it was: signals, and nothing on the screen."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from moe3d.io.formats.colmap_module import load_pycolmap

ROOT = Path(__file__).parents[4]
LOAD = "from moe3d.io.formats.colmap_module import load_pycolmap; load_pycolmap()"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


def run_python(code: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def end_once_ready(process: subprocess.Popen) -> tuple[bytes, bytes]:
    """Wait until it says that it is ready, send SIGTERM, and give what it wrote since."""
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGTERM)
    return process.communicate()


@pytest.mark.parametrize(
    "load",
    [LOAD, f"{LOAD}\nimport pycolmap; pycolmap.Database", "import threading\n"
     "def load():\n import moe3d.io.formats.colmap_module as c; c.load_pycolmap()\n"
     "thread = threading.Thread(target=load); thread.start(); thread.join()"],
    ids=["in the main thread", "and used", "in another thread"],
)  # fmt: skip
def test_sigterm_ends_the_program_without_a_word(load: str):
    process = run_python(f"{load}\nimport signal; print('ready', flush=True); signal.pause()")
    said = end_once_ready(process)
    assert process.returncode == -signal.SIGTERM
    assert said == (b"", b"")


def test_a_handler_that_was_set_before_stays():
    process = run_python(
        "import os, signal, sys\n"
        "def end(*_): os.write(1, b'mine\\n'); sys.exit(7)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        # not by print, in which the signal may arrive
        f"{LOAD}; os.write(1, b'ready\\n'); signal.pause()"
    )
    assert end_once_ready(process) == (b"mine\n", b"")
    assert process.returncode == 7


def test_pythons_fault_handler_stays():
    process = run_python(
        f"import faulthandler, os, signal; faulthandler.enable(); {LOAD}; "
        "os.kill(os.getpid(), signal.SIGABRT)"
    )
    _, said = process.communicate()
    assert process.returncode == -signal.SIGABRT
    assert said.startswith(b"Fatal Python error: Aborted")
    assert b"*** " not in said  # glog's own way to say it


def test_it_is_loaded_once():
    assert load_pycolmap() is load_pycolmap()
