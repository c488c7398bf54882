"""The sample scenes that come with the program."""

import logging
from dataclasses import dataclass
from pathlib import Path

from moe3d.errors import FileFormatError
from moe3d.io.files.assets import assets_dir
from moe3d.io.files.outside_files import read_json, reading

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SampleScene:
    """One folder of `assets/samples`."""

    name: str
    """Name of the folder: "room"."""
    title: str
    """What to call it on the screen."""
    folder: Path
    """Holds `images`, `sample.json`, `LICENSE.txt`; with ground truth also what goes with it."""
    licence: str
    """Licence of the photos, an SPDX expression."""
    description: str = ""
    """One sentence."""
    num_photos: int = 0
    """Photos in `images`."""
    has_ground_truth: bool = False
    """Whether `cameras.json` and `depth` are there."""

    @property
    def images(self) -> Path:
        """The folder of photos, as a user would drop it on the window."""
        return self.folder / "images"


def sample_scenes(root: Path | None = None) -> tuple[SampleScene, ...]:
    """List the sample scenes, real photos first, then by name.

    Args:
        root: the folder to look in; by default that of the program.

    Returns:
        Empty when the samples were not installed. A sample that cannot be read is left out.
    """
    root = assets_dir() / "samples" if root is None else root
    found = [_read_sample(path) for path in sorted(root.glob("*/sample.json"))]
    scenes = [scene for scene in found if scene is not None]
    return tuple(sorted(scenes, key=lambda scene: (scene.has_ground_truth, scene.name)))


def _read_sample(path: Path) -> SampleScene | None:
    """Read one `sample.json`; None, with a warning in the log, when it is broken."""
    try:
        entry = read_json(path, FileFormatError)
        with reading(path, FileFormatError, "describes no sample"):
            return SampleScene(
                name=path.parent.name,
                title=str(entry["title"]),
                folder=path.parent,
                licence=str(entry["licence"]),
                description=str(entry.get("description", "")),
                num_photos=int(entry["num_photos"]),
                has_ground_truth=bool(entry.get("has_ground_truth", False)),
            )
    except FileFormatError as error:
        logger.warning("left out the sample %s: %s", path.parent.name, error)
        return None
