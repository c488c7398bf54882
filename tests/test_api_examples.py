"""The examples of docs/api.md do what they say, and name everything that is public."""

import doctest
import re
from pathlib import Path

import pytest

import moe3d

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs/api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```pycon\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.slow
def test_the_examples_run_in_their_order_and_print_what_they_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "assets").symlink_to(ROOT / "assets", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(optionflags=flags)
    said: list[str] = []
    names: dict[str, object] = {}
    for number, block in enumerate(BLOCKS, 1):
        examples = parser.get_doctest(block, names, f"block {number}", "docs/api.md", 0)
        runner.run(examples, out=said.append, clear_globs=False)
        names = examples.globs
    assert not runner.failures, "".join(said)
    assert runner.tries > 40


@pytest.mark.parametrize("name", moe3d.__all__)
def test_every_public_name_is_in_the_documentation(name: str):
    assert f"`{name}`" in TEXT


def test_the_documentation_names_nothing_that_is_not_there():
    used = set(re.findall(r"\bmoe3d\.([A-Za-z_]\w*)", "\n".join(BLOCKS))) - {"errors"}
    assert used <= set(moe3d.__all__)
