"""What chunks cost and how far they drift: walks of many photos with exact truth.

    python benchmarks/walks.py [--photos 8 64 200] [--walk 200] [--chunk 24] [--together]
                               [--refine off|full] [--seed N] [--cache FOLDER] [--out FILE]

Photos are generated once and kept in the cache. Every run has a process of its own: the first
photos of the walk in chunks and, with --together, in one pass. Told: errors of the cameras against
the truth, after the best similarity; processor seconds a photo by stage; and peak memory without
mapped files. Seeds are of the validation split.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
from numpy.lib.format import open_memmap

from moe3d.geometry.similarity import fit_similarity, rotation_angles_deg
from moe3d.inference.reconstructor import ReconstructionOptions, load_reconstructor
from moe3d.progress import Progress, ProgressReport
from moe3d.scene.records import View, ViewSet

SEED = 1_000_802
SIZE = 168, 224
AT_ONCE = 20
"""Views that are generated together."""


def walk(cache: Path, seed: int, count: int) -> tuple[ViewSet, np.ndarray]:
    """Photos of a walk and their true cameras; generated where they are not in the cache."""
    from dataclasses import replace

    from moe3d.training.data.generator import SceneGenerator, plan_scene

    folder = cache / f"walk_{seed}_{count}"
    if not (folder / "cameras.npy").exists():
        folder.mkdir(parents=True, exist_ok=True)
        plan, generator = plan_scene(seed, count), SceneGenerator()
        images = open_memmap(folder / "images.npy", "w+", np.uint8, (count, *SIZE, 3))
        for start in range(0, count, AT_ONCE):
            part = slice(start, start + AT_ONCE)
            cameras = replace(
                plan.cameras,
                camera_from_world=plan.cameras.camera_from_world[part],
                focal=plan.cameras.focal[part],
            )
            images[part] = generator.picture([replace(plan, cameras=cameras)], *SIZE).images[0]
            print(f"generated {min(start + AT_ONCE, count)} of {count}", file=sys.stderr)
        images.flush()
        np.save(folder / "cameras.npy", plan.cameras.camera_from_world)
    images = np.load(folder / "images.npy")
    views = tuple(
        View(f"{index:04d}.png", SIZE[1], SIZE[0], pixels=image)
        for index, image in enumerate(images)
    )
    return ViewSet(views), np.load(folder / "cameras.npy")


def errors(found: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """How far cameras are from the truth.

    Returns:
        Median error of relative rotations over neighbouring and over all pairs, degrees; root mean
        square distance of the centres after the best similarity, as a share of the walk's extent.
    """
    known = np.isfinite(found).all(axis=(1, 2))
    found, truth = found[known], truth[known]
    turns = [
        np.einsum("aij,bkj->abik", cameras[:, :3, :3], cameras[:, :3, :3])
        for cameras in (found, truth)
    ]
    angles = rotation_angles_deg(turns[0] @ turns[1].swapaxes(-1, -2))
    centres, true = (
        -np.einsum("sji,sj->si", cameras[:, :3, :3], cameras[:, :3, 3])
        for cameras in (found, truth)
    )
    left = np.linalg.norm(fit_similarity(centres, true).apply(centres) - true, axis=1)
    return {
        "neighbours_deg": round(float(np.median(np.diagonal(angles, offset=1))), 3),
        "all_pairs_deg": round(float(np.median(angles[np.triu_indices(len(angles), 1)])), 3),
        "centres": round(
            float(np.sqrt(np.mean(left**2)) / np.linalg.norm(np.ptp(true, axis=0))), 4
        ),
        "without_camera": int((~known).sum()),
    }


class StageClock:
    """Processor seconds of all threads by stage, as a run reports them."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stage, self._since = "", time.process_time()
        self.progress = Progress(self._told)

    def _told(self, report: ProgressReport) -> None:
        now = time.process_time()
        name = self._stage.partition(",")[0]
        self.seconds[name] = self.seconds.get(name, 0.0) + now - self._since
        self._stage, self._since = report.stage, now


def measure(cache: Path, seed: int, count: int, total: int, chunk: int, refine: str) -> dict:
    """One run; chunk 0 is one pass."""
    views, truth = walk(cache, seed, total)
    views, truth = views.select(range(count)), truth[:count]
    reconstructor, clock = load_reconstructor("mini", "cpu"), StageClock()
    first: list[Any] = []
    options = ReconstructionOptions(refine=refine, chunk_views=chunk or count)  # pyright: ignore
    began = time.process_time()
    found = reconstructor.reconstruct(views, options, clock.progress, first.append)
    spent = time.process_time() - began
    own = first[0] if first else found
    result = {
        "photos": count,
        "chunk": chunk or count,
        "cpu_s_a_photo": round(spent / count, 3),
        "by_stage": {
            name: round(value / count, 3) for name, value in clock.seconds.items() if value > 0.5
        },
        "peak_mib": found.metadata.peak_memory_bytes >> 20,
        "network": errors(own.camera_from_world, truth),
        "notes": [note for note in found.metadata.notes if "chunk" in note],
    }
    if found.agreement is not None:
        result["refined"] = errors(found.camera_from_world, truth)
        result["confirmed_share"] = round(found.agreement.scene_confirmed_share, 3)
    return result


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=int, nargs="*", default=[8, 64, 200])
    parser.add_argument("--walk", type=int, default=200, help="photos of the whole walk")
    parser.add_argument("--chunk", type=int, nargs="*", default=[24])
    parser.add_argument("--together", action="store_true", help="also all photos in one pass")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--refine", default="off", choices=["off", "cameras", "full"])
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--out", type=Path, default=Path("walks-benchmark.json"))
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    total = max(asked.walk, *asked.photos) if asked.one is None else asked.walk
    if asked.one is not None:
        count, chunk = map(int, asked.one.split(","))
        print(json.dumps(measure(asked.cache, asked.seed, count, total, chunk, asked.refine)))
        return
    results = []
    with TemporaryDirectory() as made:
        cache = asked.cache or Path(made)
        walk(cache, asked.seed, total)
        sizes = [size for size in asked.chunk if size] + [0] * asked.together
        for count in asked.photos:
            for chunk in dict.fromkeys(size if size < count else 0 for size in sizes):
                words = [sys.executable, __file__, "--one", f"{count},{chunk}", "--cache", cache,
                         "--seed", str(asked.seed), "--refine", asked.refine,
                         "--walk", str(total)]  # fmt: skip
                told = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
                results.append(json.loads(told.stdout.splitlines()[-1]))
                print(json.dumps(results[-1], indent=1), flush=True)
    asked.out.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
