"""Write an evaluation as JSON, Markdown, CSV and LaTeX."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from moe3d.evaluation.columns import Column, scene_value
from moe3d.evaluation.json_values import json_value
from moe3d.evaluation.scene_files import SceneResult, write_text
from moe3d.evaluation.summary import Cell, Difference, Interval, Summary

ARROWS = {"lower": "↓", "higher": "↑", "": ""}


@dataclass(frozen=True)
class Report:
    """All that a table says."""

    title: str
    choices: Mapping[str, str]
    """Every choice of the protocol, in words."""
    columns: tuple[Column, ...]
    results: tuple[SceneResult, ...]
    summary: Summary

    @property
    def models(self) -> tuple[str, ...]:
        """In the order of the table."""
        return tuple(dict.fromkeys(result.model for result in self.results))

    @property
    def failures(self) -> tuple[SceneResult, ...]:
        """Scenes without a score."""
        return tuple(result for result in self.results if result.error)


def write_report(report: Report, folder: Path) -> None:
    """Write `results.json`, `table.md`, `table.csv`, `scenes.csv` and `table.tex`.

    Raises:
        OutputError: the folder cannot be written.
    """
    document = {
        "title": report.title,
        "choices": dict(report.choices),
        "summary": report.summary,
        "scenes": report.results,
    }
    text = json.dumps(json_value(_plain(document)), indent=1, ensure_ascii=False)
    write_text(folder / "results.json", text + "\n")
    write_text(folder / "table.md", markdown(report))
    write_text(folder / "table.csv", summary_csv(report))
    write_text(folder / "scenes.csv", scenes_csv(report))
    write_text(folder / "table.tex", latex(report))


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
    return "\n".join(parts)


def summary_csv(report: Report) -> str:
    """One line a model and metric."""
    head = ["model", "metric", "mean", "low", "high", "median", "pooled", "scenes"]
    lines = [
        [
            cell.model,
            cell.column,
            cell.mean,
            cell.interval.low,
            cell.interval.high,
            cell.median,
            cell.pooled,
            cell.num_scenes,
        ]
        for cell in report.summary.cells
    ]
    return _csv([head, *lines])


def scenes_csv(report: Report) -> str:
    """One line a scene and model."""
    head = ["scene", "model", "error", *(column.name for column in report.columns)]
    lines = [
        [
            one.scene,
            one.model,
            one.error,
            *(scene_value(one.rows, column) if one.rows else "" for column in report.columns),
        ]
        for one in report.results
    ]
    return _csv([head, *lines])


def latex(report: Report) -> str:
    """A booktabs table: metrics by model, means over scenes, the best in bold."""
    head = " & ".join(["", *(_escape(model) for model in report.models)])
    lines = []
    for column in report.columns:
        cells = [report.summary.cell(model, column.name) for model in report.models]
        best = _best(cells, column)
        numbers = [
            rf"\textbf{{{number(cell.mean)}}}" if cell.mean == best else number(cell.mean)
            for cell in cells
        ]
        lines.append(" & ".join([_escape(column.name), *numbers]) + r" \\")
    choices = "".join(f"% {name}: {value}\n" for name, value in report.choices.items())
    body = "\n".join([rf"{head} \\", r"\midrule", *lines])
    spread = "l" + "r" * len(report.models)
    return (
        f"% {report.title}\n{choices}\\begin{{tabular}}{{{spread}}}\n\\toprule\n{body}\n"
        "\\bottomrule\n\\end{tabular}\n"
    )


def number(value: float) -> str:
    """Four significant digits; a dash where it is not defined."""
    return f"{value:.4g}" if math.isfinite(value) else "-"


def _choices(report: Report) -> str:
    lines = [f"* {name}: {value}" for name, value in report.choices.items()]
    return "\n".join([*lines, "* intervals: 95 % percentile bootstrap over scenes", ""])


def _metrics(report: Report) -> str:
    head = ["metric", ""]
    for model in report.models:
        head += [f"{model}: mean [95 %]", "median", "pooled"]
    rows = []
    for column in report.columns:
        row = [column.name, ARROWS[column.better]]
        for model in report.models:
            cell = report.summary.cell(model, column.name)
            row += [f"{number(cell.mean)} {_range(cell.interval)}", number(cell.median)]
            row += [number(cell.pooled)]
        rows.append(row)
    counts = ", ".join(
        f"{model} {len({one.scene for one in report.results if one.model == model and one.rows})}"
        for model in report.models
    )
    return _table(head, rows) + f"\nScenes scored: {counts}.\n"


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


def _range(interval: Interval) -> str:
    known = math.isfinite(interval.low)
    return f"[{number(interval.low)}, {number(interval.high)}]" if known else ""


def _best(cells: Sequence[Cell], column: Column) -> float | None:
    values = [cell.mean for cell in cells if math.isfinite(cell.mean)]
    if not values or not column.better or len(cells) < 2:
        return None
    return min(values) if column.better == "lower" else max(values)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _csv(lines: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def _escape(text: str) -> str:
    return text.replace("_", r"\_").replace("%", r"\%").replace("&", r"\&")


def _plain(document: Mapping[str, object]) -> dict[str, object]:
    """Records inside tuples as plain values too."""
    return {
        name: [json_value(one) for one in value] if isinstance(value, tuple) else value
        for name, value in document.items()
    }
