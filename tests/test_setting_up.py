"""The set-up says first whether it can work, and every file agrees about the versions."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHECK = ROOT / "packaging" / "check_python.sh"
ADMITTED = ("3.11", "3.12", "3.13")
needs_shell = pytest.mark.skipif(os.name != "posix", reason="the Makefile is for Unix")


def python_that_is(version: str, folder: Path) -> Path:
    """An interpreter that takes itself for this version."""
    major, minor = version.split(".")
    real = shutil.which("python3")
    made = folder / f"python{version}"
    made.write_text(
        f'#!/bin/sh\nexec "{real}" -c "\n'
        "import runpy, sys\n"
        f"sys.version_info, sys.version = ({major}, {minor}, 0, 'final', 0), '{version}.0 (x)'\n"
        'runpy.run_path(sys.argv[1])" "$@"\n'
    )
    made.chmod(0o755)
    return made


@needs_shell
@pytest.mark.parametrize("version", ["2.7", "3.9", "3.10", *ADMITTED, "3.14", "4.0"])
def test_the_version_is_checked(tmp_path: Path, version: str):
    python = python_that_is(version, tmp_path)
    done = subprocess.run([CHECK, python], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (version in ADMITTED), done.stderr
    if version not in ADMITTED:
        assert f"{python} is {version}.0. Nothing was installed." in done.stderr
        assert "Traceback" not in done.stderr


@needs_shell
@pytest.mark.parametrize("later", [[], ["later"]])
def test_a_python_that_is_not_there_is_named(later: list[str]):
    done = subprocess.run(
        [CHECK, "python3.99", *later], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "There is no python3.99" in done.stderr


@needs_shell
@pytest.mark.skipif(shutil.which("make") is None, reason="make is not there")
@pytest.mark.parametrize("command", ["run", "test"])
def test_nothing_is_installed_for_a_wrong_python(tmp_path: Path, command: str):
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "packaging", tmp_path / "packaging")
    installer = tmp_path / "packaging" / "install_system_packages.sh"
    installer.write_text("#!/bin/sh\ntouch installed\n")
    python = python_that_is("3.10", tmp_path)
    done = subprocess.run(
        ["make", command, f"PYTHON={python}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "is 3.10.0. Nothing was installed." in done.stderr
    assert not (tmp_path / "installed").exists()
    assert not (tmp_path / ".venv").exists()


def test_the_package_admits_the_versions_that_the_check_admits():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={ADMITTED[0]},<3.14"
    said = f"Python {ADMITTED[0]}, {ADMITTED[1]} or {ADMITTED[2]}"
    for name in ("README.md", "packaging/check_python.sh", "packaging/check_python.py"):
        text = re.sub(r"\s+", " ", (ROOT / name).read_text(encoding="utf-8"))
        assert said in text, name
