"""`moe3d train-mini`: train the built-in model further, and replace it if that made it better."""

import logging
import os
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from moe3d.io.files.assets import assets_dir

if TYPE_CHECKING:
    from moe3d.training.config import TrainingConfig

STAGES = assets_dir() / "training" / "mini"
SCENES_PER_STEP = {"cpu": 4}
SCENES_PER_STEP_ELSEWHERE = 32


@dataclass(frozen=True)
class TrainMiniCommand:
    """Train the built-in model in stages; call it again until it says that all is done.

    The stages are the settings files in assets/training/mini, in the order of their names. Each is
    as long as its total_minutes on the device that it runs on. At the end both models are scored
    on the same validation scenes.
    """

    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("out/mini")
    """Folder of the stages' runs."""
    minutes: float = 0.0
    """Time budget of this call; 0 for none."""
    device: str = "auto"
    """auto, cuda, mps or cpu."""
    scenes_per_step: int = 0
    """Scenes a step; 0 takes 4 on a processor and 32 elsewhere."""
    base: str = ""
    """Checkpoint that the first stage starts from, such as a compact one of an earlier machine;
    left out: the settings file's."""
    stage_minutes: float = 0.0
    """Length of every stage; 0 takes each settings file's."""
    score_scenes: int = 60
    """Validation scenes that decide."""
    score_only: bool = False
    """Train nothing: score the built-in model as it is, and write its metrics.json."""
    replace: bool = True
    """Put the new weights in the old ones' place if abs-rel and boundary F1 are both better."""

    def run(self) -> int:
        """Train, score, replace."""
        started = time.monotonic()
        logging.getLogger("moe3d.training").setLevel(logging.INFO)
        if self.score_only:
            return self._score_only()
        from moe3d.training.run import run_training

        base = self.base
        for config in self._stages():
            config = replace(config, base=base or config.base)
            result = run_training(config, os.environ, started)
            base = str(result.checkpoint)
            if not result.is_finished:
                print(
                    f"{config.output.name} stopped at step {result.step}; call again to go on",
                    file=sys.stderr,
                )
                return 0
        return self._decide(Path(base).parent / "compact")

    def _stages(self) -> "list[TrainingConfig]":
        from moe3d.errors import UsageError
        from moe3d.training.config_file import read_config

        paths = sorted(STAGES.glob("*.toml"))
        if not paths:
            raise UsageError(f"there are no settings files in {STAGES}")
        return [self._adapted(read_config(path), path.stem) for path in paths]

    def _adapted(self, config: "TrainingConfig", name: str) -> "TrainingConfig":
        from moe3d.inference.device import select_device

        kind = select_device(self.device).type
        scenes = self.scenes_per_step or SCENES_PER_STEP.get(kind, SCENES_PER_STEP_ELSEWHERE)
        total = self.stage_minutes or config.run.total_minutes
        run = replace(config.run, device=self.device, minutes=self.minutes, total_minutes=total)
        data = replace(config.data, scenes_per_step=scenes)
        return replace(config, run=run, data=data, output=self.output / name)

    def _score_only(self) -> int:
        from moe3d.model.known_models import ModelPlaces
        from moe3d.research.built_in import score_built_in, write_metrics

        folder = ModelPlaces().built_in_dir
        print(write_metrics(folder, score_built_in(folder, self.score_scenes, self.device)))
        return 0

    def _decide(self, folder: Path) -> int:
        from moe3d.model.known_models import ModelPlaces
        from moe3d.research.built_in import (
            is_better,
            known_scores,
            put_in_place,
            score_built_in,
        )

        shipped = ModelPlaces().built_in_dir
        old = known_scores(shipped, self.score_scenes)
        old = old or score_built_in(shipped, self.score_scenes, self.device)
        new = score_built_in(folder, self.score_scenes, self.device)
        print(new.table(old))
        if not is_better(new, old):
            print("the built-in model stays: the new one is not better in all that counts")
            return 0
        if self.replace:
            put_in_place(folder, shipped, new)
            print(f"replaced {shipped}; its README.md still describes the old weights")
        return 0
