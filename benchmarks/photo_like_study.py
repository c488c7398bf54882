"""Does data that looks like photos make better depth heads? Arms with the same start and frames.

    python benchmarks/photo_like_study.py --furniture FOLDER [--real FOLDER ...] [--minutes 150]
        [--frames 20000] [--out out/photo-like-study]

The trunk is frozen. Each round draws scenes of both kinds, runs the trunk over them once, and gives
every arm as many frames: generated, photo-like, half of each, and half of each with a loss term
for one scale a scene. A frame is seen once. The rate stays and averages of the weights are scored,
so that a study is whole after any round; call it again to go on. Then all are scored: `study.json`,
`study.md`. Choose on the seeds named by --score-seed (1,000,500 and on), not on reported ones.
"""

import argparse
import copy
import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

from moe3d.evaluation.grids import InputSize, shown_to_models
from moe3d.io.datasets.catalog import open_dataset
from moe3d.io.datasets.motorcycle import MotorcyclePair
from moe3d.io.datasets.records import Dataset
from moe3d.io.files.assets import assets_dir
from moe3d.io.photos.images import read_pixels
from moe3d.model.checkpoint import read_checkpoint
from moe3d.model.known_models import find_checkpoint
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.output import RunOptions
from moe3d.training.batches import TrainingBatch, normalise_scenes, split_scenes
from moe3d.training.config import LossConfig, TrainingConfig
from moe3d.training.config_file import read_config
from moe3d.training.data.generator import SceneGenerator
from moe3d.training.features import FrameBatch
from moe3d.training.objective import Objective
from moe3d.training.photo_like.furniture import open_furniture
from moe3d.training.photo_like.generator import PhotoLikeGenerator
from moe3d.training.sources.generated import batch_of_scenes
from moe3d.training.sources.source import look_scenes
from moe3d.training.state import load_state, save_state

KINDS = ("generated", "photo-like")
SETTINGS = assets_dir() / "training" / "mini" / "2-settle.toml"
EMA_DECAY, WARM_UP_STEPS, CLIP_NORM = 0.995, 40, 1.0
VIEWS = 4
COLUMNS = (
    "moe_scene", "vggt_scene", "moe_photo", "vggt_photo", "moe_spread", "vggt_spread"
)  # fmt: skip


@dataclass(frozen=True)
class Arm:
    """What one arm is shown, and the weight of its scale term."""

    name: str
    kinds: tuple[str, ...]
    scale_weight: float = 0.0


ARMS = (
    Arm("generated", ("generated",)),
    Arm("photo-like", ("photo-like",)),
    Arm("half and half", KINDS),
    Arm("half and half, one scale", KINDS, 1.0),
)


@dataclass(frozen=True)
class Study:
    """What makes two calls the same study."""

    frames: int
    round_scenes: int
    step_scenes: int
    width: int
    height: int
    rate: float
    seed: int
    precision: str = "bfloat16"
    arms: int = 4

    @property
    def dtype(self) -> torch.dtype:
        """Of the products of trunk and heads."""
        return torch.bfloat16 if self.precision == "bfloat16" else torch.float32

    @property
    def rounds(self) -> int:
        """Rounds until every arm has had its frames."""
        return -(-self.frames // (self.round_scenes * VIEWS))


class Drawing:
    """Scenes of both kinds, by round."""

    def __init__(self, furniture: Path, study: Study) -> None:
        self._study = study
        library = open_furniture(furniture)
        self._makers = {
            "generated": SceneGenerator("cpu"),
            "photo-like": PhotoLikeGenerator(library),
        }

    def scenes(self, kind: str, first: int, count: int) -> TrainingBatch:
        """Scenes of seeds that follow each other."""
        study = self._study
        made = self._makers[kind].generate(
            range(first, first + count), VIEWS, study.height, study.width
        )
        return batch_of_scenes(made)

    def round(self, kind: str, number: int) -> TrainingBatch:
        """New training scenes in other colours and half of them mirrored."""
        first = self._study.seed + number * self._study.round_scenes
        batch = self.scenes(kind, first, self._study.round_scenes)
        return look_scenes(
            batch, [(self._study.seed, number, row) for row in range(len(batch.images))]
        )


_drawing: list[Drawing] = []


def _start_drawing(furniture: Path, study: Study) -> None:
    torch.set_num_threads(1)
    _drawing.append(Drawing(furniture, study))


def _draw(kind: str, number: int) -> TrainingBatch:
    return _drawing[0].round(kind, number)


def drawn_rounds(
    drawing: Drawing, furniture: Path, study: Study, first: int, workers: int
) -> Iterator[dict[str, TrainingBatch]]:
    """Scenes of the rounds from one on; the next is drawn beside the training where asked for."""
    numbers = range(first, study.rounds)
    if not workers:
        yield from ({kind: drawing.round(kind, number) for kind in KINDS} for number in numbers)
        return
    context = get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, _start_drawing, (furniture, study))
    try:
        waiting: list[dict[str, Future]] = []
        for number in numbers:
            for ahead in range(number + len(waiting), min(number + 2, study.rounds)):
                waiting.append({kind: pool.submit(_draw, kind, ahead) for kind in KINDS})
            yield {kind: future.result() for kind, future in waiting.pop(0).items()}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@torch.no_grad()
def run_trunk(
    network: MoE3DNetwork, batch: TrainingBatch, step_scenes: int, dtype: torch.dtype
) -> list[FrameBatch]:
    """Frames with the trunk's features, in steps of so many scenes."""
    steps = []
    parts = split_scenes(batch)
    for start in range(0, len(parts), step_scenes):
        chosen = parts[start : start + step_scenes]
        images = torch.cat([part.images for part in chosen])
        depth = torch.cat([part.depth for part in chosen])
        with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
            tokens = network.aggregator(images, network.config.dpt.layers)
        special = tokens.num_special_tokens
        layers = tuple(layer.flatten(0, 1)[:, special:].float() for layer in tokens.layers)
        names = tuple(name for part in chosen for name in part.names)
        steps.append(FrameBatch(images.flatten(0, 1), layers, depth.flatten(0, 1), names, VIEWS))
    return steps


def steps_of(arm: Arm, drawn: dict[str, list[FrameBatch]]) -> list[FrameBatch]:
    """The arm's steps of a round: as many for all; of two kinds every other step of each."""
    columns = [drawn[kind] for kind in arm.kinds]
    count = len(columns[0])
    return [columns[step % len(columns)][step] for step in range(count)]


class ArmRun:
    """Heads of one arm, with their optimizer and averages."""

    def __init__(self, arm: Arm, base: MoE3DNetwork, study: Study, config: TrainingConfig) -> None:
        self.arm, self._study = arm, study
        self.network = copy.copy(base)
        self.network._modules = dict(base._modules)  # the trunk is shared, the heads are not
        self.network.depth_head = copy.deepcopy(base.depth_head)
        self.network.moe_head = copy.deepcopy(base.moe_head)
        loss: LossConfig = replace(config.loss, scale_weight=arm.scale_weight)
        self._config = replace(config, loss=loss)
        self._objective = Objective(self.network, self._config, study.dtype)
        self._heads = torch.nn.ModuleDict(
            {"depth_head": self.network.depth_head, "moe_head": self.network.moe_head}
        ).requires_grad_(True)
        self._optimizer = torch.optim.AdamW(
            self._heads.parameters(), lr=study.rate, betas=(0.9, 0.98), weight_decay=0.01
        )
        self.average = {n: v.detach().clone() for n, v in self._heads.state_dict().items()}
        self.step = 0

    def learn(self, batch: FrameBatch) -> float:
        """One step; its loss."""
        factor = min(1.0, (self.step + 1) / WARM_UP_STEPS)
        for group in self._optimizer.param_groups:
            group["lr"] = self._study.rate * factor
        loss = self._objective(batch, self._config.mixture.temperature_end).total
        if not torch.isfinite(loss):
            raise SystemExit(f"the loss of {self.arm.name} is {loss.item()} ({batch.names})")
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        for head in self._heads.values():
            torch.nn.utils.clip_grad_norm_(head.parameters(), CLIP_NORM)
        self._optimizer.step()
        self.step += 1
        keep = min(EMA_DECAY, self.step / (self.step + 10))
        for name, value in self._heads.state_dict().items():
            self.average[name].lerp_(value.detach(), 1 - keep)
        return loss.item()

    def state(self) -> dict:
        """What a resumed run needs."""
        weights = self._heads.state_dict()
        optimizer = self._optimizer.state_dict()
        return {
            "step": self.step, "weights": weights, "average": self.average, "optimizer": optimizer
        }  # fmt: skip

    def load(self, state: dict) -> None:
        """Go on from a state."""
        self._heads.load_state_dict(state["weights"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.average = state["average"]
        self.step = state["step"]

    def averaged(self) -> MoE3DNetwork:
        """The network with the averages, to be scored; the free weights stay."""
        network = copy.copy(self.network)
        network._modules = dict(self.network._modules)
        heads = copy.deepcopy(self._heads)
        heads.load_state_dict(self.average)
        network.depth_head, network.moe_head = heads["depth_head"], heads["moe_head"]
        return network.eval()


def read_folder(name: str, dataset: Dataset, study: Study, only: str = "") -> list[TrainingBatch]:
    """Scenes of a data set, or one of them, at the study's size, all photos of each together."""
    size = InputSize(study.width, study.height)
    batches = []
    for scene in [scene for scene in dataset.scene_names() if only in ("", scene)]:
        frames = list(range(dataset.num_frames(scene)))
        truth = shown_to_models(dataset.read(scene, frames), size)
        images = np.stack([read_pixels(view)[..., :3] for view in truth.views.views])
        count = len(images)
        camera = (
            truth.camera_from_world
            if truth.camera_from_world is not None
            else np.tile(np.eye(4), (count, 1, 1))
        )
        lens = (
            truth.intrinsics if truth.intrinsics is not None else np.tile(np.eye(3), (count, 1, 1))
        )
        arrays = (images, truth.depth.astype(np.float32), camera, lens)
        batch = normalise_scenes(*(torch.from_numpy(array)[None] for array in arrays))
        batches.append(replace(batch, names=(f"{name} {scene}",)))
    return batches


def scored_sets(
    drawing: Drawing, study: Study, real: Sequence[Path], seed: int, count: int
) -> dict[str, list[TrainingBatch]]:
    """Everything that arms are scored on, by name."""
    sets = {
        kind: [drawing.scenes(kind, seed + index, 1) for index in range(count)] for kind in KINDS
    }
    sets["motorcycle"] = read_folder("motorcycle", MotorcyclePair(), study)
    samples = assets_dir() / "samples"
    sets["sample room"] = read_folder("sample", open_dataset("scenes", samples), study, "room")
    for folder in real:
        sets[folder.name] = read_folder(folder.name, open_dataset("scenes", folder), study)
    return sets


def score_scene(depth: np.ndarray, truth: np.ndarray) -> tuple[float, float, float]:
    """abs-rel under one median scale a scene and a photo, and the spread of the photos' scales.

    Args:
        depth: (S, H, W), any scale.
        truth: same shape; NaN where unknown.

    Returns:
        Two errors, the second a mean over photos; the standard deviation of the photos' log scales,
        NaN for a single photo.
    """
    valid = np.isfinite(truth)
    photos = [photo for photo in range(len(truth)) if valid[photo].any()]
    ratios = [np.median(truth[p][valid[p]] / depth[p][valid[p]]) for p in photos]
    scale = np.median(truth[valid] / depth[valid])
    scene = np.mean(np.abs(scale * depth[valid] / truth[valid] - 1))
    alone = [
        np.mean(np.abs(ratio * depth[p][valid[p]] / truth[p][valid[p]] - 1))
        for p, ratio in zip(photos, ratios, strict=True)
    ]
    spread = float(np.std(np.log(ratios))) if len(photos) > 1 else float("nan")
    return float(scene), float(np.mean(alone)), spread


@torch.no_grad()
def score(network: MoE3DNetwork, batches: Sequence[TrainingBatch], temperature: float) -> dict:
    """Medians over scenes of both heads, raw, and how many scenes these are."""
    rows = []
    for batch in batches:
        output = network(batch.images, options=RunOptions(gate_temperature=temperature))
        truth = batch.depth[0].double().numpy()
        heads = {"moe": output.depth, "vggt": output.baseline_depth}
        row = {}
        for head, depth in heads.items():
            found = score_scene(depth[0].double().numpy(), truth)
            names = (f"{head}_scene", f"{head}_photo", f"{head}_spread")
            row |= dict(zip(names, found, strict=True))
        rows.append(row)
    medians = {name: float(np.median([row[name] for row in rows])) for name in COLUMNS}
    ratios = [row["moe_scene"] / row["vggt_scene"] for row in rows]
    return medians | {"moe_of_vggt": float(np.median(ratios)), "scenes": len(rows), "rows": rows}


def table(results: dict[str, dict[str, dict]], frames: int) -> str:
    """All scores as Markdown."""
    words = "abs-rel, one scale a scene; a photo; spread (std) of log scale between photos; medians"
    lines = [f"{frames} frames an arm. {words}.", ""]
    lines += [
        "| set (scenes) | arm | MoE scene | VGGT scene | MoE / VGGT | MoE photo | VGGT photo "
        "| MoE spread | VGGT spread |",
        "|" + "---|" * 9,
    ]
    for name in next(iter(results.values())):
        for arm, scores in results.items():
            s = scores[name]
            lines.append(
                f"| {name} ({s['scenes']}) | {arm} | {s['moe_scene']:.4f} | {s['vggt_scene']:.4f} "
                f"| {s['moe_of_vggt']:.3f} | {s['moe_photo']:.4f} | {s['vggt_photo']:.4f} "
                f"| {s['moe_spread']:.4f} | {s['vggt_spread']:.4f} |"
            )
    return "\n".join(lines) + "\n"


def train(asked: argparse.Namespace, study: Study, runs: list[ArmRun], drawing: Drawing) -> int:
    """Rounds until all is done or time is nearly up; the number of rounds that are done."""
    started, done = time.monotonic(), 0
    state = load_state(asked.out)
    if state is not None:
        if state["study"] != json.dumps(asdict(study)):
            raise SystemExit(
                f"{asked.out} holds another study: {state['study']}; take another --out"
            )
        done = int(state["round"])
        for run in runs:
            run.load(state["arms"][run.arm.name])
    longest = 0.0
    base = runs[0].network
    for drawn in drawn_rounds(drawing, asked.furniture, study, done, asked.workers):
        before, work = time.monotonic(), time.process_time()
        steps = {
            kind: run_trunk(base, batch, study.step_scenes, study.dtype)
            for kind, batch in drawn.items()
        }
        losses = {
            run.arm.name: float(np.mean([run.learn(batch) for batch in steps_of(run.arm, steps)]))
            for run in runs
        }
        done += 1
        arms = {run.arm.name: run.state() for run in runs}
        save_state(asked.out, {"study": json.dumps(asdict(study)), "round": done, "arms": arms})
        now = time.monotonic()
        longest = max(longest, now - before)
        with (asked.out / "log.jsonl").open("a") as log:
            entry = {"round": done, "seconds": now - before, "losses": losses}
            entry["cpu_seconds"] = time.process_time() - work
            log.write(json.dumps(entry) + "\n")
        print(f"round {done} of {study.rounds}, {now - before:.0f} s: {losses}", flush=True)
        if asked.minutes and now + longest - started > 60 * asked.minutes:
            break
    return done


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--furniture", type=Path, required=True)
    reader.add_argument("--real", type=Path, action="append", default=[], help="scenes with depth")
    reader.add_argument("--out", type=Path, default=Path("out/photo-like-study"))
    reader.add_argument("--frames", type=int, default=20_000, help="an arm")
    reader.add_argument("--minutes", type=float, default=0.0, help="of training in this call")
    reader.add_argument("--round-scenes", type=int, default=24)
    reader.add_argument("--step-scenes", type=int, default=2)
    reader.add_argument("--size", default="224x168")
    reader.add_argument("--rate", type=float, default=1e-4)
    reader.add_argument("--seed", type=int, default=500_000, help="of the first training scene")
    reader.add_argument("--workers", type=int, default=1, help="processes that draw scenes ahead")
    reader.add_argument("--threads", type=int, default=1)
    reader.add_argument("--score-seed", type=int, default=1_000_500)
    reader.add_argument(
        "--score-scenes", type=int, default=40, help="of each kind; 0 scores nothing"
    )
    reader.add_argument("--precision", choices=("float32", "bfloat16"), default="bfloat16")
    reader.add_argument("--arms", type=int, choices=(2, 3, 4), default=4, help="the first so many")
    asked = reader.parse_args(words)
    if asked.round_scenes % asked.step_scenes or (asked.round_scenes // asked.step_scenes) % 2:
        reader.error("a round has to be an even number of whole steps, or arms differ in frames")
    if asked.seed + asked.frames // VIEWS + asked.round_scenes > 1_000_000:
        reader.error("training seeds have to stay below 1,000,000")
    return asked


def main(words: Sequence[str] | None = None) -> None:
    """Train what is left, score, write both files."""
    asked = arguments(words)
    torch.set_num_threads(asked.threads)
    asked.out.mkdir(parents=True, exist_ok=True)
    width, height = (int(side) for side in asked.size.split("x"))
    study = Study(
        asked.frames,
        asked.round_scenes,
        asked.step_scenes,
        width,
        height,
        asked.rate,
        asked.seed,
        asked.precision,
        asked.arms,
    )
    config = read_config(SETTINGS)
    base = read_checkpoint(find_checkpoint("mini")).network.eval().requires_grad_(False)
    drawing = Drawing(asked.furniture, study)
    runs = [ArmRun(arm, base, study, config) for arm in ARMS[: study.arms]]
    done = train(asked, study, runs, drawing)
    if not asked.score_scenes:
        return
    sets = scored_sets(drawing, study, asked.real, asked.score_seed, asked.score_scenes)
    temperature = config.mixture.fusion_temperature
    networks = {"start": base} | {run.arm.name: run.averaged() for run in runs}
    results = {
        arm: {
            name: score(network, batches, temperature) for name, batches in sets.items() if batches
        }
        for arm, network in networks.items()
    }
    frames = done * study.round_scenes * VIEWS
    record = {"study": asdict(study), "frames": frames, "results": results}
    (asked.out / "study.json").write_text(json.dumps(record, indent=1))
    text = table(results, frames)
    (asked.out / "study.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
