"""`moe3d scenes`: write synthetic scenes with exact depth and cameras."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from moe3d.errors import UsageError

MAX_SIDE_PX = 4096


@dataclass(frozen=True)
class ScenesCommand:
    """Write synthetic scenes: photos, exact depth and cameras, one folder a seed."""

    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    """Folder for the scenes."""
    seed: int = 0
    """Seed of the first scene. 0 to 999,999 train, 1,000,000 to 1,000,999 validate."""
    count: int = 1
    """Scenes; their seeds follow each other."""
    views: int = 4
    """Photos a scene, 1 to 8."""
    size: str = "224x168"
    """Width x height in pixels."""
    overwrite: bool = False
    """Replace scenes that are there already."""

    def run(self) -> int:
        """Generate and write the scenes."""
        width, height = parse_size(self.size)
        if self.count < 1 or not 1 <= self.views <= 8:
            raise UsageError(
                f"scenes need a count of at least 1 and 1 to 8 views; "
                f"got {self.count} and {self.views}"
            )
        from moe3d.training.data.folders import write_scene_folder
        from moe3d.training.data.generator import SceneGenerator
        from moe3d.training.data.seeds import split_of_seed

        for seed in (self.seed, self.seed + self.count - 1):
            split_of_seed(seed)
        generator = SceneGenerator()
        for index in range(self.count):
            scenes = generator.generate([self.seed + index], self.views, height, width)
            written = write_scene_folder(scenes, 0, self.output, overwrite=self.overwrite)
            print(f"{index + 1}/{self.count} {written}", file=sys.stderr)
        return 0


def parse_size(text: str) -> tuple[int, int]:
    """Read "WxH".

    Raises:
        UsageError: it is not two whole numbers from 14 to 4096.
    """
    match = re.fullmatch(r"(\d+)x(\d+)", text.strip())
    sides = (int(match[1]), int(match[2])) if match else (0, 0)
    if not all(14 <= side <= MAX_SIDE_PX for side in sides):
        raise UsageError(
            f"a size is WIDTHxHEIGHT with sides from 14 to {MAX_SIDE_PX}, such as 224x168; "
            f"got {text!r}"
        )
    return sides
