"""Entry point of `moe3d`: one frozen dataclass a command, each with a `run` that returns the exit
code."""

import contextlib
import os
import sys
from typing import Protocol

from moe3d.cli.stop_signals import EXIT_CODES, StopSignals
from moe3d.errors import MoE3DError, UsageError
from moe3d.own_process import OPTION
from moe3d.version import __version__

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
    here but the wish to stop: Ctrl+C and a closed terminal (130), SIGTERM (143).
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # must be set before torch is loaded
    words = sys.argv[1:] if arguments is None else arguments
    stop = StopSignals()
    if words[:1] != [OPTION]:  # a worker ends as the one who started it says
        stop.begin()
    sys.exit(run_command(words, stop))


def run_command(arguments: list[str], stop: StopSignals | None = None) -> int:
    """Run one command line and return its exit code."""
    stop = stop or StopSignals()
    if arguments == ["--version"]:
        print(f"moe3d {__version__}")
        return 0
    try:
        return _run(arguments)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) or stop.exit_code is not None:
            stop.end()
            text, code = "stopped", stop.exit_code or EXIT_CODES["SIGINT"]
        elif isinstance(error, MoE3DError):
            text, code = str(error), error.exit_code
        else:
            raise
    with contextlib.suppress(OSError):  # its terminal was closed
        print(f"moe3d: {text}", file=sys.stderr)
    return code


def _run(arguments: list[str]) -> int:
    if arguments[:1] == [OPTION]:
        from moe3d.cli.worker import run_worker

        return run_worker(arguments[1:])
    import logging

    import tyro

    from moe3d.cli.commands import commands_for

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    _refuse_empty(arguments)
    command: Command = tyro.cli(
        commands_for(arguments),
        args=arguments,
        prog="moe3d",
        description="Photos to point clouds with MoE-enhanced VGGT. `moe3d --version` says which.",
        config=(tyro.conf.OmitSubcommandPrefixes, tyro.conf.OmitArgPrefixes),
    )
    return command.run()


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
