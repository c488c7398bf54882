"""What it costs to ask all photos of a scene, in processor seconds, and what cameras gain by it.

    python benchmarks/multiview.py [--out FILE] [--walks 30 100 300] [--seed N] [--photos FOLDER]

Eight generated photos of 1,600 px, stage by stage; generated walks of many small views: matching,
structure from motion, joint adjustment, and errors against the truth for the network, at the start
of the joint adjustment and after it, with and without structure from motion. Seeds are of the
validation split.
"""

import argparse
import json
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
from PIL import Image

from moe3d.geometry.similarity import fit_similarity
from moe3d.inference.reconstructor import ReconstructionOptions, load_reconstructor
from moe3d.io.photos.images import read_views
from moe3d.multiview import cameras, refine
from moe3d.multiview.cameras import find_cameras
from moe3d.multiview.matches import matching
from moe3d.multiview.refine import refine_prediction
from moe3d.multiview.solving import camera_solution, judged_cameras
from moe3d.multiview.solving.camera_settings import CameraSettings
from moe3d.scene.records import ScenePrediction, ViewSet
from moe3d.training.data.generator import SceneGenerator

PHOTOS_SEED = 1_000_507
WALK_SEED = 1_000_689
WALK_SIZE = 168, 224
PHOTO_SIZE = 1200, 1600
STAGES = {
    "keypoints": (matching, "find_features"),
    "matching + verification": (cameras, "match_photos"),
    "mapping": (cameras, "map_cameras"),
    "placing + adjusting": (cameras, "solve_cameras"),
    "correction": (refine, "correct_all"),
    "neighbours": (refine, "choose_neighbours"),
    "sweep": (refine, "measure_depth"),
    "fill": (refine, "refine_layer"),
    "support": (refine, "support_of"),
}
"""Where each stage's function is called from."""


class Clock:
    """Processor seconds of all threads, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.answers: dict[str, list[Any]] = {}

    def timed(self, name: str, call: Callable) -> Callable:
        """The same function, with its time and its answers noted."""

        def run(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            answer = call(*args, **kwargs)
            elapsed_s = time.process_time() - start
            self.seconds[name] = self.seconds.get(name, 0.0) + elapsed_s
            self.answers.setdefault(name, []).append((args, answer))
            return answer

        return run


@contextmanager
def watched(clock: Clock, places: dict[str, tuple[Any, str]]) -> Iterator[None]:
    """Time these functions where they are called."""
    with ExitStack() as stack:
        for name, (owner, attribute) in places.items():
            timed = clock.timed(name, getattr(owner, attribute))
            stack.enter_context(patch.object(owner, attribute, timed))
        yield


def angle_deg(first: np.ndarray, second: np.ndarray) -> float:
    """Angle of the rotation between two rotations."""
    cosine = (np.trace(first[:3, :3] @ second[:3, :3].T) - 1) / 2
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def camera_errors(found: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Rotation errors, and the root mean square distance of the centres after the best similarity,
    as a share of the truth's extent."""
    centres, true = (
        -np.einsum("sji,sj->si", item[:, :3, :3], item[:, :3, 3]) for item in (found, truth)
    )
    left = np.linalg.norm(fit_similarity(centres, true).apply(centres) - true, axis=1)
    extent = np.linalg.norm(np.ptp(true, axis=0))
    return {
        **rotation_errors(found, truth),
        "centres": round(float(np.sqrt(np.mean(left**2)) / extent), 4),
    }


def rotation_errors(found: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Median error of relative rotations, degrees, over neighbouring and over all pairs."""
    count = len(truth)

    def error(i: int, j: int) -> float:
        return angle_deg(found[j, :3, :3] @ found[i, :3, :3].T,
                         truth[j, :3, :3] @ truth[i, :3, :3].T)  # fmt: skip

    near = [error(i, i + 1) for i in range(count - 1)]
    every = [error(i, j) for i in range(count) for j in range(i + 1, count)]
    return {
        "neighbours_deg": round(float(np.median(near)), 3),
        "all_pairs_deg": round(float(np.median(every)), 3),
    }


def generate(folder: Path, seed: int, count: int, size: tuple[int, int]) -> np.ndarray:
    """Write generated photos; returns their true cameras."""
    scenes = SceneGenerator().generate([seed], count, *size)
    for index, image in enumerate(scenes.images[0].numpy()):
        Image.fromarray(image).save(folder / f"{index:04d}.png", compress_level=1)
    return scenes.camera_from_world[0].numpy().astype(np.float64)


def predict(views: ViewSet) -> ScenePrediction:
    """The built-in network's answer, not refined."""
    options = ReconstructionOptions(refine="off")
    return load_reconstructor("mini", "cpu").reconstruct(views, options)


def measure_photos(views: ViewSet, truth: np.ndarray | None) -> dict[str, Any]:
    """Seconds a photo of all that follows the network."""
    prediction, clock = predict(views), Clock()
    start = time.process_time()
    with watched(clock, STAGES):
        refined = refine_prediction(prediction, views)
    total = time.process_time() - start
    clock.seconds["matching + verification"] -= clock.seconds["keypoints"]
    matched = clock.answers["matching + verification"][0][1]
    result: dict[str, Any] = {
        "photos": len(views),
        "keypoints_a_photo": round(float(np.mean([len(f.pixels) for f in matched.features]))),
        "matches": sum(len(pair) for pair in matched.pairs),
        "cpu_s_a_photo": {k: round(v / len(views), 3) for k, v in clock.seconds.items()},
        "cpu_s_a_photo_in_all": round(total / len(views), 3),
        "confirmed_share": refined.agreement and refined.agreement.scene_confirmed_share,
        "sentence": refined.agreement and refined.agreement.sentence,
    }
    if truth is not None:
        result["network"] = rotation_errors(prediction.camera_from_world, truth)
        result["found"] = rotation_errors(refined.camera_from_world, truth)
    return result


def measure_walk(views: ViewSet, truth: np.ndarray) -> dict[str, Any]:
    """Seconds and errors of the cameras of many views, placed in two ways.

    With structure from motion the joint adjustment begins where COLMAP's own has ended; by matching
    and PnP on predicted depth alone nothing was adjusted before.
    """
    prediction = predict(views)
    return {
        "views": len(views),
        "network": camera_errors(prediction.camera_from_world, truth),
        "with structure from motion": measure_way(views, prediction, truth, CameraSettings()),
        "by matching and PnP alone": measure_way(
            views, prediction, truth, CameraSettings(mapping=None)
        ),
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def measure_way(
    views: ViewSet, prediction: ScenePrediction, truth: np.ndarray, settings: CameraSettings
) -> dict[str, Any]:
    """Seconds by stage, and errors before and after the joint adjustment."""
    clock = Clock()
    places = {
        "keypoints": (matching, "find_features"),
        "matching + verification": (cameras, "match_photos"),
        "mapping": (cameras, "map_cameras"),
        "placing": (camera_solution, "place_cameras"),
        "joint adjustment": (judged_cameras, "adjust"),
        "tracks and certainty": (cameras, "_finish"),
    }
    start = time.process_time()
    with watched(clock, places):
        found = find_cameras(views, prediction, settings)
    total = time.process_time() - start
    clock.seconds["matching + verification"] -= clock.seconds["keypoints"]
    matched = clock.answers["matching + verification"][0][1]
    result: dict[str, Any] = {
        "pairs": len(matched.pairs),
        "cpu_s": {name: round(value, 2) for name, value in clock.seconds.items()},
        "cpu_s_in_all": round(total, 2),
    }
    if found is not None:
        (_, begun, *_), adjusted = clock.answers["joint adjustment"][0]
        result |= {
            "placed": int(found.is_placed.sum()),
            "observations": len(found.tracks.track),
            "before_adjustment": camera_errors(begun.state.camera_from_world, truth),
            "adjusted": camera_errors(adjusted.state.camera_from_world, truth),
            "taken": camera_errors(found.state.camera_from_world, truth),
        }
    return result


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("multiview-benchmark.json"))
    parser.add_argument("--walks", type=int, nargs="*", default=[30, 100])
    parser.add_argument("--photos", type=Path, help="photos to use instead of generated ones")
    parser.add_argument("--seed", type=int, default=WALK_SEED, help="of the walks")
    parser.add_argument("--no-photos", action="store_true", help="walks only")
    options = parser.parse_args()
    result: dict[str, Any] = {}
    with TemporaryDirectory() as name:
        if not options.no_photos:
            folder, truth = options.photos, None
            if folder is None:
                folder = Path(name) / "photos"
                folder.mkdir()
                truth = generate(folder, PHOTOS_SEED, 8, PHOTO_SIZE)
            result["photos"] = measure_photos(read_views(folder), truth)
            print(json.dumps(result["photos"], indent=1), flush=True)
        for count in options.walks:
            folder = Path(name) / f"walk{count}"
            folder.mkdir()
            truth = generate(folder, options.seed, count, WALK_SIZE)
            result[f"walk of {count}"] = measure_walk(read_views(folder), truth)
            print(json.dumps(result[f"walk of {count}"], indent=1), flush=True)
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
