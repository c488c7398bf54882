"""The whole program, told to end from outside while it rests."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.signals import HEED_SIGNALS

pytestmark = [
    pytest.mark.gui,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals"),
]

CODE = """
import sys
from PySide6.QtCore import QTimer
from moe3d_viewer import main, viewer
show = viewer.Viewer.show
def shown(self):
    show(self)
    QTimer.singleShot(0, lambda: print("ready", flush=True))
viewer.Viewer.show = shown
sys.exit(main.main())
"""


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 130)]
)
def test_a_signal_closes_the_window_with_its_exit_code(tmp_path, number, code):
    places = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
    process = subprocess.Popen(
        [sys.executable, "-c", HEED_SIGNALS + CODE],
        cwd=Path(__file__).parents[2],
        env={**os.environ, **dict.fromkeys(places, str(tmp_path)), "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    _, said = process.communicate(timeout=250)
    assert process.returncode == code
    assert "Traceback" not in said
    assert not list(tmp_path.rglob("scene.moe3d"))
