"""`moe3d ablate` makes the runs of a plan; `moe3d results` writes what they came to."""

import logging
import math
import os
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import tyro

from moe3d.io.files.assets import assets_dir

PLAN = assets_dir() / "training" / "ablations.toml"


@dataclass(frozen=True)
class AblateCommand:
    """Train every run of a plan that has no scores yet; call it again to go on."""

    plan: Path = PLAN
    """TOML file: seeds, shared settings, and what differs in each run."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("out/ablations")
    """Folder of the runs."""
    minutes: float = 0.0
    """Time budget of this call; 0 for none."""
    device: str = "auto"
    """auto, cuda, mps or cpu."""

    def run(self) -> int:
        """Make the runs, and say how many are left."""
        started = time.monotonic()
        for name in ("moe3d.training", "moe3d.research"):
            logging.getLogger(name).setLevel(logging.INFO)
        from moe3d.research.ablations import read_plan, run_plan
        from moe3d.training.run import RunResult, run_training

        def train(config) -> RunResult:
            run = replace(config.run, device=self.device, minutes=self.minutes)
            return run_training(replace(config, run=run), os.environ, started)

        deadline = started + 60 * self.minutes if self.minutes else math.inf
        left = run_plan(read_plan(self.plan, self.output), self.output, train, deadline)
        print(f"{left} runs left" if left else "all runs are done", file=sys.stderr)
        return 0


@dataclass(frozen=True)
class ResultsCommand:
    """Write the document of results from result files; it computes nothing.

    Without the runs of the ablations on this machine, their section stays as the document has it.
    """

    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("docs/results.md")
    """The document."""
    plan: Path = PLAN
    """The plan whose runs are shown."""
    runs: Path = Path("out/ablations")
    """Folder of the plan's runs."""
    evaluations: Path = assets_dir() / "models" / "evaluations"
    """Folder with the `summary.json` of evaluations, under any names."""

    def run(self) -> int:
        """Read, write."""
        from moe3d.io.files.atomic import new_file
        from moe3d.research.ablations import read_plan
        from moe3d.research.results import ABLATIONS_HEADING, results_text

        plan = read_plan(self.plan, self.runs) if self.runs.is_dir() else None
        built_in = assets_dir() / "models" / "metrics.json"
        text = results_text(built_in, plan, self.runs, "moe3d results", self.evaluations)
        if plan is None and self.output.is_file():
            _, heading, kept = self.output.read_text(encoding="utf-8").partition(ABLATIONS_HEADING)
            text += f"\n{heading}{kept}" if heading else ""
        with new_file(self.output, overwrite=True) as part:
            part.write_text(text, encoding="utf-8")
        print(self.output)
        return 0
