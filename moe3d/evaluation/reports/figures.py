"""A sheet of pictures beside the numbers: a block a scene, a row the truth and every model."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from moe3d.errors import MoE3DError
from moe3d.evaluation.models import Answer
from moe3d.evaluation.reports.panels import (
    FLYING,
    LARGEST_ERROR,
    RESTING,
    UNRESOLVED,
    ComparedPhoto,
    Panel,
    error_colors,
    model_panels,
    truth_panels,
)
from moe3d.io.datasets.records import SceneTruth
from moe3d.io.exports.sheet import BACKGROUND, FAINT, GAP, INK
from moe3d.io.files.atomic import new_file
from moe3d.io.photos.own_pictures import png_mark
from moe3d.scene.palettes import expert_colors

PANEL_PX, LABEL_PX, NAME_PX, FOOTER_PX = 168, 20, 110, 34
TRUTH = "truth"
COLUMNS = 5
USUAL_EXPERTS = 4
"""Experts in the legend, if no model has more."""


class FigureSheet:
    """Collects rows while an evaluation runs; each is written at once, the sheet at the end."""

    def __init__(self, folder: Path, max_scenes: int = 6) -> None:
        self._folder = folder / "figures"
        self._max_scenes = max_scenes
        self._scenes: dict[str, None] = {}
        self._experts = USUAL_EXPERTS

    def watch(self, scene: str, model: str, answer: Answer, truth: SceneTruth) -> None:
        """Draw the first photo of a scene; a `Watcher`."""
        if scene not in self._scenes and len(self._scenes) >= self._max_scenes:
            return
        self._scenes[scene] = None
        self._experts = max(self._experts, answer.prediction.num_experts)
        try:
            shown = ComparedPhoto.of(answer, truth)
            rows = {TRUTH: truth_panels(shown), model: model_panels(shown, answer)}
        except MoE3DError:  # the scene's row says what is wrong
            return
        for name, panels in rows.items():
            _save(compose_row(name, panels), self._path(scene, name))

    def write(self, path: Path, scenes: Sequence[str], models: Sequence[str]) -> None:
        """Stack the rows of these scenes and models, also those drawn by earlier runs.

        Raises:
            OutputError: the sheet cannot be written.
        """
        blocks = [block for scene in scenes if (block := self._block(scene, models))]
        if not blocks:
            return
        rows = [row for block in blocks[: self._max_scenes] for row in block]
        width = max(row.width for row in rows)
        sheet = Image.new("RGB", (width, sum(row.height for row in rows) + FOOTER_PX), BACKGROUND)
        top = 0
        for row in rows:
            sheet.paste(row, (0, top))
            top += row.height
        _draw_legend(ImageDraw.Draw(sheet), top, self._experts)
        _save(sheet, path)

    def _block(self, scene: str, models: Sequence[str]) -> list[Image.Image]:
        """The title, the truth's row and a row a model that was drawn."""
        rows = [
            Image.open(path).convert("RGB")
            for name in (TRUTH, *models)
            if (path := self._path(scene, name)).is_file()
        ]
        return [_title(scene, rows[0].width), *rows] if len(rows) > 1 else []

    def _path(self, scene: str, name: str) -> Path:
        parts = [re.sub(r"[^\w.=-]+", "_", part) for part in (scene, name)]
        return self._folder / parts[0] / f"{parts[1]}.png"


def compose_row(name: str, panels: Sequence[Panel]) -> Image.Image:
    """The row's name, then its pictures with their labels."""
    tiles = [_tile(panel) for panel in panels]
    wide = NAME_PX + COLUMNS * (max(tile.width for tile in tiles) + GAP)
    row = Image.new("RGB", (wide, PANEL_PX + LABEL_PX), BACKGROUND)
    draw, font = ImageDraw.Draw(row), ImageFont.load_default(13)
    draw.multiline_text((GAP, LABEL_PX + 2), _wrapped(name, draw, font), INK, font)
    left = NAME_PX
    for panel, tile in zip(panels, tiles, strict=True):
        draw.text((left, 3), panel.label, FAINT, ImageFont.load_default(12))
        row.paste(tile, (left, LABEL_PX))
        left += tile.width + GAP
    return row


def _wrapped(
    name: str, draw: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont | ImageFont.ImageFont
) -> str:
    """A name broken into lines that fit beside the pictures."""
    lines = [""]
    for letter in name:
        if draw.textlength(lines[-1] + letter, font) > NAME_PX - 2 * GAP:
            lines.append("")
        lines[-1] += letter
    return "\n".join(lines)


def _tile(panel: Panel) -> Image.Image:
    height, width = panel.picture.shape[:2]
    way = Image.Resampling.BOX if height > PANEL_PX else Image.Resampling.NEAREST
    size = max(1, round(PANEL_PX * width / height)), PANEL_PX
    return Image.fromarray(panel.picture).resize(size, way)


def _title(scene: str, width: int) -> Image.Image:
    title = Image.new("RGB", (width, 30), BACKGROUND)
    ImageDraw.Draw(title).text((GAP, 8), scene, INK, ImageFont.load_default(16))
    return title


def _draw_legend(draw: ImageDraw.ImageDraw, top: int, experts: int) -> None:
    """What the colours mean, in one line."""
    font, left, top = ImageFont.load_default(12), GAP, top + 10
    for step, color in enumerate(_error_bar(80)):
        draw.line((left + step, top, left + step, top + 12), color)
    entries = [
        (None, f"relative error 0 to {LARGEST_ERROR:.0%}; depth near warm, far cold"),
        (FLYING, "flies"),
        (RESTING, "on a surface"),
        (UNRESOLVED, "surfaces not told apart"),
        *(
            (tuple(int(part) for part in color), f"expert {index + 1}")
            for index, color in enumerate(expert_colors(experts))
        ),
    ]
    left += 86
    for color, text in entries:
        if color is not None:
            draw.rectangle((left, top, left + 12, top + 12), color)
            left += 17
        draw.text((left, top - 1), text, FAINT, font)
        left += int(draw.textlength(text, font)) + 18


def _error_bar(width: int) -> list[tuple[int, int, int]]:
    colors = error_colors(np.linspace(0, 1, width)[None], np.ones((1, width), bool))[0]
    return [(int(red), int(green), int(blue)) for red, green, blue in colors]


def _save(picture: Image.Image, path: Path) -> None:
    with new_file(path, overwrite=True) as part:
        picture.save(part, pnginfo=png_mark())
