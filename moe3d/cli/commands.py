"""The list of commands; each name's module is small to import and loads torch only when it runs."""

from collections.abc import Sequence
from typing import Annotated, Any

from tyro.conf import subcommand

from moe3d.cli.ablate import AblateCommand, ResultsCommand
from moe3d.cli.batch import BatchCommand
from moe3d.cli.check import CheckCommand
from moe3d.cli.compare import CompareCommand
from moe3d.cli.estimate import EstimateCommand
from moe3d.cli.eval import EvalCommand
from moe3d.cli.export import ExportCommand
from moe3d.cli.gui import GuiCommand
from moe3d.cli.models import ModelsCommand
from moe3d.cli.run import RunCommand
from moe3d.cli.scenes import ScenesCommand
from moe3d.cli.train import TrainCommand, train_defaults
from moe3d.cli.train_mini import TrainMiniCommand


def commands_for(arguments: Sequence[str]) -> Any:
    """Every command as one type for the parser; some take defaults from a file that they name."""
    train = subcommand("train", default=train_defaults(arguments))
    return (
        Annotated[RunCommand, subcommand("run")]
        | Annotated[BatchCommand, subcommand("batch")]
        | Annotated[EstimateCommand, subcommand("estimate")]
        | Annotated[ExportCommand, subcommand("export")]
        | Annotated[CompareCommand, subcommand("compare")]
        | Annotated[EvalCommand, subcommand("eval")]
        | Annotated[ModelsCommand, subcommand("models")]
        | Annotated[ScenesCommand, subcommand("scenes")]
        | Annotated[TrainCommand, train]
        | Annotated[TrainMiniCommand, subcommand("train-mini")]
        | Annotated[AblateCommand, subcommand("ablate")]
        | Annotated[ResultsCommand, subcommand("results")]
        | Annotated[CheckCommand, subcommand("check")]
        | Annotated[GuiCommand, subcommand("gui")]
    )
