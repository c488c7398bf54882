"""Entry point of `moe3d`: one frozen dataclass a command, each with a `run` that returns the exit
code."""

import logging
import sys
from typing import Protocol

import tyro

from moe3d.errors import MoE3DError, UsageError

MAY_BE_EMPTY = ("--export",)
"""Options to which "" says "none"."""


class Command(Protocol):
    """What every command's settings can do."""

    def run(self) -> int:
        """Do the work and return the exit code."""
        ...


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line, run the command, and exit with its code.

    Every `MoE3DError` becomes one line on stderr and its class's exit code; nothing else is caught
    here but Ctrl+C, which is exit code 130.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    sys.exit(run_command(sys.argv[1:] if arguments is None else arguments))


def run_command(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    from moe3d.cli.commands import commands_for

    try:
        _refuse_empty(arguments)
        command: Command = tyro.cli(
            commands_for(arguments),
            args=arguments,
            prog="moe3d",
            description="Photos to point clouds with MoE-enhanced VGGT.",
            config=(tyro.conf.OmitSubcommandPrefixes, tyro.conf.OmitArgPrefixes),
        )
        return command.run()
    except MoE3DError as error:
        print(f"moe3d: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("moe3d: stopped", file=sys.stderr)
        return 130


def _refuse_empty(arguments: list[str]) -> None:
    """An empty word is a variable of the shell that was never set; as a path it would be here.

    Raises:
        UsageError: there is one, and the option before it takes none.
    """
    for before, word in zip(["", *arguments], arguments, strict=False):
        name, _, value = word.partition("=")
        option, given = (name, value) if word.startswith("--") and "=" in word else (before, word)
        if not given.strip() and option not in MAY_BE_EMPTY:
            of = f"of {option} " if option.startswith("-") else ""
            raise UsageError(f"an argument {of}is empty; wanted a value (is a variable not set?)")
