"""Entry point of `moe3d`: one frozen dataclass a command, each with a `run` that returns the exit
code."""

import logging
import sys
from typing import Protocol

import tyro

from moe3d.errors import MoE3DError


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
