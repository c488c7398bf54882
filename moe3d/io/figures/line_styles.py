"""Lines that are told apart in colour, by the colour-blind, and in grey print."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from moe3d.scene.maps.color_tables import expert_colors

Dashes = tuple[float, tuple[float, ...]] | Literal["solid"]


def _dashes(*lengths: float | int) -> Dashes:
    """Dashes and gaps, in line widths."""
    return 0.0, tuple(float(length) for length in lengths)


_FIXED_RGB = {
    "fused": (0, 0, 0),
    "vggt": (0, 114, 178),
    "refined": (213, 94, 0),
    "vggt-refined": (86, 180, 233),
    "truth": (150, 150, 150),
}
_FIXED_DASHES: dict[str, Dashes] = {
    "fused": "solid",
    "vggt": _dashes(5, 2),
    "refined": _dashes(7, 1.5, 1.5, 1.5),
    "vggt-refined": _dashes(2, 1),
    "truth": "solid",
}
_WIDTHS_PT = {"fused": 1.5, "vggt": 1.3, "refined": 1.5, "vggt-refined": 1.3, "truth": 3.4}
_EXPERT_DASHES: tuple[Dashes, ...] = (
    _dashes(1, 1),
    _dashes(3, 1, 1, 1),
    _dashes(4, 1.5),
    _dashes(1, 2.2),
    _dashes(6, 1, 1, 1, 1, 1),
    _dashes(2.5, 2.5),
    _dashes(8, 2),
    _dashes(1, 1, 3, 2),
)
_MARKERS = "os^Dv*PX"
DARKEST, LIGHTEST = 24.0, 80.0
"""L* of the lines after the first, which is black; white paper has 100."""


@dataclass(frozen=True)
class LineStyle:
    """How one curve is drawn."""

    color: tuple[float, float, float]
    """sRGB, 0 to 1."""
    dashes: Dashes
    width_pt: float
    marker: str = ""


def line_styles(names: Sequence[str], palette: str) -> dict[str, LineStyle]:
    """A style a curve: its own hue, dashes, marker, and a lightness of its own.

    Args:
        names: "fused", "vggt", "expert:1", ...: the first is drawn darkest, the last lightest.
        palette: of the experts.
    """
    lightness = (0.0, *np.linspace(DARKEST, LIGHTEST, max(len(names) - 1, 1)))[: len(names)]
    experts = [name for name in names if name.startswith("expert:")]
    colors = dict(zip(experts, expert_colors(palette, len(experts)), strict=True))
    styles = {}
    for name, light in zip(names, lightness, strict=True):
        rgb = with_lightness(colors.get(name) or _FIXED_RGB[name], float(light))
        if name in colors:
            place = experts.index(name) % len(_MARKERS)
            styles[name] = LineStyle(rgb, _EXPERT_DASHES[place], 0.9, _MARKERS[place])
        else:
            styles[name] = LineStyle(rgb, _FIXED_DASHES[name], _WIDTHS_PT[name])
    return styles


def with_lightness(rgb: tuple[int, int, int], lightness: float) -> tuple[float, float, float]:
    """The colour made darker, or mixed with white, until its L* (CIE 1976) is this."""
    linear = _linear(np.array(rgb) / 255)
    has, wanted = float(linear @ _LUMINANCE), _luminance_of(lightness)
    if has > wanted:
        mixed = linear * (wanted / has)
    else:
        mixed = linear + (1 - linear) * ((wanted - has) / (1 - has))
    red, green, blue = _encoded(mixed)
    return float(red), float(green), float(blue)


def lightness_of(rgb: Sequence[float]) -> float:
    """L* (CIE 1976) of an sRGB colour, 0 to 1 a channel."""
    luminance = float(_linear(np.array(rgb)) @ _LUMINANCE)
    return 116 * luminance ** (1 / 3) - 16 if luminance > 216 / 24389 else luminance * 24389 / 27


_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def _luminance_of(lightness: float) -> float:
    return ((lightness + 16) / 116) ** 3 if lightness > 8 else lightness * 27 / 24389


def _linear(encoded: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3"]:
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def _encoded(linear: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3"]:
    root = np.clip(linear, 0, 1) ** (1 / 2.4)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * root - 0.055).clip(0, 1)
