"""Settings that must be made before Qt, torch or pyqtgraph are imported."""

import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OMP_NUM_THREADS", "2")
# Without a display the offscreen platform does; with one (Xvfb) the tests marked "gl" run too.
if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if os.environ.get("QT_QPA_PLATFORM") == "offscreen":  # whose own screen is 800 x 800
    os.environ["QT_QPA_PLATFORM"] = (
        f"offscreen:configfile={Path(__file__).with_name('screen.json')}"
    )


import pytest

from tests.patience import PatientBot


@pytest.fixture
def qtbot(qapp, request) -> PatientBot:
    """A robot that waits as long as a busy machine takes."""
    return PatientBot(request)
