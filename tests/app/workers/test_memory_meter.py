import subprocess
import sys

import pytest
from PySide6.QtWidgets import QLabel

from moe3d_viewer.widgets.shell.status_line import StatusLine
from moe3d_viewer.workers import memory_meter
from moe3d_viewer.workers.memory_meter import MemoryMeter

pytestmark = pytest.mark.gui


ALONE = """
import numpy as np
from moe3d_viewer.workers.memory_meter import resident_bytes
before = resident_bytes()
block = np.ones(64 * 2**20, np.uint8)
print(resident_bytes() - before)
"""


def test_memory_that_is_used_is_seen():
    """In a process of its own: what other tests leave may be given back meanwhile."""
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    assert 48 * 2**20 < int(done.stdout) < 128 * 2**20


def test_more_than_two_gigabytes_are_shown_as_they_are(state, qtbot, monkeypatch):
    monkeypatch.setattr(memory_meter, "resident_bytes", lambda: 5000 * 2**20)
    line, meter = StatusLine(state), MemoryMeter()
    qtbot.addWidget(line)
    meter.measured.connect(line.show_memory)
    meter.start()
    meter.stop()
    assert "5,000 MB" in [label.text() for label in line.findChildren(QLabel)]
