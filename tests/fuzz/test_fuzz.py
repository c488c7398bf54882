"""A corpus of damaged files for every reader; `make fuzz` reads many more."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.__main__ import FOUND
from tests.fuzz.readers import HEAVY, LIGHT, FuzzedReader

ROOT = Path(__file__).parents[2]
FILES = 200


def campaign(readers: tuple[FuzzedReader, ...]) -> dict[str, dict]:
    """What came of every reader; one process for all, so that its memory can be limited."""
    words = [word for reader in readers for word in ("--reader", reader.name)]
    command = [sys.executable, "-m", "tests.fuzz", "--files", str(FILES), *words]
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "OPENCV_LOG_LEVEL": "OFF", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert ended.returncode in (0, FOUND), f"the process ended: {ended.stderr[-3000:]}"
    said = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
    return {record["reader"]: record for record in said}


@pytest.fixture(scope="module")
def light() -> dict[str, dict]:
    return campaign(LIGHT)


@pytest.fixture(scope="module")
def heavy() -> dict[str, dict]:
    return campaign(HEAVY)


@pytest.mark.parametrize("name", [reader.name for reader in LIGHT])
def test_damaged_files_are_read_or_refused(light: dict[str, dict], name: str):
    assert light[name] == {"reader": name, "files": FILES, "failures": {}}


@pytest.mark.parametrize("name", [reader.name for reader in HEAVY])
def test_damaged_models_and_settings_are_read_or_refused(heavy: dict[str, dict], name: str):
    assert heavy[name] == {"reader": name, "files": FILES, "failures": {}}
