"""The colours of the 3D view around the points, for a dark and a light window."""

from dataclasses import dataclass, replace

Rgb = tuple[int, int, int]


@dataclass(frozen=True)
class ViewColors:
    """Colours as 8-bit sRGB."""

    background_top: Rgb
    background_bottom: Rgb
    grid: Rgb
    frustum: Rgb
    frustum_active: Rgb
    pivot: Rgb
    text: Rgb
    panel: Rgb
    """Behind text that lies over the points; the text can be read on it whatever is behind."""
    plain: Rgb
    """Points without a colour of their own: what does not fly, unknown experts."""


DARK = ViewColors(
    background_top=(38, 41, 48),
    background_bottom=(22, 24, 28),
    grid=(92, 98, 110),
    frustum=(150, 166, 190),
    frustum_active=(255, 190, 92),
    pivot=(255, 190, 92),
    text=(214, 219, 228),
    panel=(22, 24, 28),
    plain=(128, 132, 140),
)

LIGHT = ViewColors(
    background_top=(250, 250, 251),
    background_bottom=(226, 229, 234),
    grid=(170, 175, 184),
    frustum=(84, 104, 138),
    frustum_active=(206, 104, 10),
    pivot=(206, 104, 10),
    text=(46, 50, 58),
    panel=(250, 250, 251),
    plain=(150, 154, 162),
)

_BLACK, _GREY, _WHITE = (0, 0, 0), (118, 118, 118), (255, 255, 255)


def with_background(theme: ViewColors, background: str) -> ViewColors:
    """The theme's colours before "black", "grey" or "white"; "theme" leaves them as they are.

    Lines and letters come from the theme in which they can be read on that background.
    """
    if background == "theme":
        return theme
    plain = {"black": _BLACK, "grey": _GREY, "white": _WHITE}[background]
    lines = LIGHT if background == "white" else DARK
    return replace(lines, background_top=plain, background_bottom=plain)
