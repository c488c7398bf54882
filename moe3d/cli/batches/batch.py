"""`moe3d batch`: every folder of photos in a folder, here or on the workers of a cluster."""

import contextlib
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import OmitArgPrefixes, Positional, arg

from moe3d.cli.batches.scenes import SceneResult, SceneWorker
from moe3d.cli.console import print_result, warn
from moe3d.cli.engines import ServerOptions
from moe3d.cli.run import RunCommand
from moe3d.cli.video_options import VideoOptions
from moe3d.errors import ImageReadError, MoE3DError, UsageError

NAMES = ("done", "skipped", "failed")
DoScenes = Callable[[Sequence[tuple[Path, str]]], Iterable[tuple[Path, SceneResult]]]
"""Folders and headings to results, in whatever order."""


@dataclass(frozen=True)
class BatchCommand:
    """Reconstruct each folder of photos in a folder; called again, it goes on where it stopped.

    A scene counts once all of its files are there, which `batch.json`, written last, says of it;
    one that was stopped on the way is made anew. A scene that fails is named with its reason, and
    the others go on.
    """

    folder: Positional[Path]
    """Folder of scenes: each a folder of photos, or one with its photos in "images" or the like."""
    output: Annotated[Path, arg(aliases=["-o"])]
    """Folder for the results, one folder a scene."""
    model: str = "mini"
    """"mini" (built in, a demonstration), a checkpoint file, or a hub id on this machine."""
    device: str = "auto"
    """auto, cuda, cuda:1, mps or cpu."""
    on: OmitArgPrefixes[ServerOptions] = field(default_factory=ServerOptions)
    engine: Literal["local", "ray"] = "local"
    """local: one scene after the other, here; ray: on the workers of a Ray cluster (of this
    machine's own, unless RAY_ADDRESS names another), which all see the same folders."""
    workers: int | None = None
    """Of --engine ray: one for every graphics card, or without any one a machine."""
    part: str | None = None
    """K/N, such as 2/8: only the K-th of N shares of the scenes, for N programs beside each other
    (a Slurm job array)."""
    max_photos: int | None = None
    """Use at most this many photos of a scene, evenly spaced."""
    chunk: int | Literal["auto"] = "auto"
    """Photos that the network sees together; as for `moe3d run`."""
    video: OmitArgPrefixes[VideoOptions] = field(default_factory=VideoOptions)
    refine: Literal["auto", "off", "cameras", "full"] = "auto"
    """What all photos of a scene together may improve; as for `moe3d run`."""
    export: str = "ply"
    """Formats to write, separated by commas; "" for the prediction alone."""
    overwrite: bool = False
    """Also reconstruct scenes that have a result, and replace it."""
    retries: int = 1
    """How often scenes that failed are tried again, after all others."""
    json: bool = False
    """Print the summary as JSON."""
    quiet: bool = False
    """No progress on stderr."""

    def run(self) -> int:
        """Reconstruct all scenes; returns 0, or 7 when one of them failed."""
        if self.retries < 0:
            raise UsageError(f"--retries must be 0 or more; got {self.retries}")
        if self.workers is not None and (self.workers < 1 or self.engine != "ray"):
            raise UsageError("--workers is 1 or more, and goes with --engine ray")
        scenes = part_of(find_scenes(self.folder), self.part)
        results = self._do_all(scenes)
        self._tell({path.name: results[path] for path in scenes})
        has_failed = any(result.outcome == "failed" for result in results.values())
        return MoE3DError.exit_code if has_failed else 0

    def _do_all(self, scenes: tuple[Path, ...]) -> dict[Path, SceneResult]:
        if self.engine == "ray":
            from moe3d.cli.batches.ray_cluster import RayCluster

            with contextlib.ExitStack() as stack:
                if self.json:  # Ray tells of dead workers on stdout
                    stack.enter_context(contextlib.redirect_stdout(sys.stderr))
                cluster = stack.enter_context(RayCluster(self._command(), self.workers))
                return self._in_turns(scenes, cluster.do)
        worker = SceneWorker(self._command())
        return self._in_turns(
            scenes, lambda wanted: ((path, worker.do(path, heading)) for path, heading in wanted)
        )

    def _command(self) -> RunCommand:
        """Of every scene, but for its photos."""
        return RunCommand(
            photos=(),
            output=self.output,
            model=self.model,
            device=self.device,
            on=self.on,
            max_photos=self.max_photos,
            chunk=self.chunk,
            video=self.video,
            refine=self.refine,
            export=self.export,
            overwrite=self.overwrite,
            quiet=self.quiet,
        )

    def _in_turns(self, scenes: tuple[Path, ...], do: DoScenes) -> dict[Path, SceneResult]:
        """All scenes, and then again those that failed, as often as is wished."""
        results: dict[Path, SceneResult] = {}
        numbered = [(path, f"scene {n} of {len(scenes)}") for n, path in enumerate(scenes, 1)]
        for path, result in do(numbered):
            results[path] = self._said(path, result)
        for turn in range(1, self.retries + 1):
            failed = [path for path in scenes if results[path].outcome == "failed"]
            again = [(path, f"{path.name} again, {turn} of {self.retries}") for path in failed]
            for path, result in do(again):
                results[path] = self._said(path, result)
        return results

    def _said(self, scene: Path, result: SceneResult) -> SceneResult:
        if result.outcome == "done" and not self.json:
            print_result("\n".join(f"{scene.name}: {line}" for line in result.lines()), {}, False)
        if result.outcome == "failed" and self.engine == "ray":  # its own words stayed there
            warn(f"{scene.name}: {result.reason}")
        return result

    def _tell(self, results: dict[str, SceneResult]) -> None:
        outcomes = {name: result.outcome for name, result in results.items()}
        counts = {name: sum(outcome == name for outcome in outcomes.values()) for name in NAMES}
        text = ", ".join(f"{count} {name}" for name, count in counts.items())
        reasons = {name: result.reason for name, result in results.items() if result.reason}
        agreement = {name: result.agreement_json() for name, result in results.items()}
        values = {"scenes": outcomes, **counts, "reasons": reasons, "agreement": agreement}
        lines = [f"{name} failed: {reason}" for name, reason in reasons.items()]
        print_result("\n".join([*lines, f"{len(results)} scenes: {text}"]), values, self.json)


def part_of(scenes: tuple[Path, ...], part: str | None) -> tuple[Path, ...]:
    """The scenes of one share: every N-th one, so that shares of unlike scenes take alike long.

    Args:
        scenes: all of them, in their order.
        part: "K/N", with 1 <= K <= N; None for all.

    Raises:
        UsageError: it is something else.
    """
    if part is None:
        return scenes
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", part)
    number, count = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= number <= count:
        raise UsageError(f"--part is K/N with K from 1 to N, such as 2/8; got {part!r}")
    return scenes[number - 1 :: count]


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
