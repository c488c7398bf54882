"""What a wheel puts beside other people's packages, and that it works from there."""

import importlib.util
import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

from moe3d.io.formats.ply import read_ply
from moe3d.version import __version__

ROOT = Path(__file__).parents[1]
SOURCES = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "NOTICE", "app", "moe3d", "assets")
pytestmark = pytest.mark.slow


def run_or_fail(*words: object, cwd: Path | None = None) -> str:
    """What a program says that sees no checkout; its last words are in the failure."""
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=alone, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{words}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"  # a build writes beside its sources
    source.mkdir()
    for name in SOURCES:
        place = ROOT / name
        (source / name).symlink_to(place, target_is_directory=place.is_dir())
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    run_or_fail(*command, "--wheel-dir", folder, source)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """A folder like site-packages, with what the wheel brings."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(wheel.parent / "site")
    return wheel.parent / "site"


@pytest.fixture(scope="module")
def programs(wheel: Path) -> Path:
    """The programs of a new environment with the wheel, which borrows everything else."""
    place = wheel.parent / "environment"
    venv.create(place, symlinks=os.name == "posix")
    folder = place / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", folder / "python", "install", "--quiet"]
    run_or_fail(*pip, "--no-deps", "--no-index", wheel)
    site = run_or_fail(
        folder / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"
    )
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(site.strip()) / "borrowed.pth").write_text("\n".join(sorted(borrowed)))
    return folder


def facts_of(installed: Path) -> Message:
    """The METADATA of the wheel."""
    (place,) = installed.glob("*.dist-info/METADATA")
    return Parser().parsestr(place.read_text(encoding="utf-8"))


def in_folder_of_a_user(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess:
    """Run Python in a folder with files that have common names."""
    for name in ("app", "assets"):
        (folder / f"{name}.py").write_text("raise SystemExit('the file of the user ran')\n")
    places = [str(installed), *(path for path in sys.path if path.endswith("site-packages"))]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_a_wheel_takes_no_common_names(installed: Path):
    names = {path.name for path in installed.iterdir() if path.suffix != ".dist-info"}
    assert names == {"moe3d", "moe3d_viewer"}


def test_every_asset_is_in_the_wheel(installed: Path):
    wanted = {path.relative_to(ROOT) for path in (ROOT / "assets").rglob("*") if path.is_file()}
    found = {
        path.relative_to(installed / "moe3d")
        for path in (installed / "moe3d/assets").rglob("*")
        if path.is_file()
    }
    assert found == wanted


def test_type_checkers_are_told_that_the_packages_have_types(installed: Path):
    assert (installed / "moe3d/py.typed").is_file()
    assert (installed / "moe3d_viewer/py.typed").is_file()


def test_the_wheel_has_the_version_that_the_program_says(installed: Path):
    assert facts_of(installed)["Version"] == __version__
    assert f'"{__version__}"' not in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_every_link_of_the_long_description_leads_somewhere_from_an_index(installed: Path):
    text = str(facts_of(installed).get_payload())
    links = re.findall(r"\]\(([^)\s]+)", text) + re.findall(r"^\[[^\]]+\]:\s+(\S+)", text, re.M)
    relative = re.findall(r"\]\(([^)\s]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(links) >= len(relative) > 0
    addresses = {entry.partition(", ")[0]: entry.partition(", ")[2] for entry in
                 facts_of(installed).get_all("Project-URL", [])}  # fmt: skip
    for link in links:
        assert link.startswith(("https://", "#")), link
        inside = re.fullmatch(rf"{addresses['Source']}/(?:blob|raw)/main/([^#]*)(#.*)?", link)
        assert inside is None or (ROOT / inside[1]).exists(), link


def test_the_viewer_is_found_beside_a_file_called_app(installed: Path, tmp_path: Path):
    code = "import moe3d_viewer.main as main, moe3d.cli.gui; print(main.__file__)"
    done = in_folder_of_a_user(installed, tmp_path, "-c", code)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()) == installed / "moe3d_viewer/main.py"
    done = in_folder_of_a_user(installed, tmp_path, "-m", "moe3d", "gui", "--help")
    assert done.returncode == 0, done.stderr


def test_the_built_in_model_and_settings_come_with_the_wheel(installed: Path, tmp_path: Path):
    code = (
        "from moe3d.model.known_models import find_checkpoint; "
        "from moe3d.research.train_mini import STAGES; from moe3d.research.commands import PLAN; "
        "print(find_checkpoint('mini')); print(STAGES); print(PLAN)"
    )
    done = in_folder_of_a_user(installed, tmp_path, "-c", code)
    assert done.returncode == 0, done.stderr
    places = [Path(line) for line in done.stdout.splitlines()]
    assert all(place.exists() and installed in place.parents for place in places)


def test_settings_of_the_wheel_are_read_by_its_training_commands(programs: Path, tmp_path: Path):
    help_text = run_or_fail(programs / "moe3d", "train-mini", "--help", cwd=tmp_path)
    assert "--minutes" in help_text
    code = (
        "from moe3d.research.train_mini import STAGES; "
        "from moe3d.training.config_file import read_config; "
        "print(*(read_config(place).output for place in sorted(STAGES.glob('*.toml'))))"
    )
    assert run_or_fail(programs / "python", "-c", code, cwd=tmp_path).strip()


def test_the_installed_program_says_its_version(programs: Path, tmp_path: Path):
    for name, said in {"moe3d": "moe3d", "moe3d-viewer": "moe3d-viewer"}.items():
        text = run_or_fail(programs / name, "--version", cwd=tmp_path)
        assert text.strip() == f"{said} {__version__}"


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not there")
def test_the_installed_program_reconstructs_the_sample(programs: Path, tmp_path: Path):
    photos = ROOT / "assets/samples/leuven"
    run_or_fail(programs / "moe3d", "run", photos, "--output", "out", "--export", "ply",
                cwd=tmp_path)  # fmt: skip
    (cloud,) = (tmp_path / "out").glob("*.ply")
    assert len(read_ply(cloud).records) > 10_000
    assert list((tmp_path / "out").glob("*prediction*"))
