"""The table of an evaluation for people, as Markdown."""

import math
from collections.abc import Sequence

from moe3d.evaluation.reports.columns import scene_value
from moe3d.evaluation.reports.report import Report
from moe3d.evaluation.reports.summary import RESAMPLES, Difference, Interval

ARROWS = {"lower": "↓", "higher": "↑", "": ""}


def markdown(report: Report) -> str:
    """The table for people: choices, metrics by model, differences, failures, scenes."""
    parts = [f"# {report.title}\n", _choices(report), _metrics(report)]
    if report.summary.differences:
        parts.append(_differences(report))
    notes = [f"{one.scene}, {one.model}: {note}" for one in report.results for note in one.notes]
    if report.failures:
        lines = [f"* **{one.scene}, {one.model}**: {one.error}" for one in report.failures]
        parts.append("## Scenes that failed\n\n" + "\n".join(lines) + "\n")
    if notes:
        parts.append("## Notes\n\n" + "\n".join(f"* {note}" for note in notes) + "\n")
    parts.append("## By scene\n\n" + _table(*_scene_rows(report)))
    if report.details:
        parts.append("## Details by scene\n\n" + _table(*_detail_rows(report)))
    return "\n".join(parts)


def number(value: float) -> str:
    """Four significant digits, large numbers whole; a dash where it is not defined."""
    if not math.isfinite(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 9999.5 else f"{value:.4g}"


def _choices(report: Report) -> str:
    lines = [f"* {name}: {value}" for name, value in report.choices.items()]
    lines.append(
        f"* mean: over scenes; intervals: 95 % percentile bootstrap, {RESAMPLES} resamples"
    )
    if report.scored_rows_differ:
        lines.append("* by photo: mean over all photos; pooled: over summed counts, or by pixels")
    return "\n".join([*lines, ""])


def _metrics(report: Report) -> str:
    head = ["metric", ""]
    by_row = report.scored_rows_differ
    for model in report.models:
        head += [f"{model}: mean [95 %]", "median", *(["by photo"] if by_row else []), "pooled"]
    rows = []
    for column in report.columns:
        row = [column.name, ARROWS[column.better]]
        for model in report.models:
            cell = report.summary.cell(model, column.name)
            row += [f"{number(cell.mean)} {_range(cell.interval)}", number(cell.median)]
            row += [number(cell.row_mean)] if by_row else []
            row += [number(cell.pooled)]
        rows.append(row)
    counts = ", ".join(
        f"{model} {len({one.scene for one in report.results if one.model == model and one.rows})}"
        for model in report.models
    )
    notes = "".join(f"\n{note}\n" for note in report.notes)
    return _table(head, rows) + f"\nScenes scored: {counts}.\n{notes}"


def _differences(report: Report) -> str:
    head = ["metric", "", "models", "difference [95 %]", "ratio [95 %]", "first better"]
    better = {column.name: ARROWS[column.better] for column in report.columns}
    rows = [_difference_row(one, better[one.column]) for one in report.summary.differences]
    return "## Paired differences\n\n" + _table(head, rows)


def _difference_row(one: Difference, arrow: str) -> list[str]:
    return [
        one.column,
        arrow,
        f"{one.first} - {one.second}",
        f"{number(one.mean)} {_range(one.interval)}",
        f"{number(one.ratio)} {_range(one.ratio_interval)}",
        f"{one.first_better} of {one.num_scenes}" if arrow else "",
    ]


def _scene_rows(report: Report) -> tuple[list[str], list[list[str]]]:
    head = ["scene", "model", *(column.name for column in report.columns)]
    rows = []
    for one in report.results:
        values = [
            number(scene_value(one.rows, column)) if one.rows else "failed"
            for column in report.columns
        ]
        rows.append([one.scene, one.model, *values])
    return head, rows


def _detail_rows(report: Report) -> tuple[list[str], list[list[str]]]:
    rows = [
        [one.scene, one.model, *(_in_words(report.detail(one, name)) for name in report.details)]
        for one in report.results
        if one.rows
    ]
    return ["scene", "model", *report.details], rows


def _in_words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join("-" if one is None else number(one) for one in value)
    return number(value) if isinstance(value, float) else str(value)


def _range(interval: Interval) -> str:
    known = math.isfinite(interval.low)
    return f"[{number(interval.low)}, {number(interval.high)}]" if known else ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
