"""A module that is imported part by part is the same for everybody who imports it meanwhile."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from moe3d_viewer.widgets.viewport.gradual_import import for_a_moment, import_gradually

SOURCE = '''"""What it is for."""
from collections import OrderedDict as first
count = [1]
count.append(2)
def last():
    return count
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "gradual_sample"
    folder.mkdir()
    (folder / "__init__.py").write_text(SOURCE)
    (folder / "inner.py").write_text("from . import last\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield folder
    for name in [name for name in sys.modules if name.startswith("gradual_sample")]:
        del sys.modules[name]


def test_each_turn_runs_one_statement_and_the_end_is_the_whole_module(package: Path) -> None:
    parts = import_gradually("gradual_sample")
    turns = 0
    for _ in parts:
        turns += 1
        assert ("last" in vars(sys.modules["gradual_sample"])) is False
    module = sys.modules["gradual_sample"]
    assert turns == 4  # five statements, a turn between two
    assert module.__doc__ == "What it is for."
    assert module.__file__ == str(package / "__init__.py")
    assert vars(module)["last"]() == [1, 2]
    assert type(module) is type(sys)


def test_who_asks_for_what_is_missing_gets_it_and_no_statement_runs_twice(package: Path) -> None:
    parts = import_gradually("gradual_sample")
    next(parts)
    next(parts)
    from gradual_sample import last  # pyright: ignore[reportMissingImports]

    assert last() == [1, 2]
    assert list(parts) == []
    assert last() == [1, 2]


def test_a_part_of_the_package_that_needs_the_rest_finds_it(package: Path) -> None:
    parts = import_gradually("gradual_sample")
    next(parts)
    inner = importlib.import_module("gradual_sample.inner")
    assert inner.last() == [1, 2]


def test_what_the_module_never_has_is_missing_in_the_usual_way(package: Path) -> None:
    parts = import_gradually("gradual_sample")
    next(parts)
    with pytest.raises(AttributeError, match="nowhere"):
        _ = sys.modules["gradual_sample"].nowhere


def test_a_statement_that_fails_leaves_no_half_of_the_module(package: Path) -> None:
    (package / "__init__.py").write_text("first = 1\nimport no_such_library\nlast = 2\n")
    with pytest.raises(ImportError, match="no_such_library"):
        list(import_gradually("gradual_sample"))
    assert "gradual_sample" not in sys.modules


def test_a_module_that_is_there_and_one_that_is_not_there_are_as_in_an_import() -> None:
    assert list(import_gradually("json")) == []
    with pytest.raises(ImportError):
        list(import_gradually("gradual_sample_that_is_nowhere"))


def test_a_moment_ends_and_says_whether_more_is_left() -> None:
    parts = iter([None] * 3)
    assert for_a_moment(parts, 0.0)
    assert not for_a_moment(parts, 60.0)
