"""The part of `docs/results.md` that comes from `moe3d eval`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from moe3d.errors import UsageError
from moe3d.evaluation.reports.markdown import ARROWS, number
from moe3d.io.files.outside_files import read_json, reading

OLD_NAMES: Mapping[str, str] = {"absrel": "absrel_photo", "d1": "d1_photo"}
"""Columns of summaries that are older than the two alignments: they were aligned by photo."""


def read_result(path: Path) -> Any:
    """What a JSON file says.

    Raises:
        UsageError: the file cannot be read.
    """
    return read_json(path, UsageError, "wanted a result file")


def evaluations_text(folder: Path) -> str:
    """One table an evaluation, in the order of the files' names.

    Args:
        folder: holds the `summary.json` of each evaluation, under any name.

    Raises:
        UsageError: a file is no summary of an evaluation.
    """
    lines = [
        "## Evaluations\n",
        "Means over scenes with 95 % bootstrap intervals, medians over scenes, ratios of means. "
        "`mini` is MoE3D-mini's soft fusion, `mini-vggt` VGGT's head on the same backbone, "
        "`-refined` the same depth after the photos were compared. Cameras are the same for all "
        "models of a table; where it does not name the refinement, depth is the network's own, and "
        "the cameras of clouds and poses are refined by matching and PnP.\n",
    ]
    for path in sorted(folder.glob("*.json")):
        record = read_result(path)
        with reading(path, UsageError, "is no summary of an evaluation"):
            lines += _section(record)
    return "\n".join(lines)


def _section(record: Mapping[str, Any]) -> list[str]:
    choices = record["choices"]
    cells = record["summary"]["cells"]
    models = list(dict.fromkeys(cell["model"] for cell in cells))
    by_name = {(cell["model"], cell["column"]): cell for cell in cells}
    differences = record["summary"]["differences"]
    ratios = {(one["second"], one["column"]): _ratio(one) for one in differences}
    others = models[1:] if ratios else []
    titles = [f"{model}: {what}" for model in models for what in ("mean [95 %]", "median")]
    titles += [f"{models[0]} / {other} [95 %]" for other in others]
    refinement = f" Refinement: {choices['refinement']}." if "refinement" in choices else ""
    rows = [["metric", "", *titles], ["---"] * (2 + len(titles))]
    for name, better in record["better"].items():
        texts = [text for model in models for text in _texts(by_name[model, name])]
        texts += [ratios[other, name] for other in others]
        rows.append([OLD_NAMES.get(name, name), ARROWS[better], *texts])
    table = "".join("| " + " | ".join(row) + " |\n" for row in rows)
    notes = "".join(f"\n{note}\n" for note in record.get("notes", ()))
    about = f"{choices['data']}. `{choices['command']}`{refinement}\n"
    return [f"### {record['title']}\n", about, table + notes]


def _ratio(difference: Mapping[str, Any]) -> str:
    if difference["ratio"] is None:
        return "-"
    return number(difference["ratio"]) + _range(difference["ratio_interval"])


def _texts(cell: Mapping[str, Any]) -> tuple[str, str]:
    if cell["mean"] is None:
        return "-", "-"
    return number(cell["mean"]) + _range(cell["interval"]), number(cell["median"])


def _range(interval: Mapping[str, Any]) -> str:
    low, high = interval["low"], interval["high"]
    return "" if low is None else f" [{number(low)}, {number(high)}]"
