"""docs/commands.md: every command and option, read from the parsers themselves."""

import argparse
import re
import textwrap
import warnings
from collections.abc import Iterator
from pathlib import Path

import tyro

from moe3d.cli.commands import commands_for
from moe3d_viewer.arguments import viewer_parser

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = 110
START = """\
# Commands

Every command and option, made from the program by `make docs-pages`; `moe3d COMMAND --help` says
the same. Results go to files, progress to stderr, and `--json` prints for machines. Nothing is
asked, but before a download.

Exit codes: 0 done, 2 an option that cannot be meant, 3 no photo could be read, 4 out of memory, 5
the model's file, 6 nothing was left to export, 7 another error that [has a section
here](troubleshooting.md), 8 the server of `--server`, 130 stopped by Ctrl+C,
143 stopped by the system.

In a checkout the programs are `.venv/bin/moe3d` and `.venv/bin/moe3d-viewer` (`.venv\\Scripts` on
Windows); `python -m moe3d` is `moe3d`, and `moe3d gui` is `moe3d-viewer`.
"""


def moe3d_parser() -> argparse.ArgumentParser:
    """The parser of `moe3d` with all of its commands, the same that `moe3d.cli.main` uses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # tyro has no other way yet
        return tyro.extras.get_parser(
            commands_for([]),
            prog="moe3d",
            config=(tyro.conf.OmitSubcommandPrefixes, tyro.conf.OmitArgPrefixes),
        )


def all_parsers() -> list[tuple[str, argparse.ArgumentParser]]:
    """Every command that does something, by its full name, in the order of its help."""
    return [*_parsers("moe3d", moe3d_parser()), ("moe3d-viewer", viewer_parser())]


def _parsers(
    name: str, parser: argparse.ArgumentParser
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    below = [action for action in parser._actions if isinstance(action.choices, dict)]
    if not below:
        yield name, parser
    for action in below:
        assert isinstance(action.choices, dict)
        for word, inner in action.choices.items():
            yield from _parsers(f"{name} {word}", inner)


def options_of(parser: argparse.ArgumentParser) -> list[tuple[str, list[argparse.Action]]]:
    """Groups of options by title, empty ones and --help left out."""
    groups = []
    for group in parser._action_groups:
        actions = [action for action in group._group_actions if action.dest != "help"]
        if actions:
            groups.append((group.title or "", actions))
    return groups


def commands_page() -> str:
    """The page's text."""
    return "\n".join([START, *(_command_text(name, parser) for name, parser in all_parsers())])


def make_page() -> list[str]:
    """What `make help` says, a line a target."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return [line.removeprefix("# ") for line in re.findall(r"^# make.*$", text, re.M)]


def _command_text(name: str, parser: argparse.ArgumentParser) -> str:
    lines = [f"## {name}", ""]
    for paragraph in (parser.description or "").split("\n\n"):
        lines += [*_filled(_plain(paragraph)), ""]
    for title, actions in options_of(parser):
        if title not in ("options", "positional arguments"):
            lines += [f"**{title.removesuffix(' options').capitalize()}**", ""]
        for action in actions:
            lines += _filled(f"{_names(action)}: {_meaning(action)}", "* ")
        lines.append("")
    return "\n".join(lines)


def _names(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 else _value(action)
    if not action.option_strings:
        return f"`{value or action.dest}`"
    return ", ".join(f"`{name} {value}".strip() + "`" for name in action.option_strings)


def _value(action: argparse.Action) -> str:
    shown = action.metavar or ("{" + ",".join(map(str, action.choices or ())) + "}")
    text = shown if isinstance(shown, str) else " ".join(shown)
    many = re.sub(r"[\[{ ]*\[?(\w+) \[\1 \.\.\.\][\]} ]*", r"\1 ...", text)
    return many.replace("{None}|", "").strip("[]").replace("{}", "") or action.dest.upper()


def _meaning(action: argparse.Action) -> str:
    return _plain(action.help or "")


def _plain(text: str) -> str:
    shown = text.replace(f"{ROOT}/", "")  # where this checkout lies is no default
    return " ".join(shown.split()).replace("(default: )", "(default: none)").replace("<", "&lt;")


def _filled(text: str, first: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        COLUMNS,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
