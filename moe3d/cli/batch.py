"""`moe3d batch`: every folder of photos in a folder, one after the other, with one model."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro.conf import Positional, arg

from moe3d.cli.console import print_result, warn
from moe3d.cli.run import RunCommand
from moe3d.errors import ImageReadError, JobCancelledError, MoE3DError

if TYPE_CHECKING:
    from moe3d.inference.reconstructor import Reconstructor
    from moe3d.progress import Progress

Outcome = Literal["done", "skipped", "failed"]


@dataclass(frozen=True)
class BatchCommand:
    """Reconstruct each folder of photos in a folder; called again, it goes on where it stopped.

    A scene that fails is named with its reason, and the others go on.
    """

    folder: Positional[Path]
    """Folder of scenes: each a folder of photos, or one with its photos in "images"."""
    output: Annotated[Path, arg(aliases=["-o"])]
    """Folder for the results, one folder a scene."""
    model: str = "mini"
    """"mini" (built in, a demonstration), a checkpoint file, or a hub id on this machine."""
    device: str = "auto"
    """auto, cuda, cuda:1, mps or cpu."""
    max_photos: int | None = None
    """Use at most this many photos of a scene, evenly spaced."""
    refine: Literal["auto", "off", "cameras", "full"] = "auto"
    """What all photos of a scene together may improve; as for `moe3d run`."""
    export: str = "ply"
    """Formats to write, separated by commas; "" for the prediction alone."""
    overwrite: bool = False
    """Also reconstruct scenes that have a result, and replace it."""
    json: bool = False
    """Print the summary as JSON."""
    quiet: bool = False
    """No progress on stderr."""

    def run(self) -> int:
        """Reconstruct all scenes; returns 0, or 7 when one of them failed."""
        scenes = find_scenes(self.folder)
        models = _LoadedOnce()
        outcomes = {path.name: self._run_scene(path, models) for path in scenes}
        counts = {name: sum(outcome == name for outcome in outcomes.values()) for name in NAMES}
        text = ", ".join(f"{count} {name}" for name, count in counts.items())
        print_result(f"{len(scenes)} scenes: {text}", {"scenes": outcomes, **counts}, self.json)
        return MoE3DError.exit_code if counts["failed"] else 0

    def _run_scene(self, scene: Path, models: "_LoadedOnce") -> Outcome:
        output = self.output / scene.name
        if (output / "prediction.npz").exists() and not self.overwrite:
            return "skipped"
        try:
            command = RunCommand(
                photos=photo_folder(scene),
                output=output,
                model=self.model,
                device=self.device,
                max_photos=self.max_photos,
                refine=self.refine,
                export=self.export,
                overwrite=self.overwrite,
                quiet=self.quiet,
                silent=True,
            )
            command.run_with(lambda progress: models.load(command, progress))
        except JobCancelledError:
            raise
        except MoE3DError as error:
            warn(f"{scene.name}: {error}")
            return "failed"
        return "done"


NAMES: tuple[Outcome, ...] = ("done", "skipped", "failed")


class _LoadedOnce:
    """Loads the model for the first scene that needs it."""

    def __init__(self) -> None:
        self._reconstructor: Reconstructor | None = None

    def load(self, command: RunCommand, progress: "Progress") -> "Reconstructor":
        if self._reconstructor is None:
            self._reconstructor = command.load(progress)
        return self._reconstructor


def find_scenes(folder: Path) -> tuple[Path, ...]:
    """The folders in a folder, in natural order; hidden ones are left out.

    Raises:
        ImageReadError: it is no folder, or holds none.
    """
    from natsort import natsorted

    if not folder.is_dir():
        raise ImageReadError(f"{folder} is no folder; wanted one that holds folders of photos")
    inside = (path for path in folder.iterdir() if path.is_dir() and path.name[0] != ".")
    scenes = tuple(natsorted(inside, key=lambda path: path.name))
    if not scenes:
        raise ImageReadError(
            f"{folder} holds no folder; wanted one a scene (for a single scene: moe3d run)"
        )
    return scenes


def photo_folder(scene: Path) -> Path:
    """Where a scene's photos lie: in its folder "images" if there is one, else in itself."""
    images = scene / "images"
    return images if images.is_dir() else scene
