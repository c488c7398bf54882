"""What is carried is named with its licence and text; what may not be carried is refused."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest

from tests.packaging.scripts import FOLDER, script

notices = script("notices")
TABLE = tomllib.loads((FOLDER / "native_libraries.toml").read_text(encoding="utf-8"))


def package_in(folder: Path, name: str, *facts: str, text: str = "") -> Distribution:
    """An installed package that is nothing but its description."""
    place = folder / f"{name}-1.0.dist-info"
    (place / "licenses").mkdir(parents=True)
    (place / "METADATA").write_text("\n".join([f"Name: {name}", "Version: 1.0", *facts]) + "\n")
    listed = [f"{place.name}/METADATA,,"]
    if text:
        (place / "licenses/LICENSE").write_text(text)
        listed.append(f"{place.name}/licenses/LICENSE,,")
    (place / "RECORD").write_text("\n".join(listed))
    return Distribution.at(place)


@pytest.mark.parametrize(
    ("facts", "licence"),
    [
        (["License-Expression: MIT", "License: other"], "MIT"),
        (["License: BSD-3-Clause"], "BSD-3-Clause"),
        (["Classifier: License :: OSI Approved :: MIT License"], "MIT License"),
        (["License: UNKNOWN", "Classifier: License :: OSI Approved :: ISC"], "ISC"),
        ([], ""),
    ],
)
def test_the_licence_is_found_where_packages_say_it(tmp_path, facts, licence):
    assert notices.licence_of(package_in(tmp_path, "thing", *facts)) == licence


def test_a_package_without_licence_or_text_is_a_problem(tmp_path):
    good = package_in(tmp_path / "a", "good", "License: MIT", text="Do what you want.")
    bare = package_in(tmp_path / "b", "bare")
    parts, problems = notices.package_parts([good, bare])
    assert parts[0] == notices.Part("good", "1.0", "MIT", ("Do what you want.",))
    assert len(problems) == 2
    assert all("bare" in problem for problem in problems)


def test_a_package_that_holds_gpl_code_is_refused(tmp_path):
    _, problems = notices.package_parts(
        [package_in(tmp_path, "pillow_heif", "License: BSD-3-Clause", text="x")]
    )
    assert problems == ["pillow_heif may not be carried: it holds GPL code"]


def test_libraries_are_known_refused_or_unknown():
    names = ["libQt6Core.so.6", "libx265-5c.so.216", "libavcodec-5e.so.62", "libnobody.so.1"]
    parts, problems = notices.parts_of(names, TABLE)
    assert [part.name for part in parts] == ["libQt6Core.so.6", "libavcodec-5e.so.62"]
    assert all("LGPL" in part.licence for part in parts)
    assert [problem.split()[0] for problem in problems] == ["libx265-5c.so.216", "libnobody.so.1"]
    assert "GPL-2.0" in problems[0]
    _, after = notices.parts_of(["libx265-5c.so.216"], TABLE, ["libx265-5c.so.216"])
    assert after == []


def test_the_longest_name_of_the_table_counts():
    (part,), _ = notices.parts_of(["libavif-43.so.16"], TABLE)
    assert part.licence.startswith("BSD-2-Clause")


def test_packages_that_nothing_was_taken_from_are_left_out(tmp_path):
    (tmp_path / "Analysis-00.toc").write_text(
        repr(([], {("numpy", str(distribution("numpy").locate_file("numpy/__init__.py")))}))
    )
    taken = notices.sources_of_build(tmp_path)
    assert [package.name for package in notices.packages_carried(taken)] == ["numpy"]


@pytest.mark.slow
def test_the_file_names_what_an_environment_has(tmp_path):
    """This one, which has tools with GPL code for tests: without them nothing is wrong."""
    written = tmp_path / "notices.txt"
    done = subprocess.run(
        [sys.executable, FOLDER / "notices.py", "--output", written],
        capture_output=True,
        text=True,
        check=False,
    )
    refused = {line.split()[0] for line in done.stderr.splitlines() if "GPL code" in line}
    assert {notices.normal(name) for name in refused} <= {"pillow-heif", "pymeshlab"}
    assert done.returncode == (1 if done.stderr else 0)
    parts, _ = notices.package_parts([distribution("numpy"), distribution("PySide6_Essentials")])
    text = notices.report(parts, [], notices.python_licence())
    assert re.search(r"^numpy \d\S*: \S+", text, re.M)
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert "PYTHON SOFTWARE FOUNDATION LICENSE" in text.upper()
