"""Write an evaluation as JSON, Markdown, CSV and LaTeX."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from moe3d.evaluation.reports.columns import Column, scene_value
from moe3d.evaluation.reports.json_values import json_value
from moe3d.evaluation.reports.markdown import markdown, number
from moe3d.evaluation.reports.report import Report
from moe3d.evaluation.reports.scene_files import write_text
from moe3d.evaluation.reports.summary import Cell


def write_report(report: Report, folder: Path) -> None:
    """Write `results.json`, `summary.json`, `table.md`, `table.csv`, `scenes.csv`, `table.tex`.

    Raises:
        OutputError: the folder cannot be written.
    """
    summary = {
        "title": report.title,
        "choices": dict(report.choices),
        "better": {column.name: column.better for column in report.columns},
        "summary": report.summary,
        "notes": list(report.notes),
    }
    _write_json(folder / "summary.json", summary)
    _write_json(folder / "results.json", summary | {"scenes": report.results})
    write_text(folder / "table.md", markdown(report))
    write_text(folder / "table.csv", summary_csv(report))
    write_text(folder / "scenes.csv", scenes_csv(report))
    write_text(folder / "table.tex", latex(report))


def _write_json(path: Path, document: Mapping[str, Any]) -> None:
    text = json.dumps(json_value(_plain(document)), indent=1, ensure_ascii=False)
    write_text(path, text + "\n")


def summary_csv(report: Report) -> str:
    """One line a model and metric."""
    head = ["model", "metric", "mean", "low", "high", "median", "row mean", "pooled"]
    head.append("scenes")
    lines = [
        [
            cell.model,
            cell.column,
            cell.mean,
            cell.interval.low,
            cell.interval.high,
            cell.median,
            cell.row_mean,
            cell.pooled,
            cell.num_scenes,
        ]
        for cell in report.summary.cells
    ]
    return _csv([head, *lines])


def scenes_csv(report: Report) -> str:
    """One line a scene and model."""
    head = ["scene", "model", "error", *(column.name for column in report.columns)]
    head += report.details
    lines = [
        [
            one.scene,
            one.model,
            one.error,
            *(scene_value(one.rows, column) if one.rows else "" for column in report.columns),
            *(report.detail(one, name) if one.rows else "" for name in report.details),
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


def _best(cells: Sequence[Cell], column: Column) -> float | None:
    values = [cell.mean for cell in cells if math.isfinite(cell.mean)]
    if not values or not column.better or len(cells) < 2:
        return None
    return min(values) if column.better == "lower" else max(values)


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
