"""Files for strangers and their machines: forms, workflows, citation, desktop, by their schemas."""

import re
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from moe3d.version import __version__

ROOT = Path(__file__).parents[1]
LINUX = ROOT / "packaging" / "linux"
IDENTIFIER = "io.github.moe3d.Viewer"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SCHEMAS = {
    "vendor.github-workflows": ".github/workflows/*.yml",
    "vendor.github-issue-forms": ".github/ISSUE_TEMPLATE/[!c]*.yml",
    "vendor.github-issue-config": ".github/ISSUE_TEMPLATE/config.yml",
    "vendor.dependabot": ".github/dependabot.yml",
    "vendor.citation-file-format": "CITATION.cff",
}


def of_schema(schema: str, *files: Path) -> subprocess.CompletedProcess:
    """What the checker says; its schemas come with it."""
    words = ["-m", "check_jsonschema", "--builtin-schema", schema, "--default-filetype", "yaml"]
    return subprocess.run(
        [sys.executable, *words, *files], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("schema", SCHEMAS)
def test_files_have_the_shape_that_their_readers_want(schema: str, tmp_path: Path):
    files = sorted(ROOT.glob(SCHEMAS[schema]))
    assert files
    done = of_schema(schema, *files)
    assert done.returncode == 0, done.stdout + done.stderr
    broken = tmp_path / files[0].name
    broken.write_text(files[0].read_text(encoding="utf-8") + "\nnot-a-key: [1]\n")
    assert of_schema(schema, broken).returncode != 0


def test_workflows_run_targets_and_files_that_are_there():
    text = (ROOT / ".github/workflows/checks.yml").read_text(encoding="utf-8")
    targets = set(re.findall(r"\bmake ([a-z-]+)", text))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets
    assert [name for name in targets if not re.search(rf"^{name}:", makefile, re.M)] == []
    workflow = YAML(typ="safe").load(text)
    versions = workflow["jobs"]["linux"]["strategy"]["matrix"]["python"]
    admitted = [
        entry.rpartition(" :: ")[2]
        for entry in PROJECT["classifiers"]
        if re.search(r"Python :: 3\.\d+$", entry)
    ]
    assert versions == admitted


def test_every_place_names_the_same_version_and_address():
    citation = YAML(typ="safe").load(ROOT / "CITATION.cff")
    metainfo = ElementTree.parse(LINUX / f"{IDENTIFIER}.metainfo.xml").getroot()
    release = metainfo.find("releases/release")
    assert release is not None
    assert citation["version"] == release.get("version") == __version__
    assert citation["date-released"] == release.get("date")
    assert f"## {__version__} ({release.get('date')})" in (ROOT / "CHANGELOG.md").read_text("utf-8")
    addresses = {citation["repository-code"], metainfo.findtext("url[@type='homepage']")}
    assert addresses == {PROJECT["urls"]["Source"]}
    assert f'REPOSITORY = "{PROJECT["urls"]["Source"]}"' in (ROOT / "setup.py").read_text("utf-8")


def test_desktop_files_name_the_program_that_sets_their_identifier():
    entry = (LINUX / f"{IDENTIFIER}.desktop").read_text(encoding="utf-8")
    program = re.search(r"^Exec=(\S+)", entry, re.M)
    assert program is not None
    assert program[1] in PROJECT["gui-scripts"]
    assert f"Icon={IDENTIFIER}\n" in entry
    main = (ROOT / "app/main.py").read_text(encoding="utf-8")
    assert f'setDesktopFileName("{IDENTIFIER}")' in main
    assert re.search(r'setApplicationName\("(.+)"\)', main)[1] in entry  # type: ignore[index]


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-utils")
def test_the_desktop_file_is_valid():
    done = subprocess.run(
        ["desktop-file-validate", LINUX / f"{IDENTIFIER}.desktop"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(shutil.which("appstreamcli") is None, reason="appstream is not installed")
def test_the_metainfo_is_valid():
    words = ["appstreamcli", "validate", "--no-net", LINUX / f"{IDENTIFIER}.metainfo.xml"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
