"""The real window at other scales; Qt reads the scale once, so each has a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.gui, pytest.mark.gl]
HERE = Path(__file__).parent


@pytest.mark.parametrize("scale", ["1.5", "2"])
def test_a_window_of_this_scale_picks_draws_and_labels_in_the_right_places(scale):
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", str(HERE / "scaled_window.py")]
    done = subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "QT_SCALE_FACTOR": scale},
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "passed" in done.stdout
    assert "skipped" not in done.stdout
