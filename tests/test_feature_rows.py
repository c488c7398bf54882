"""Every feature of the table has a test, and every test that it names is there."""

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROWS = ROOT / "tests" / "e2e" / "rows"
PROMISED = {
    "D": (1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22),
    "C": (1, 2, 3, 4, 5, 6, 7, 8, 9),
    "V": (*range(1, 24), 25, 26, 28),
    "P": (1, 2, 3, 4, 6, 8, 9, 10, 11, 12),
}
LINE = re.compile(r"^\| ([A-Z]\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def table() -> list[tuple[str, list[str]]]:
    """Rows with the tests that they name."""
    text = (ROOT / "tests" / "feature_rows.md").read_text(encoding="utf-8")
    return [(row, tests.strip().split(", ")) for row, _, tests in LINE.findall(text)]


@lru_cache
def functions_in(path: Path) -> frozenset[str]:
    """Names of the test functions of a file, which is read, not run."""
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    return frozenset(name for name in found if name.startswith("test_"))


def test_every_promised_feature_has_its_test():
    rows = [row for row, _ in table()]
    missing = [f"{letter}{n}" for letter, ns in PROMISED.items() for n in ns]
    assert set(missing) <= set(rows), set(missing) - set(rows)
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize(("row", "named"), table())
def test_every_named_test_is_there(row, named):
    for test in named:
        file, _, name = test.partition("::")
        path = ROOT / file if "/" in file else ROWS / file
        assert name in functions_in(path), f"{row} names {test}, which is not there"
