"""Depth and gate weights along a line, for print."""

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from moe3d.io.figures.content import FigureOptions, ProfileContent
from moe3d.io.figures.line_styles import LineStyle, line_styles
from moe3d.io.figures.paper import SMALL_PT, Sheet, depth_label, line_cm, text_cm
from moe3d.scene.maps.words import map_name
from moe3d.scene.profile import Profile

LEFT_CM, RIGHT_CM, TOP_CM, LABEL_CM, GAP_CM = 1.25, 0.25, 0.2, 0.85, 0.3
DEPTH_CM, WEIGHT_CM = 5.0, 1.7
HANDLE_CM = 0.95
"""A sample of the line in the legend, and the space around it."""
MARKS = 12
"""About so many markers stand on a curve."""


def draw_profile(content: ProfileContent, options: FigureOptions) -> Sheet:
    """Depth over weights over the legend; the position along the line is the axis of both."""
    curves = profile_curves(content.profile)
    styles = line_styles(tuple(curves), content.palette)
    has_weights = len(content.profile.weights) > 1
    rows, columns = _legend_shape(tuple(curves), options.width_cm)
    notes_cm = line_cm(SMALL_PT) * len(content.notes)
    plots_cm = DEPTH_CM + (GAP_CM + WEIGHT_CM) * has_weights
    legend_cm = rows * line_cm(SMALL_PT) + 0.25
    sheet = Sheet(options.width_cm, TOP_CM + notes_cm + plots_cm + LABEL_CM + legend_cm)
    for index, note in enumerate(content.notes):
        sheet.text(LEFT_CM, TOP_CM + index * line_cm(SMALL_PT), note, SMALL_PT, va="top")
    top, wide = TOP_CM + notes_cm, options.width_cm - LEFT_CM - RIGHT_CM
    depth = sheet.axes(LEFT_CM, top, wide, DEPTH_CM)
    last = depth
    x = content.profile.distance_px
    for place, (name, values) in enumerate(curves.items()):
        _draw(depth, x, values, styles[name], place)
    depth.set_ylabel(depth_label(content.units))
    if has_weights:
        last = sheet.axes(LEFT_CM, top + DEPTH_CM + GAP_CM, wide, WEIGHT_CM)
        depth.tick_params(labelbottom=False)
        for index, weight in enumerate(content.profile.weights):
            _draw(last, x, weight, styles[f"expert:{index + 1}"], index)
        last.set_ylim(-0.04, 1.04)
        last.set_ylabel("Weight")
    for plot in {depth, last}:
        plot.set_xlim(float(x[0]), float(max(x[-1], x[0] + 1)))
        plot.grid(color="0.88", linewidth=0.4)
        plot.set_axisbelow(True)
        for side in ("top", "right"):
            plot.spines[side].set_visible(False)
    sheet.figure.align_ylabels([depth, last])
    last.set_xlabel("Position along the line [px]")
    _add_legend(sheet, styles, columns)
    return sheet


def profile_curves(profile: Profile) -> dict[str, Float[np.ndarray, " N"]]:
    """Every depth that is known along the line, by the layer's name; the darkest line first."""
    experts = {f"expert:{index + 1}": depth for index, depth in enumerate(profile.expert_depths)}
    curves = {
        "fused": profile.fused,
        "vggt": profile.baseline,
        "refined": profile.refined,
        "vggt-refined": profile.baseline_refined,
        **(experts if len(experts) > 1 else {}),
        "truth": profile.truth,
    }
    return {name: depth for name, depth in curves.items() if depth is not None}


def _draw(
    plot: Axes,
    x: Float[np.ndarray, " N"],
    y: Float[np.ndarray, " N"],
    style: LineStyle,
    place: int,
) -> None:
    """A curve; markers of neighbours do not lie on each other."""
    every = max(len(x) // MARKS, 1)
    line = _sample(style)
    line.set_data(x, y)
    line.set_markevery((place * every // 4 % every if every > 1 else 0, every))
    line.set_zorder(1 if style.width_pt > 3 else 2 + style.width_pt)
    plot.add_line(line)
    plot.update_datalim(np.column_stack([x, y])[np.isfinite(y)])
    plot.autoscale_view()


def _sample(style: LineStyle) -> Line2D:
    return Line2D(
        [],
        [],
        color=style.color,
        linestyle=style.dashes,
        linewidth=style.width_pt,
        marker=style.marker or "None",
        markersize=2.8,
        markeredgewidth=0.4,
        dash_capstyle="butt",
        solid_capstyle="butt",
    )


def _legend_shape(names: tuple[str, ...], width_cm: float) -> tuple[int, int]:
    """Rows and columns that fit under the plots."""
    widest = max(text_cm(map_name(name), SMALL_PT) for name in names) + HANDLE_CM + 0.2
    columns = max(min(int((width_cm - 0.4) // widest), len(names)), 1)
    return -(-len(names) // columns), columns


def _add_legend(sheet: Sheet, styles: dict[str, LineStyle], columns: int) -> None:
    sheet.figure.legend(
        [_sample(style) for style in styles.values()],
        [map_name(name) for name in styles],
        loc="lower center",
        bbox_to_anchor=(0.5, 0.0),
        ncols=columns,
        frameon=False,
        fontsize=SMALL_PT,
        handlelength=2.6,
        columnspacing=1.2,
        labelspacing=0.3,
        borderaxespad=0.2,
    )
