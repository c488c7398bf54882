"""The source archive is a whole checkout: all that is tracked, tests included; they run from it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LEFT_OUT = {".gitignore", ".gitattributes", ".ci/run"}
"""Tracked, but of no use where there is no repository."""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(),
                       reason="what is tracked is known in a checkout alone"),
]  # fmt: skip


def tracked() -> set[str]:
    """Files of the checkout that git knows."""
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name for name in done.stdout.split("\0") if name and (ROOT / name).exists()}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive, unpacked."""
    folder = tmp_path_factory.mktemp("archive")
    source = folder / "source"
    for name in tracked():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, source / name, follow_symlinks=False)
    code = f"from setuptools import build_meta; print(build_meta.build_sdist({str(folder)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=source, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (made,) = folder.glob("*.tar.gz")
    subprocess.run(["tar", "-xzf", made, "-C", folder], check=True)
    return made.with_name(made.name.removesuffix(".tar.gz"))


def test_the_archive_holds_all_that_is_tracked(archive: Path):
    missing = {name for name in tracked() if not (archive / name).exists()}
    assert missing == {name for name in LEFT_OUT if (ROOT / name).exists()}


def test_tests_run_from_the_archive_on_its_own_files(archive: Path):
    chosen = "tests/moe3d/geometry/test_projection.py"
    report = (
        "import pytest, sys; "
        f"code = pytest.main(['-q', '-p', 'no:cacheprovider', {chosen!r}]); "
        "import moe3d; print(moe3d.__file__); sys.exit(code)"
    )
    environment = {**os.environ, "PYTHONPATH": str(archive)}
    done = subprocess.run(
        [sys.executable, "-c", report],
        cwd=archive,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert Path(done.stdout.split()[-1]) == archive / "moe3d/__init__.py"
    assert " passed" in done.stdout


def test_the_archive_makes_a_wheel_with_every_asset(archive: Path):
    folder = archive.parent / "wheels"
    code = (
        "from setuptools import build_meta; import zipfile; "
        f"made = build_meta.build_wheel({str(folder)!r}); "
        f"print(*zipfile.ZipFile({str(folder)!r} + '/' + made).namelist(), sep='\\n')"
    )
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=archive, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    names = set(done.stdout.splitlines())
    assert {f"moe3d/{name}" for name in tracked() if name.startswith("assets/")} <= names
    assert {name for name in tracked() if name.startswith("moe3d/")} <= names
