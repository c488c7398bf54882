"""`moe3d scenes`: write synthetic scenes with exact depth and cameras."""

import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from moe3d.errors import UsageError

if TYPE_CHECKING:
    from moe3d.training.data.pool import DrawsScenes

MAX_SIDE_PX = 4096
SCENES_AT_ONCE, SCENES_PER_SHARD = 8, 50


@dataclass(frozen=True)
class ScenesCommand:
    """Write synthetic scenes: photos, exact depth and cameras, one folder a seed."""

    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    """Folder for the scenes."""
    kind: Literal["generated", "photo-like"] = "generated"
    """generated: boxes, ellipsoids and cylinders. photo-like: furnished rooms and streets that look
    like photos, on the processor; needs --furniture."""
    furniture: Path | None = None
    """For photo-like scenes: folder of Sweet Home 3D's furniture libraries (.sh3f), as Debian's
    package sweethome3d-furniture has them. Only models under CC0 are used."""
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
    shards: bool = False
    """Write shards of 50 scenes for `moe3d train --source pool` in place of folders."""
    device: str = "cpu"
    """cpu or cuda: where rays are cast. Grain differs between the two, all else to rounding."""

    def run(self) -> int:
        """Generate and write the scenes."""
        width, height = parse_size(self.size)
        if self.count < 1 or not 1 <= self.views <= 8:
            raise UsageError(
                f"scenes need a count of at least 1 and 1 to 8 views; "
                f"got {self.count} and {self.views}"
            )
        from moe3d.training.data.seeds import split_of_seed

        for seed in (self.seed, self.seed + self.count - 1):
            split_of_seed(seed)
        generator = self._generator()
        started = time.monotonic()
        write = self._write_shards if self.shards else self._write_folders
        write(generator, height, width)
        pace = self.count / (time.monotonic() - started)
        print(f"{self.count} scenes, {pace:.2f} a second", file=sys.stderr)
        return 0

    def _generator(self) -> "DrawsScenes":
        if self.kind == "photo-like":
            if self.furniture is None:
                raise UsageError("photo-like scenes need --furniture FOLDER of furniture libraries")
            from moe3d.training.photo_like.furniture import open_furniture
            from moe3d.training.photo_like.generator import PhotoLikeGenerator

            return PhotoLikeGenerator(open_furniture(self.furniture))
        from moe3d.inference.device import select_device
        from moe3d.training.data.generator import SceneGenerator

        return SceneGenerator(select_device(self.device))

    def _write_folders(self, generator: "DrawsScenes", height: int, width: int) -> None:
        from moe3d.training.data.folders import write_scene_folder

        for first in range(0, self.count, SCENES_AT_ONCE):
            seeds = range(self.seed + first, self.seed + min(first + SCENES_AT_ONCE, self.count))
            scenes = generator.generate(seeds, self.views, height, width)
            for index in range(len(seeds)):
                written = write_scene_folder(scenes, index, self.output, overwrite=self.overwrite)
                print(f"{first + index + 1}/{self.count} {written}", file=sys.stderr)

    def _write_shards(self, generator: "DrawsScenes", height: int, width: int) -> None:
        from moe3d.training.data.pool import ShardPlan, write_shard

        for first in range(0, self.count, SCENES_PER_SHARD):
            count = min(SCENES_PER_SHARD, self.count - first)
            kind = "" if self.kind == "generated" else self.kind
            plan = ShardPlan(self.seed + first, count, self.views, height, width, kind)
            written = write_shard(plan, self.output, generator)
            print(f"{first + count}/{self.count} {written}", file=sys.stderr)


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
