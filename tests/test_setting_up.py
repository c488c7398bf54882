"""The set-up says first whether it can work, and every file agrees about the versions."""

import importlib.util
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
    for name in ("Makefile", "pyproject.toml", "setup.py", "constraints.txt"):
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


def bare_debian(folder: Path, before: str, after: str) -> dict[str, str]:
    """A PATH without Python, whose apt offers one version before and one after an update."""
    programs = folder / "bin"
    programs.mkdir()
    for name in ("sh", "sed", "dirname", "grep", "cat"):
        programs.joinpath(name).symlink_to(shutil.which(name) or name)
    offered = folder / "offered"
    offered.write_text(before)
    for name, script in {
        "uname": "echo Linux",
        "id": "echo 0",
        "dpkg-query": "exit 1",
        "apt-cache": f'printf "python3:\\n  Candidate: %s\\n" "$(cat {offered})"',
        "apt-get": f'[ "$1" = update ] && echo "{after}" >{offered} || echo "$@" >>{folder}/asked',
    }.items():
        programs.joinpath(name).write_text(f"#!/bin/sh\n{script}\n")
        programs.joinpath(name).chmod(0o755)
    return {"PATH": str(programs)}


@needs_shell
@pytest.mark.parametrize("version", ["3.9.2-3", "3.14.7-3", "4.0.1"])
def test_a_python_that_the_system_would_bring_is_checked(tmp_path: Path, version: str):
    system = bare_debian(tmp_path, version, version)
    done = subprocess.run(
        [CHECK, "python3", "later"], env=system, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"own is {version.rpartition('.')[0]}. Nothing was installed." in done.stderr


@needs_shell
@pytest.mark.parametrize("version", ["(none)", *(f"{admitted}.5-1" for admitted in ADMITTED)])
def test_a_python_that_the_system_will_bring_may_be_missing(tmp_path: Path, version: str):
    system = bare_debian(tmp_path, version, version)
    subprocess.run([CHECK, "python3", "later"], env=system, check=True)


@needs_shell
@pytest.mark.parametrize(("version", "admitted"), [("3.14.7-3", False), ("3.13.5-1", True)])
def test_libraries_are_installed_only_beside_a_python_that_will_do(
    tmp_path: Path, version: str, admitted: bool
):
    done = subprocess.run(
        [ROOT / "packaging" / "install_system_packages.sh"],
        env=bare_debian(tmp_path, "(none)", version),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) == admitted, done.stderr
    assert ("Nothing was installed." in done.stderr) == (not admitted)
    assert (tmp_path / "asked").exists() == admitted


@pytest.mark.skipif(shutil.which("ldd") is None, reason="ldd is not there")
@pytest.mark.parametrize(
    ("package", "loaded"),
    [
        ("open3d", "**/pybind*.so"),
        *(("PySide6", f"Qt{part}.abi3.so") for part in ("Core", "Gui", "OpenGL", "Svg", "Widgets")),
        *(("PySide6", f"Qt/plugins/platforms/libq{name}.so") for name in ("xcb", "wayland")),
        ("PySide6", "Qt/plugins/xcbglintegrations/*.so"),
        ("PySide6", "Qt/plugins/wayland-graphics-integration-client/libqt-plugin-wayland-egl.so"),
    ],
)
def test_the_system_s_libraries_are_there(package: str, loaded: str):
    place = importlib.util.find_spec(package)
    assert place is not None
    assert place.origin is not None
    files = list(Path(place.origin).parent.glob(loaded))
    assert files
    done = subprocess.run(["ldd", *files], capture_output=True, text=True, check=True)
    assert [line for line in done.stdout.splitlines() if "not found" in line] == []


def test_the_package_admits_the_versions_that_the_check_admits():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={ADMITTED[0]},<3.14"
    said = f"Python {ADMITTED[0]}, {ADMITTED[1]} or {ADMITTED[2]}"
    for name in ("README.md", "packaging/check_python.sh", "packaging/check_python.py"):
        text = re.sub(r"\s+", " ", (ROOT / name).read_text(encoding="utf-8"))
        assert said in text, name
