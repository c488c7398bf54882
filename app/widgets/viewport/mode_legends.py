"""The legend of every colour mode: what the colours of the points say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication

from moe3d import FLYING_COLOR, color_table, expert_colors
from moe3d_viewer.rendering.pictures.color_mode import ColorMode
from moe3d_viewer.rendering.pictures.legend import (
    Legend,
    LegendClass,
    LegendScale,
    Rgb,
    bar_legend,
    class_legend,
)
from moe3d_viewer.rendering.pictures.palettes import map_of_mode, photo_colors
from moe3d_viewer.rendering.points.point_style import PointStyle
from moe3d_viewer.widgets.controls.color_modes import color_mode_title

MODES = {
    "photo": ColorMode.PHOTO,
    "depth": ColorMode.DEPTH,
    "confidence": ColorMode.CONFIDENCE,
    "normal": ColorMode.NORMAL,
    "expert": ColorMode.EXPERT,
    "view": ColorMode.PHOTO_INDEX,
    "entropy": ColorMode.ENTROPY,
    "flying": ColorMode.FLYING,
    "support": ColorMode.SUPPORT,
    "difference": ColorMode.DIFFERENCE,
}
"""The state's colour modes as the shader knows them."""


@dataclass(frozen=True)
class Colored:
    """A view's points, as far as their legend speaks of them."""

    style: PointStyle
    photo_names: tuple[str, ...] = ()
    num_experts: int = 1
    depth_unit: str = ""
    extras: frozenset[str] = frozenset()
    """Values that the points have beyond those of a cloud; see `PointExtras`."""
    plain: Rgb = (128, 132, 140)
    """Colour of points that have none of their own."""


def mode_legend(mode: str, points: Colored) -> Legend:
    """What the colours of these points say in one of the state's modes."""
    return _LEGENDS[MODES[mode]](color_mode_title(mode), points)


def _photo(_title: str, _points: Colored) -> Legend:
    return Legend(_tr("Photo colours"))


def _depth(title: str, points: Colored) -> Legend:
    near, far = points.style.depth_range or (0.0, 1.0)
    table = map_of_mode(ColorMode.DEPTH)
    return bar_legend(title, points.depth_unit, LegendScale(near, far), table, low_on_top=True)


def _confidence(title: str, points: Colored) -> Legend:
    low, high = points.style.confidence_range or (1.0, 1.0)
    scale = LegendScale(low, high, is_log=True)
    ends = _tr("unsure"), _tr("sure")
    return bar_legend(title, "", scale, map_of_mode(ColorMode.CONFIDENCE), ends=ends)


def _entropy(title: str, _points: Colored) -> Legend:
    ends = _tr("one expert decides"), _tr("all weigh alike")
    return bar_legend(title, "", LegendScale(0, 1), map_of_mode(ColorMode.ENTROPY), ends=ends)


def _difference(title: str, points: Colored) -> Legend:
    most = 100 * (points.style.difference_range or 0.01)
    scale = LegendScale(-most, most, is_signed=True)
    ends = _tr("MoE3D is nearer"), _tr("MoE3D is farther")
    return bar_legend(title, "%", scale, map_of_mode(ColorMode.DIFFERENCE), ends=ends)


def _support(title: str, points: Colored) -> Legend:
    texts = _tr("no other photo"), _tr("1 other photo"), _tr("2 other photos"), _tr("3 or more")
    colors = color_table("support")[:: 256 // len(texts)].tolist()
    classes = [
        LegendClass((red, green, blue), text)
        for (red, green, blue), text in zip(colors, texts, strict=True)
    ]
    if "support" not in points.extras:
        classes = [LegendClass(points.plain, _tr("not known of this layer"))]
    return class_legend(title, classes)


def _flying(title: str, points: Colored) -> Legend:
    flying = LegendClass(FLYING_COLOR, _tr("hangs between two surfaces"))
    return class_legend(title, [flying, LegendClass(points.plain, _tr("lies on a surface"))])


def _expert(title: str, points: Colored) -> Legend:
    colors = expert_colors(points.style.palette, points.num_experts)
    classes = [
        LegendClass(color, _tr("Expert {}").format(index + 1))
        for index, color in enumerate(colors)
        if index not in points.style.hidden_experts
    ]
    return class_legend(title, classes, lambda n: LegendClass(points.plain, _more(n)))


def _photo_index(title: str, points: Colored) -> Legend:
    colors = photo_colors(len(points.photo_names)).tolist()
    classes = [
        LegendClass((red, green, blue), f"{index + 1}  {points.photo_names[index]}")
        for index, (red, green, blue) in enumerate(colors)
        if index not in points.style.hidden_photos
    ]
    return class_legend(title, classes, lambda n: LegendClass(points.plain, _more(n)))


def _normal(title: str, _points: Colored) -> Legend:
    """Of the scene's own directions, as in `normal_color_axes`."""
    faces = (
        (_tr("faces right"), (1, 0, 0)),
        (_tr("faces left"), (-1, 0, 0)),
        (_tr("faces up"), (0, 1, 0)),
        (_tr("faces down"), (0, -1, 0)),
        (_tr("faces the first photo"), (0, 0, 1)),
        (_tr("faces away from it"), (0, 0, -1)),
    )
    classes = []
    for text, direction in faces:
        red, green, blue = (127.5 + 127.5 * np.array(direction)).round().astype(int).tolist()
        classes.append(LegendClass((red, green, blue), text))
    return class_legend(title, classes)


def _more(count: int) -> str:
    return _tr("and {} more").format(count)


def _tr(text: str) -> str:
    return QCoreApplication.translate("mode_legends", text)


_LEGENDS: Mapping[ColorMode, Callable[[str, Colored], Legend]] = {
    ColorMode.PHOTO: _photo,
    ColorMode.DEPTH: _depth,
    ColorMode.CONFIDENCE: _confidence,
    ColorMode.EXPERT: _expert,
    ColorMode.PHOTO_INDEX: _photo_index,
    ColorMode.ENTROPY: _entropy,
    ColorMode.FLYING: _flying,
    ColorMode.DIFFERENCE: _difference,
    ColorMode.NORMAL: _normal,
    ColorMode.SUPPORT: _support,
}
