"""Newer pins: only what changes is said, what a person keeps stays, files keep their order."""

from pathlib import Path

import pytest

from tests.packaging.scripts import script

pins = script("propose_pins")
OLD = """# A remark.
torch==2.13.0
numpy==2.4.6
pillow_heif==1.0
zipp==4.1.2
"""
NEWER = """torch==2.14.0
pillow-heif==1.1
numpy==2.4.6 ; python_full_version < '3.12'
numpy==2.5.5 ; python_full_version >= '3.12'
zipp==4.1.2
colorama==0.4.6 ; sys_platform == 'win32'
nvidia-nccl-cu13==2.29 ; sys_platform == 'linux'
"""


def test_a_proposal_changes_what_is_newer_and_nothing_else():
    changes, lines = pins.proposed(pins.read_pins(OLD), pins.read_pins(NEWER))
    assert pins.changed(OLD, changes) == (
        "# A remark.\n"
        "torch==2.13.0\n"
        "numpy==2.4.6 ; python_full_version < '3.12'\n"
        "numpy==2.5.5 ; python_full_version >= '3.12'\n"
        "pillow_heif==1.1\n"
        "zipp==4.1.2\n"
        "colorama==0.4.6\n"
    )
    assert "1.0 -> pillow_heif==1.1" in lines
    again, _ = pins.proposed(pins.read_pins(pins.changed(OLD, changes)), pins.read_pins(NEWER))
    assert again == {}


def test_every_pin_has_one_version_a_marker():
    text = pins.PINS.read_text(encoding="utf-8")
    found = pins.read_pins(text)
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert sum(map(len, found.values())) == len(lines)
    assert all(len({pin.marker for pin in group}) == len(group) for group in found.values())


def test_pins_that_a_person_keeps_are_there():
    found = pins.read_pins(pins.PINS.read_text(encoding="utf-8"))
    assert set(pins.KEPT) <= set(found)
    assert {"open3d", "open3d-cpu"} <= set(found), "Linux takes one, Windows and macOS the other"


def test_an_impossible_wish_ends_with_the_reason(monkeypatch, tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text(
        "[project]\nname = 'x'\nversion = '1'\nrequires-python = '>=3.11'\n"
        "dependencies = ['numpy==2.4.6']\n[project.optional-dependencies]\nnone = []\n"
    )
    monkeypatch.setattr(pins, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match="no set of versions"):
        pins.resolve("numpy==2.4.5\n")
