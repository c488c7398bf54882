"""Photos by maps as one labelled grid, with one colour bar a kind of map."""

from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from moe3d.io.figures.content import FigureOptions, GridContent
from moe3d.io.figures.paper import (
    LEAST_PT,
    SMALL_PT,
    TEXT_PT,
    Sheet,
    depth_label,
    line_cm,
    text_cm,
)
from moe3d.scene.maps.color_tables import FLYING_COLOR, MANY_PHOTOS, color_table, expert_colors
from moe3d.scene.maps.pictures import map_picture
from moe3d.scene.maps.values import MapScale
from moe3d.scene.maps.words import IN_PERCENT, map_name

MARGIN_CM, GAP_CM = 0.1, 0.1
TALLEST_CM = 23.0
"""Height of a page's text: a grid that would be higher has smaller cells."""
BAR_CM, BAR_ROW_CM, LEAST_BAR_CM = 0.25, 1.08, 3.6
EDGE = "0.4"
_LABELS = {
    "difference": "Difference to VGGT [%]",
    "error": "Error [%]",
    "spread": "Expert spread [%]",
    "entropy": "Gate entropy",
    "margin": "Top-1 margin",
    "confidence": "Confidence",
    "support": "Confirming photos",
    "gating": "Expert of largest weight",
}


@dataclass(frozen=True)
class Legend:
    """What the colours of some maps say; maps of one kind share it."""

    kind: str
    scale: MapScale | None = None
    """None where colours stand for no numbers."""


@dataclass(frozen=True)
class GridPlan:
    """Sizes of a grid in centimetres."""

    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cell_width: float
    cell_height: float
    left: float
    top: float
    height: float
    """Of the whole figure."""


def draw_grid(content: GridContent, options: FigureOptions, smooth: bool = False) -> Sheet:
    """Draw the cells, their labels, and a colour bar a kind of map.

    Args:
        content: photos and maps.
        options: width, and where the photos stand.
        smooth: average pixels where they are smaller than the dots of a picture; drawings keep
            every pixel as it is.
    """
    legends = grid_legends(content)
    plan = plan_grid(content, options, len(legends))
    sheet = Sheet(options.width_cm, plan.height)
    by_photo = options.photos_as == "rows"
    for row in range(len(plan.rows)):
        for column in range(len(plan.columns)):
            photo, key = (row, column) if by_photo else (column, row)
            picture = map_picture(content.sources[photo], content.keys[key], content.style)
            left, top = cell_corner(plan, row, column)
            cell = sheet.axes(left, top, plan.cell_width, plan.cell_height)
            cell.imshow(
                picture,
                interpolation="antialiased" if smooth else "none",
                interpolation_stage="rgba",
                aspect="auto",
            )
            _frame(cell)
    _add_labels(sheet, plan)
    _add_legends(sheet, plan, content, legends)
    return sheet


def plan_grid(content: GridContent, options: FigureOptions, num_legends: int) -> GridPlan:
    """Where everything stands."""
    height, width = content.prediction.depth.shape[1:]
    photos = tuple(_photo_label(content, index) for index in range(len(content.sources)))
    maps = tuple(map_name(key) for key in content.keys)
    columns, rows = (maps, photos) if options.photos_as == "rows" else (photos, maps)
    left = MARGIN_CM + line_cm(TEXT_PT) + 0.05
    cell = (options.width_cm - left - MARGIN_CM - (len(columns) - 1) * GAP_CM) / len(columns)
    top = MARGIN_CM + max(_column_label(name, cell)[2] for name in columns) + 0.08
    bars = _bar_rows(num_legends, options.width_cm) * BAR_ROW_CM + 0.1 * bool(num_legends)
    between = (len(rows) - 1) * GAP_CM
    room = (TALLEST_CM - top - bars - between - MARGIN_CM) / len(rows)
    high = min(cell * height / width, room)
    cell = min(cell, high * width / height)
    used = left + len(columns) * cell + (len(columns) - 1) * GAP_CM + MARGIN_CM
    shift = max((options.width_cm - used) / 2, 0.0)
    total = top + len(rows) * high + between + bars + MARGIN_CM
    return GridPlan(columns, rows, cell, high, left + shift, top, total)


def cell_corner(plan: GridPlan, row: int, column: int) -> tuple[float, float]:
    """Left and top of a cell."""
    return (
        plan.left + column * (plan.cell_width + GAP_CM),
        plan.top + row * (plan.cell_height + GAP_CM),
    )


def grid_legends(content: GridContent) -> tuple[Legend, ...]:
    """Every kind of map once, in the order of the grid."""
    found: dict[Legend, None] = {}
    for key in content.keys:
        kind = key.partition(":")[0]
        if kind == "photo":
            continue
        if kind in ("gating", "flying"):
            found[Legend(kind)] = None
            continue
        scale = content.style.scale(key)
        found[Legend("depth" if scale.near_is_warm else kind, scale)] = None
    return tuple(found)


def _photo_label(content: GridContent, index: int) -> str:
    source = content.sources[index]
    name = source.prediction.names[source.view_index]
    return PurePosixPath(name).stem or name


def _column_label(text: str, width: float) -> tuple[list[str], float, float]:
    """Lines of a label that fit over a column, their size in points, and their height."""
    size = TEXT_PT
    while True:
        lines = _wrapped(text, size, width)
        fits = all(text_cm(line, size) <= width + GAP_CM / 2 for line in lines)
        if fits or size <= LEAST_PT:
            return lines, size, len(lines) * line_cm(size)
        size -= 0.5


def _wrapped(text: str, size: float, width: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_cm(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines or [""]


def _add_labels(sheet: Sheet, plan: GridPlan) -> None:
    for column, name in enumerate(plan.columns):
        left, top = cell_corner(plan, 0, column)
        lines, size, _ = _column_label(name, plan.cell_width)
        middle = left + plan.cell_width / 2
        for index, line in enumerate(reversed(lines)):
            y = top - 0.06 - index * line_cm(size)
            sheet.text(middle, y, line, size, ha="center", va="bottom")
    for row, name in enumerate(plan.rows):
        left, top = cell_corner(plan, row, 0)
        fitted, size = _row_label(name, plan.cell_height)
        place = left - 0.08, top + plan.cell_height / 2
        sheet.text(*place, fitted, size, ha="right", va="center", rotation=90)


def _row_label(text: str, height: float) -> tuple[str, float]:
    """The words beside a row and their size in points: smaller where they are too long, and only
    then without their middle."""
    size = TEXT_PT
    while text_cm(text, size) > height and size > LEAST_PT:
        size -= 0.5
    kept = len(text)
    shown = text
    while text_cm(shown, size) > height and kept > 2:
        kept -= 1
        shown = f"{text[: (kept + 1) // 2]}…{text[len(text) - kept // 2 :]}"
    return shown, size


def _bar_rows(count: int, width_cm: float) -> int:
    return -(-count // max(int(width_cm // LEAST_BAR_CM), 1))


def _add_legends(
    sheet: Sheet, plan: GridPlan, content: GridContent, legends: tuple[Legend, ...]
) -> None:
    if not legends:
        return
    rows = _bar_rows(len(legends), sheet.width_cm)
    a_row = -(-len(legends) // rows)
    room = (sheet.width_cm - 2 * MARGIN_CM) / a_row
    first = plan.height - MARGIN_CM - rows * BAR_ROW_CM
    for index, legend in enumerate(legends):
        left = MARGIN_CM + index % a_row * room + 0.3
        top = first + index // a_row * BAR_ROW_CM
        wide = min(room - 0.6, 7.0)
        left += (room - 0.6 - wide) / 2
        units = content.prediction.metadata.units
        label = depth_label(units) if legend.kind == "depth" else _LABELS.get(legend.kind, "")
        if label:
            sheet.text(left + wide / 2, top, label, SMALL_PT, ha="center", va="top")
        bar_top = top + line_cm(SMALL_PT) + 0.06
        if legend.scale is None:
            _add_patches(sheet, (left, bar_top, wide), legend.kind, content)
        else:
            _add_bar(sheet.axes(left, bar_top, wide, BAR_CM), legend)


def _add_bar(bar: Axes, legend: Legend) -> None:
    """Colours from the low end, left, to the high one, with numbers below."""
    scale = legend.scale
    assert scale is not None
    colors = color_table(scale.color_map)
    if scale.near_is_warm:
        colors = colors[::-1]
    times = 100.0 if legend.kind in IN_PERCENT else 1.0
    low, high = times * scale.ends[0], times * scale.ends[1]
    if legend.kind == "support":
        low, high = low - 0.5, high + 0.5
    bar.imshow(colors[None], extent=(low, high, 0, 1), aspect="auto", interpolation="none")
    bar.set_yticks([])
    bar.tick_params(axis="x", pad=1.5, length=2)
    if legend.kind == "support":
        classes = range(MANY_PHOTOS + 1)
        words = [f"{one}+" if one == MANY_PHOTOS else f"{one}" for one in classes]
        bar.set_xticks(list(classes), words)
    else:
        bar.locator_params(axis="x", nbins=5)
    for spine in bar.spines.values():
        spine.set_linewidth(0.5)


def _add_patches(
    sheet: Sheet, place: tuple[float, float, float], kind: str, content: GridContent
) -> None:
    """Squares of colour with names."""
    left, top, wide = place
    count = content.prediction.num_experts
    entries = (
        [("flying point", FLYING_COLOR)]
        if kind == "flying"
        else [
            (str(index + 1), color)
            for index, color in enumerate(expert_colors(content.style.palette, count))
        ]
    )
    step = min(wide / len(entries), 2.2 if kind == "flying" else 0.8)
    left += (wide - step * len(entries)) / 2
    for index, (name, color) in enumerate(entries):
        corner = left + index * step
        patch = sheet.axes(corner, top, BAR_CM, BAR_CM)
        patch.add_patch(Rectangle((0, 0), 1, 1, color=np.array(color) / 255))
        patch.set(xlim=(0, 1), ylim=(0, 1))
        _frame(patch)
        sheet.text(corner + BAR_CM + 0.08, top + BAR_CM / 2, name, SMALL_PT, va="center_baseline")


def _frame(axes: Axes) -> None:
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_linewidth(0.3)
        spine.set_color(EDGE)
