"""The list of commands; each name's module is small to import and loads torch only when it runs."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Union

from tyro.conf import subcommand

from moe3d.cli.batches.batch import BatchCommand
from moe3d.cli.check import CheckCommand
from moe3d.cli.compare import CompareCommand
from moe3d.cli.estimate import EstimateCommand
from moe3d.cli.evaluate.eval import EvalCommand
from moe3d.cli.export import ExportCommand
from moe3d.cli.figure import FigureCommand
from moe3d.cli.gui import GuiCommand
from moe3d.cli.models import ModelsCommand
from moe3d.cli.research import COMMANDS as RESEARCH_COMMANDS
from moe3d.cli.research import load_by_name
from moe3d.cli.run import RunCommand
from moe3d.cli.scenes import ScenesCommand
from moe3d.cli.serve import ServeCommand
from moe3d.cli.train import TrainCommand, train_defaults

COMMANDS: Mapping[str, type] = {
    "run": RunCommand,
    "batch": BatchCommand,
    "serve": ServeCommand,
    "estimate": EstimateCommand,
    "export": ExportCommand,
    "compare": CompareCommand,
    "figure": FigureCommand,
    "eval": EvalCommand,
    "models": ModelsCommand,
    "scenes": ScenesCommand,
    "train": TrainCommand,
    "check": CheckCommand,
    "gui": GuiCommand,
}


def commands_for(arguments: Sequence[str]) -> Any:
    """The commands as one type for the parser; some take defaults from a file that they name.

    Those of the research room are among them unless the arguments begin with another command.
    """
    known = dict(COMMANDS)
    if not arguments or arguments[0] not in COMMANDS:
        known |= {name: load_by_name(place) for name, place in RESEARCH_COMMANDS.items()}
    settings = {name: subcommand(name) for name in known}
    settings["train"] = subcommand("train", default=train_defaults(arguments))
    return Union[tuple(Annotated[known[name], settings[name]] for name in known)]  # noqa: UP007
