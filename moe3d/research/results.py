"""`docs/results.md`, written from result files alone."""

import math
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from moe3d.research.ablations import AblationPlan
from moe3d.research.evaluation_results import evaluations_text, read_result
from moe3d.training.record import ENVIRONMENT_FILE, METRICS_FILE

LAYER_NAMES = {
    "vggt": "VGGT-mini, same steps and data",
    "fused": "MoE3D-mini, soft fusion",
    "argmax": "MoE3D-mini, winner alone",
    "oracle": "best expert a pixel (needs the truth)",
}
COLUMNS = (
    ("absrel_mean", "abs-rel (scene)", 3),
    ("absrel_median", "median (scene)", 3),
    ("delta1", "δ1 (scene)", 3),
    ("absrel_photo_mean", "abs-rel (photo)", 3),
    ("absrel_photo_median", "median (photo)", 3),
    ("delta1_photo", "δ1 (photo)", 3),
    ("boundary_f1", "boundary F1", 4),
    ("flying_self", "FPR_self", 3),
    ("unresolved", "unresolved", 3),
)
LINE_WIDTH = 120
ABLATIONS_HEADING = "## Ablations"
HEADER = """# Results

Written by `{command}`; do not edit. Every number is read from a result file.
abs-rel and δ1 stand under two alignments: `scene` is one median scale for the photos of a scene
together, `photo` one for each photo, which forgives photos that disagree. Boundary F1 and FPR_self
count the pixels of all frames together; definitions are in `docs/metrics.md`. Lower is better but
for δ1 and boundary F1; a dash was not measured.
"""


@dataclass(frozen=True)
class _Cell:
    """One run's numbers."""

    name: str
    seed: int
    scores: Mapping[str, Any]


def results_text(
    built_in: Path,
    plan: AblationPlan | None,
    folder: Path | None,
    command: str,
    evaluations: Path | None = None,
) -> str:
    """The whole document.

    Args:
        built_in: `metrics.json` beside the built-in model.
        evaluations: folder with the `summary.json` of evaluations, under any names; None leaves
            them out.
        plan: the ablations; None leaves them out.
        folder: where their results are.
        command: that writes the document, as a user types it.

    Raises:
        UsageError: a result file cannot be read.
    """
    parts = [HEADER.format(command=command), _built_in(built_in)]
    if evaluations is not None:
        parts.append(evaluations_text(evaluations))
    if plan is not None and folder is not None:
        parts.append(_ablations(plan, folder))
    return "\n".join(_wrapped(line) for line in "\n".join(parts).split("\n"))


def _wrapped(line: str) -> str:
    """A line of prose in as many as it needs; a table's row stays one."""
    is_long = len(line) > LINE_WIDTH and not line.startswith("|")
    return textwrap.fill(line, LINE_WIDTH, break_on_hyphens=False) if is_long else line


def _built_in(path: Path) -> str:
    record = read_result(path)
    lines = [
        "## Built-in model\n",
        "Rooms, streets and table tops of the validation seeds, which share neither layout nor "
        "textures with the training's. Scored by `moe3d train-mini --score-only`.\n",
    ]
    for entry in record["validation"]:
        lines.append(
            f"{entry['num_scenes']} scenes of {entry['num_views']} views, seeds {entry['seeds']}, "
            f"{entry['size']} pixels:\n"
        )
        lines += [*_layer_table(entry["layers"]), "", *_ratios(entry["layers"]), ""]
        lines.append(_gate_line(entry) + "\n")
    return "\n".join(lines)


def _layer_table(layers: Mapping[str, Any]) -> list[str]:
    names = [title for _, title, _ in COLUMNS]
    rows = ["| depth | " + " | ".join(names) + " |", "|" + "---|" * (1 + len(names))]
    for key, title in LAYER_NAMES.items():
        if key in layers:
            cells = [_cell(layers[key].get(name), digits) for name, _, digits in COLUMNS]
            rows.append(f"| {title} | " + " | ".join(cells) + " |")
    return rows


def _cell(value: float | None, digits: int) -> str:
    """A number; a dash where a record made before this column has none."""
    return "-" if value is None or not math.isfinite(value) else f"{value:.{digits}f}"


def _ratios(layers: Mapping[str, Any]) -> list[str]:
    if not {"vggt", "fused"} <= set(layers):
        return []
    parts = []
    for name, title, _ in COLUMNS:
        if name in ("absrel_mean", "absrel_photo_mean", "boundary_f1", "flying_self"):
            below = layers["vggt"].get(name, math.nan)
            if not math.isfinite(below):
                continue
            ratio = f"{layers['fused'][name] / below:.3f}" if below else "undefined"
            parts.append(f"{title} {ratio}")
    return ["MoE3D (soft) / VGGT: " + ", ".join(parts) + "."]


def _gate_line(entry: Mapping[str, Any]) -> str:
    usage = " / ".join(f"{share:.2f}" for share in entry["usage"])
    return (
        f"Experts win {usage} of the pixels; gate entropy / ln K {entry['entropy_band']:.2f} near "
        f"depth edges, {entry['entropy_outside']:.2f} elsewhere. Median rotation error "
        f"{entry['rotation_error_deg']:.1f}°, for no rotation "
        f"{entry['rotation_identity_deg']:.1f}°."
    )


def _ablations(plan: AblationPlan, folder: Path) -> str:
    groups: dict[str, list[_Cell]] = defaultdict(list)
    missing: dict[str, list[str]] = defaultdict(list)
    for run in plan.runs:
        path = folder / run.folder / METRICS_FILE
        if path.is_file():
            scores = read_result(path)["validation"]
            groups[run.group].append(_Cell(run.name, run.seed, scores))
        else:
            missing[run.group].append(f"{run.name} (seed {run.seed})")
    lines = [f"{ABLATIONS_HEADING}\n", _setting_line(plan, folder)]
    for group in dict.fromkeys(run.group for run in plan.runs):
        lines += [f"### {group}\n", *_group_table(groups[group])]
        if missing[group]:
            lines.append(f"\nNot run: {', '.join(missing[group])}.")
        lines.append("")
    return "\n".join(lines)


def _setting_line(plan: AblationPlan, folder: Path) -> str:
    first = plan.runs[0].config
    commits = {
        read_result(path)["git_commit"]
        for run in plan.runs
        if (path := folder / run.folder / ENVIRONMENT_FILE).is_file()
    }
    return (
        f"Each run: {first.run.steps} steps of {first.data.scenes_per_step} scenes at "
        f"{', '.join(first.data.sizes)} from base {first.base}; scored on "
        f"{first.run.validation_scenes} validation scenes. Mean over seeds, and the range where "
        f"there are several. Commit: {', '.join(sorted(commits)) or 'none'}.\n"
    )


def _group_table(cells: Sequence[_Cell]) -> list[str]:
    if not cells:
        return ["No run yet."]
    titles = (
        "setting",
        "seeds",
        "depth",
        "abs-rel (scene)",
        "boundary F1",
        "FPR_self",
        "entropy / ln K, band",
        "usage",
    )
    rows = ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles)]
    for name in dict.fromkeys(cell.name for cell in cells):
        own = [cell for cell in cells if cell.name == name]
        seeds = ", ".join(str(cell.seed) for cell in own)
        for layer in ("vggt", "fused", "argmax"):
            if all(layer in cell.scores["layers"] for cell in own):
                rows.append(f"| {name} | {seeds} | {layer} | " + _numbers(own, layer) + " |")
    return rows


def _numbers(cells: Sequence[_Cell], layer: str) -> str:
    layers = [cell.scores["layers"][layer] for cell in cells]
    texts = [
        _spread([own[name] for own in layers], digits)
        for name, digits in (("absrel_mean", 3), ("boundary_f1", 4), ("flying_self", 3))
    ]
    if layer == "vggt":
        return " | ".join([*texts, "", ""])
    usage = np.mean([cell.scores["usage"] for cell in cells], axis=0)
    entropy = _spread([cell.scores["entropy_band"] for cell in cells], 2)
    return " | ".join([*texts, entropy, " ".join(f"{share:.2f}" for share in usage)])


def _spread(values: Iterable[float], digits: int) -> str:
    numbers = np.array(list(values), float)
    text = f"{numbers.mean():.{digits}f}"
    if len(numbers) > 1:
        text += f" ({numbers.min():.{digits}f}-{numbers.max():.{digits}f})"
    return text
