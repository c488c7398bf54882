"""A few kills at random moments; `make kills` tries 400."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(sys.platform == "win32", reason="no fork there")
def test_killed_writers_lose_and_leave_nothing():
    # A process of its own, so that what is forked has no threads of other tests.
    told = subprocess.run(
        [sys.executable, "-m", "tests.kills", "--kills", "18"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert told.returncode == 0, told.stdout + told.stderr[-2000:]
    assert "18 kills: 0 scenes and 0 choices lost" in told.stdout
