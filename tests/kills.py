"""Kills writers at random moments and counts what is lost: `make kills`, and shortly in the suite.

Each kind of writer works in a child that is killed (SIGKILL) while it writes one version after the
other over the same files. Then the files are looked at, and once more after the next writing.
"""

import argparse
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from moe3d.errors import MoE3DError
from moe3d.io.exports.export import export, exporter
from moe3d.io.exports.export_job import ExportOptions
from moe3d.io.files.workplace import sweep
from moe3d.io.scenes.session_file import SessionRecord, read_session, write_session
from moe3d.progress import Progress
from moe3d.scene.filters import CloudOptions
from moe3d.scene.records import View, ViewSet
from moe3d_viewer.state.scene.scene_saving import SceneToSave
from moe3d_viewer.workers.recovery_folder import RecoveryFolder
from tests.scenes import step_prediction

SCENE = step_prediction()
FORMATS = ("ply", "colmap")
VIEWS = ViewSet(
    tuple(View(f"{number}.png", 4, 3, pixels=SCENE.images[0, :3, :4]) for number in range(2))
)


@dataclass
class Figures:
    """What was lost."""

    kills: int = 0
    lost_scenes: int = 0
    lost_choices: int = 0
    mixed: int = 0
    halfway: int = 0
    leftovers: int = 0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills: {self.lost_scenes} scenes and {self.lost_choices} choices lost, "
            f"{self.mixed} times files that do not belong together, {self.leftovers} "
            f"leftovers after the next write; {self.halfway} kills between two files that do"
        )


def kill_while(work: Callable[[int], None], wait_s: float) -> bytes:
    """Let a child work, kill it after a while, and give what it had said until then."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work(writer)
        finally:
            os._exit(9)
    os.close(writer)
    os.read(reader, 1)  # it has begun
    time.sleep(wait_s)
    os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status), f"the writer failed with {status}"
    said = b""
    while piece := os.read(reader, 65536):
        said += piece
    os.close(reader)
    return said


def hidden(folder: Path) -> int:
    return sum(path.name.startswith(".") for path in folder.iterdir())


def export_version(folder: Path, name: str, version: int) -> None:
    """One of two exports that differ in every file."""
    options = ExportOptions(
        CloudOptions(confidence_percentile=(0, 60)[version]), scale=(1.0, 2.0)[version]
    )
    export(SCENE, folder, [name], options, overwrite=True)


def kill_exports(folder: Path, kills: int, rng: random.Random, figures: Figures) -> None:
    """Overwriting a file and a folder: data and sidecar belong together."""
    whole = {}
    for name in FORMATS:
        for version in (0, 1):
            export_version(folder, name, version)
            whole.setdefault(name, []).append(contents(folder, name))
    began = time.monotonic()
    export_version(folder, "ply", 0)
    span_s = 4 * (time.monotonic() - began)
    for number in range(kills):
        name = FORMATS[number % 2]

        def work(pipe: int, name: str = name) -> None:
            os.write(pipe, b"b")
            for turn in range(10**9):
                export_version(folder, name, turn % 2)

        kill_while(work, rng.uniform(0, span_s))
        figures.kills += 1
        figures.mixed += not fits(
            contents(folder, name), whole[name], f"scene{exporter(name).suffix}.json"
        )
        figures.halfway += contents(folder, name) not in whole[name]
        sweep(folder)  # what had been decided is put in place by whoever looks into the folder next
        figures.mixed += contents(folder, name) not in whole[name]
        export_version(folder, name, 0)
        figures.mixed += contents(folder, name) != whole[name][0]
        figures.leftovers += hidden(folder)


def fits(found: dict[str, bytes], versions: list[dict[str, bytes]], sidecar: str) -> bool:
    """Whether all that stands there is of one version.

    Two files cannot change at one stroke: a sidecar may be missing for the moment between, but
    never describe what it does not stand beside.
    """
    return any(
        found.items() <= version.items() and version.keys() - found.keys() <= {sidecar}
        for version in versions
    )


def contents(folder: Path, name: str) -> dict[str, bytes]:
    """Everything of an export, sidecar included, but what is hidden."""
    target = f"scene{exporter(name).suffix}"
    found = [path for path in folder.rglob("*") if path.is_file()]
    relative = {str(path.relative_to(folder)): path for path in found}
    return {
        key: path.read_bytes()
        for key, path in relative.items()
        if key.startswith((f"{target}/", f"{target}.json")) or key == target
    }


def kill_sessions(folder: Path, kills: int, rng: random.Random, figures: Figures) -> None:
    """Saving a session over an older one: always one that can be read."""
    path = folder / "scene.moe3d"

    def save(turn: int) -> None:
        write_session(SessionRecord(f"scene {turn}", prediction=SCENE), path)

    save(0)
    began = time.monotonic()
    save(0)
    span_s = 4 * (time.monotonic() - began)

    def work(pipe: int) -> None:
        os.write(pipe, b"b")
        for turn in range(10**9):
            save(turn)

    for _ in range(kills):
        kill_while(work, rng.uniform(0, span_s))
        figures.kills += 1
        try:
            lost = read_session(path).prediction is None
        except MoE3DError:
            lost = True
        figures.lost_scenes += lost
        save(0)
        figures.leftovers += hidden(folder)


def kill_autosaves(folder: Path, kills: int, rng: random.Random, figures: Figures) -> None:
    """Results and choices in turn, as a window keeps them; what was kept comes back."""

    def scene(number: int) -> SceneToSave:
        metadata = replace(SCENE.metadata, notes=(f"result {number}",))
        return SceneToSave(
            "scene", VIEWS, (), {"view": {"n": number}}, replace(SCENE, metadata=metadata)
        )

    for round_ in range(kills):
        root = folder / str(round_)

        def work(pipe: int, root: Path = root) -> None:
            recovery, number = RecoveryFolder(root), 0
            recovery.save_all(scene(0), Progress())
            os.write(pipe, b"b\n")
            for turn in range(1, 10**9):
                if turn % 3:
                    number += 1
                    recovery.save_choices({"view": {"n": number}}, Progress())
                    os.write(pipe, f"{number}\n".encode())
                else:
                    recovery.save_all(scene(number), Progress())

        said = kill_while(work, rng.uniform(0, 0.3)).decode().split()
        chosen = int(said[-1]) if said else 0
        figures.kills += 1
        recovery = RecoveryFolder(root)
        left = recovery.leftovers(Progress())
        try:
            record = recovery.recover(left[0], Progress()).record
        except (IndexError, MoE3DError):
            figures.lost_scenes += 1
            continue
        figures.lost_scenes += record.prediction is None
        found = record.remembered["view"]
        assert isinstance(found, dict)
        figures.lost_choices += found["n"] < chosen
        recovery.save_choices({}, Progress())
        names = {path.name for path in recovery.folder.iterdir()}
        figures.leftovers += len(names - {"scene.moe3d", "choices.json"})
        recovery.clear()
        figures.leftovers += len(list(root.iterdir()))


def main(kills: int, seed: int) -> Figures:
    """Kill so often in all."""
    figures, rng = Figures(), random.Random(seed)
    kinds = (kill_exports, kill_sessions, kill_autosaves)
    for index, kind in enumerate(kinds):
        share = kills * (index + 1) // len(kinds) - kills * index // len(kinds)
        with TemporaryDirectory() as folder:
            kind(Path(folder), share, rng, figures)
        print(f"{kind.__name__}: {figures}", flush=True)
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    told = main(words.kills, words.seed)
    sys.exit(bool(told.lost_scenes or told.lost_choices or told.mixed or told.leftovers))
