"""`moe3d batch`: every folder of photos in a folder, one after the other, with one model."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tyro.conf import OmitArgPrefixes, Positional, arg

from moe3d.cli.console import print_result, warn
from moe3d.cli.run import RunCommand
from moe3d.cli.video_options import VideoOptions
from moe3d.errors import ImageReadError, JobCancelledError, MoE3DError

if TYPE_CHECKING:
    from moe3d.inference.reconstructor import Reconstructor
    from moe3d.progress import Progress
    from moe3d.scene.multiview import Agreement

Outcome = Literal["done", "skipped", "failed"]


@dataclass(frozen=True)
class BatchCommand:
    """Reconstruct each folder of photos in a folder; called again, it goes on where it stopped.

    A scene that fails is named with its reason, and the others go on.
    """

    folder: Positional[Path]
    """Folder of scenes: each a folder of photos, or one with its photos in "images" or the like."""
    output: Annotated[Path, arg(aliases=["-o"])]
    """Folder for the results, one folder a scene."""
    model: str = "mini"
    """"mini" (built in, a demonstration), a checkpoint file, or a hub id on this machine."""
    device: str = "auto"
    """auto, cuda, cuda:1, mps or cpu."""
    max_photos: int | None = None
    """Use at most this many photos of a scene, evenly spaced."""
    video: OmitArgPrefixes[VideoOptions] = field(default_factory=VideoOptions)
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
        results = {path.name: self._run_scene(path, models) for path in scenes}
        outcomes = {name: result.outcome for name, result in results.items()}
        counts = {name: sum(outcome == name for outcome in outcomes.values()) for name in NAMES}
        text = ", ".join(f"{count} {name}" for name, count in counts.items())
        agreement = {name: result.agreement_json() for name, result in results.items()}
        values = {"scenes": outcomes, **counts, "agreement": agreement}
        print_result(f"{len(scenes)} scenes: {text}", values, self.json)
        return MoE3DError.exit_code if counts["failed"] else 0

    def _run_scene(self, scene: Path, models: "_LoadedOnce") -> "_SceneResult":
        output = self.output / scene.name
        if (output / "prediction.npz").exists() and not self.overwrite:
            return _SceneResult("skipped")
        try:
            command = RunCommand(
                photos=(scene,),
                output=output,
                model=self.model,
                device=self.device,
                max_photos=self.max_photos,
                video=self.video,
                refine=self.refine,
                export=self.export,
                overwrite=self.overwrite,
                quiet=self.quiet,
            )
            prediction, _ = command.make(lambda progress: models.load(command, progress))
        except JobCancelledError:
            raise
        except MoE3DError as error:
            warn(f"{scene.name}: {error}")
            return _SceneResult("failed")
        result = _SceneResult("done", prediction.agreement, prediction.names)
        if not self.json:
            print_result("\n".join(f"{scene.name}: {line}" for line in result.lines()), {}, False)
        return result


NAMES: tuple[Outcome, ...] = ("done", "skipped", "failed")


@dataclass(frozen=True)
class _SceneResult:
    """What became of one scene, and how well its photos agree where it was reconstructed now."""

    outcome: Outcome
    agreement: "Agreement | None" = None
    names: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """What a terminal says of it."""
        from moe3d.scene.agreement_text import agreement_lines

        return ["done", *agreement_lines(self.agreement, self.names)]

    def agreement_json(self) -> dict[str, Any] | None:
        """The numbers of the scene and of every photo."""
        from moe3d.scene.agreement_text import full_agreement_json

        return full_agreement_json(self.agreement, self.names)


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
