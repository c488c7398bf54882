"""A map with its colour bar beside it, every pixel of the map as it was."""

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw, ImageFont

from moe3d.scene.maps.color_tables import MANY_PHOTOS, color_table, expert_colors
from moe3d.scene.maps.pictures import MapStyle
from moe3d.scene.maps.words import map_name, scale_name, scale_ticks

PAPER, INK = (255, 255, 255), (0, 0, 0)
SMALLEST_HEIGHT = 150
"""A lower map gets paper below it, so that the numbers have room."""


def with_bar(
    picture: UInt8[np.ndarray, "H W 3"], key: str, style: MapStyle, num_experts: int, units: str
) -> UInt8[np.ndarray, "h w 3"]:
    """The map, and at its right the colour bar with numbers, or the experts' colours.

    Args:
        picture: the map as it is drawn; stands unchanged at the upper left.
        key: of the map.
        style: in which the picture was drawn.
        num_experts: for the legend of the gating overlay.
        units: of depth, "relative" or "metres".
    """
    height, width = picture.shape[:2]
    tall = max(height, SMALLEST_HEIGHT)
    size = min(max(round(tall / 28), 10), 48)
    font = ImageFont.load_default(size)
    title = _title(key, units)
    experts = [map_name(f"expert:{index + 1}") for index in range(num_experts)]
    ticks = [] if key == "gating" else scale_ticks(key, style.scale(key))
    entries = experts if key == "gating" else [text for _, text in ticks]
    wide = max(font.getlength(text) for text in (title, *entries))
    canvas = Image.new("RGB", (round(width + 4.5 * size + wide), tall), PAPER)
    canvas.paste(Image.fromarray(picture), (0, 0))
    draw = ImageDraw.Draw(canvas)
    left, top = width + size, round(1.8 * size)
    draw.text((left, round(0.2 * size)), title, INK, font)
    if key == "gating":
        _draw_experts(draw, (left, top), experts, font, style)
        return np.asarray(canvas)
    box = (left, top, left + round(1.2 * size), tall - size)
    _draw_bar(canvas, box, key, style)
    for share, text in ticks:
        y = box[1] + share * (box[3] - box[1])
        draw.line((box[2], y, box[2] + size * 0.4, y), INK)
        draw.text((box[2] + 0.7 * size, y), text, INK, font, anchor="lm")
    return np.asarray(canvas)


def _title(key: str, units: str) -> str:
    if key == "gating":
        return "winner"
    name = scale_name(key)
    if name != "depth":
        return name
    return "depth [m]" if units == "metres" else "depth [rel.]"


def _draw_bar(
    canvas: Image.Image, box: tuple[int, int, int, int], key: str, style: MapStyle
) -> None:
    """The colours from near or high, on top, to far or low."""
    colors = color_table(style.scale(key).color_map)[::-1]
    if key == "support":
        colors = colors[:: len(colors) // (MANY_PHOTOS + 1)]
    size = box[2] - box[0], box[3] - box[1]
    strip = Image.fromarray(np.ascontiguousarray(colors[:, None]))
    canvas.paste(strip.resize(size, Image.Resampling.NEAREST), box[:2])
    ImageDraw.Draw(canvas).rectangle(box, outline=INK)


def _draw_experts(
    draw: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    names: list[str],
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    style: MapStyle,
) -> None:
    line = round(1.5 * font.getbbox("X")[3])
    for index, (name, color) in enumerate(
        zip(names, expert_colors(style.palette, len(names)), strict=True)
    ):
        x, y = corner[0], corner[1] + index * line
        draw.rectangle((x, y, x + line * 0.7, y + line * 0.7), color, INK)
        draw.text((x + line, y + line * 0.35), name, INK, font, anchor="lm")
