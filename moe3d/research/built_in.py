"""The built-in model's weights: scored on validation scenes, and replaced by better ones."""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from moe3d.errors import OutputError, UsageError
from moe3d.inference.device import select_device
from moe3d.io.files.atomic import new_file, new_together
from moe3d.io.files.outside_files import read_json, reading
from moe3d.model.checkpoint import read_checkpoint
from moe3d.model.checkpoint.files import locate_files
from moe3d.model.checkpoint.hashing import sha256_of_files
from moe3d.model.known_models import ModelPlaces, find_checkpoint
from moe3d.training.data.generator import SceneGenerator
from moe3d.training.data.seeds import VALIDATION_START as FIRST
from moe3d.training.record import METRICS_FILE
from moe3d.training.validation import (
    LayerScores,
    ValidationScores,
    validate,
    validation_batches,
)

SIZE = (224, 168)
VIEWS = (2, 3)
MOST_BYTES, MOST_BYTES_A_FILE = 40 * 10**6, 16 * 10**6


@dataclass(frozen=True)
class BuiltInScores:
    """One model's scores at the size that the program uses, by number of views."""

    by_views: tuple[ValidationScores, ...]
    sha256: str

    def table(self, old: "BuiltInScores") -> str:
        """Both models beside each other, as Markdown."""
        head = "| views | depth | abs-rel old | new | boundary F1 old | new | FPR_self old | new |"
        lines = [head, "|" + "---|" * 8]
        for before, after in zip(old.by_views, self.by_views, strict=True):
            for name in after.layers:
                a, b = before.layers.get(name), after.layers[name]
                if a is not None:
                    lines.append(
                        f"| {after.num_views} | {name} | {a.absrel_mean:.3f} | {b.absrel_mean:.3f} "
                        f"| {a.boundary_f1:.4f} | {b.boundary_f1:.4f} "
                        f"| {a.flying_self:.3f} | {b.flying_self:.3f} |"
                    )
        return "\n".join(lines)


def score_built_in(folder: Path, num_scenes: int, device: str = "auto") -> BuiltInScores:
    """Score the built-in model's files in a folder.

    Args:
        folder: holds `mini-0000x-of-0000y.safetensors` and their index.
        num_scenes: validation scenes, the first ones.
        device: where it runs.
    """
    chosen = select_device(device)
    loaded = read_checkpoint(find_checkpoint("mini", ModelPlaces(built_in_dir=folder)))
    network = loaded.network.to(chosen)
    temperature = loaded.info.config.moe.gate_temperature
    generator = SceneGenerator("cpu")  # the same scenes to the byte on every machine
    scores = tuple(
        validate(network, validation_batches(generator, num_scenes, views, SIZE), temperature)
        for views in VIEWS
    )
    return BuiltInScores(scores, loaded.info.sha256)


def known_scores(folder: Path, num_scenes: int) -> BuiltInScores | None:
    """Scores that lie beside the weights; None where they are of others, or of other scenes.

    Args:
        folder: holds the weights and `metrics.json`.
        num_scenes: validation scenes that are wanted.
    """
    path = folder / METRICS_FILE
    if not path.is_file():
        return None
    record = read_json(path, UsageError)
    files = locate_files(find_checkpoint("mini", ModelPlaces(built_in_dir=folder)))
    with reading(path, UsageError, "holds no scores of the built-in model"):
        entries = [_scores(entry) for entry in record["validation"]]
    if record.get("sha256") != sha256_of_files(files):
        return None
    if [(entry.num_views, entry.num_scenes) for entry in entries] != [
        (views, num_scenes) for views in VIEWS
    ]:
        return None
    return BuiltInScores(tuple(entries), record["sha256"])


def _scores(entry: dict[str, Any]) -> ValidationScores:
    known: dict[str, Any] = {name: entry[name] for name in ValidationScores.__dataclass_fields__}
    known["layers"] = {name: LayerScores(**own) for name, own in entry["layers"].items()}
    known["usage"] = tuple(entry["usage"])
    return ValidationScores(**known)


def is_better(new: BuiltInScores, old: BuiltInScores) -> bool:
    """Whether fused depth and VGGT's are both better, in abs-rel and in boundary F1."""
    pairs = [
        (before.layers[name], after.layers[name])
        for before, after in zip(old.by_views, new.by_views, strict=True)
        for name in ("fused", "vggt")
    ]
    return all(
        after.absrel_mean < before.absrel_mean and after.boundary_f1 > before.boundary_f1
        for before, after in pairs
    )


def put_in_place(source: Path, target: Path, scores: BuiltInScores) -> None:
    """Copy a model's files and its scores over the built-in ones.

    Raises:
        OutputError: the files are larger than a repository should carry.
    """
    files = sorted(source.glob("mini*.safetensors*"))
    sizes = [file.stat().st_size for file in files]
    if sum(sizes) > MOST_BYTES or max(sizes) > MOST_BYTES_A_FILE:
        raise OutputError(
            f"{source}: {sum(sizes) / 1e6:.1f} MB in files of up to {max(sizes) / 1e6:.1f} MB; "
            "the built-in model may have 40 MB in files of 16 MB"
        )
    old = [
        file
        for file in target.glob("mini*.safetensors*")
        if file.name not in {f.name for f in files}
    ]
    targets = [target / name for name in (*(file.name for file in files), METRICS_FILE)]
    with new_together(targets, overwrite=True) as parts:
        for file, part in zip(files, parts, strict=False):
            shutil.copyfile(file, part)
        parts[-1].write_text(_metrics_text(scores), encoding="utf-8")
    for file in old:
        file.unlink()


def write_metrics(folder: Path, scores: BuiltInScores) -> Path:
    """Write the scores beside the weights that they are of."""
    path = folder / METRICS_FILE
    with new_file(path, overwrite=True) as part:
        part.write_text(_metrics_text(scores), encoding="utf-8")
    return path


def _metrics_text(scores: BuiltInScores) -> str:
    size = f"{SIZE[0]}x{SIZE[1]}"
    entries = [
        asdict(entry) | {"seeds": f"{FIRST} to {FIRST + entry.num_scenes - 1}", "size": size}
        for entry in scores.by_views
    ]
    record = {"model": "mini", "sha256": scores.sha256, "validation": entries}
    return json.dumps(record, indent=1) + "\n"
