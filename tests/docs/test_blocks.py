"""Commands of README and documentation are understood; what is not run is on the list, with why."""

import re
import shlex
from pathlib import Path

import pytest
import tyro

from moe3d.cli.commands import commands_for
from tests.docs.blocks import NOT_RUN, Block, all_blocks, blocks_of, pages, why_not_run

KINDS = {"shell", "python", "pycon", "text", "bibtex"}
BLOCKS = all_blocks()
COMMANDS = [
    (block.page, command) for block in BLOCKS if block.kind == "shell" for command in block.commands
]
OURS = [(page, command) for page, command in COMMANDS if command.startswith("moe3d ")]


def test_every_block_is_of_a_known_kind():
    assert {block.kind for block in BLOCKS} == KINDS


@pytest.mark.parametrize(("page", "command"), COMMANDS, ids=lambda text: text[:60])
def test_every_command_is_ours_or_on_the_list(page: str, command: str):
    assert command.startswith("moe3d ") or why_not_run(command), page


@pytest.mark.parametrize("start", NOT_RUN)
def test_the_list_has_nothing_that_is_not_there(start: str):
    assert any(re.match(start, command) for _, command in COMMANDS)


@pytest.mark.parametrize(("page", "command"), OURS, ids=lambda text: text[:60])
def test_every_command_of_ours_is_understood(page: str, command: str):
    """Those that are not run, too: every option is there and takes what it is given."""
    words = shlex.split(command)[1:]
    if "--config" in words:  # the reader's own settings file
        del words[words.index("--config") : words.index("--config") + 2]
    tyro.cli(
        commands_for(words),
        args=words,
        prog="moe3d",
        config=(tyro.conf.OmitSubcommandPrefixes, tyro.conf.OmitArgPrefixes),
    )


def test_blocks_are_found_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    page = tmp_path / "page.md"
    page.write_text(
        "Text\n\n    moe3d run a \\\n      -o b   # why\n    make x && moe3d check\n\n"
        "* a list\n    goes on\n\n```python\nx = 1\n```\n"
    )
    monkeypatch.setattr("tests.docs.blocks.ROOT", tmp_path)
    shell, python = blocks_of(page)
    assert python == Block("page.md", "python", "x = 1\n")
    assert [" ".join(command.split()) for command in shell.commands] == [
        "moe3d run a -o b",
        "make x",
        "moe3d check",
    ]


def test_every_page_is_looked_at():
    assert {"README.md", "guide.md", "experts.md", "troubleshooting.md"} <= {
        path.name for path in pages()
    }
