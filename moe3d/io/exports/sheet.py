"""One picture of a prediction: photo, fused and refined depth, experts, gate, VGGT side by side."""

from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8
from PIL import Image, ImageDraw, ImageFont

from moe3d.io.files.atomic import new_file
from moe3d.io.photos.own_pictures import png_mark
from moe3d.scene.mixture import expert_usage
from moe3d.scene.palettes import expert_colors
from moe3d.scene.records import ScenePrediction

MAX_ROWS = 8
TILE_HEIGHT = 168
GAP = 8
HEADER = 26
FOOTER = 58
BACKGROUND, INK, FAINT = (24, 26, 30), (232, 234, 238), (150, 156, 166)
INVALID = (60, 60, 64)


def write_sheet(prediction: ScenePrediction, path: Path, overwrite: bool = False) -> None:
    """Save the sheet as PNG: a row a view (at most 8, evenly spaced), one depth range for all."""
    image = Image.fromarray(sheet_image(prediction))
    with new_file(path, overwrite) as part:
        image.save(part, format="PNG", pnginfo=png_mark())


def sheet_image(prediction: ScenePrediction) -> UInt8[np.ndarray, "H W 3"]:
    """The sheet as RGB pixels.

    All depth maps share the 2nd to 98th percentile of the valid fused depth; near is warm.
    """
    low, high = depth_range(prediction)
    rows = np.unique(
        np.linspace(0, prediction.num_views - 1, min(prediction.num_views, MAX_ROWS)).round()
    ).astype(int)
    tiles = [_row(prediction, int(view), low, high) for view in rows]
    titles = _titles(prediction)
    scale = TILE_HEIGHT / prediction.images.shape[1]
    tile_width = max(1, round(prediction.images.shape[2] * scale))
    width = GAP + len(titles) * (tile_width + GAP)
    height = HEADER + len(rows) * (TILE_HEIGHT + GAP) + FOOTER
    canvas = Image.new("RGB", (width, height), BACKGROUND)
    draw = ImageDraw.Draw(canvas)
    font = ImageFont.load_default(13)
    for column, title in enumerate(titles):
        draw.text((GAP + column * (tile_width + GAP), 6), title, INK, font)
    for row, row_tiles in enumerate(tiles):
        for column, tile in enumerate(row_tiles):
            corner = (GAP + column * (tile_width + GAP), HEADER + row * (TILE_HEIGHT + GAP))
            canvas.paste(Image.fromarray(tile).resize((tile_width, TILE_HEIGHT)), corner)
    _footer(draw, font, prediction, (low, high), height - FOOTER + 4, width)
    return np.asarray(canvas)


def depth_range(prediction: ScenePrediction) -> tuple[float, float]:
    """2nd and 98th percentile of the valid fused depth, scene units."""
    valid = prediction.depth[prediction.valid_mask]
    if valid.size == 0:
        return 0.0, 1.0
    low, high = np.percentile(valid, [2, 98])
    return float(low), float(max(high, low * 1.001 + 1e-9))


def color_depth(
    depth: Float[np.ndarray, "H W"], mask: Bool[np.ndarray, "H W"], low: float, high: float
) -> UInt8[np.ndarray, "H W 3"]:
    """Turbo colours of a depth map, near warm, far cold; grey where the mask is False.

    Args:
        depth: z-depth, any unit; what is not finite is drawn as far.
        mask: pixels that have a depth.
        low: depth drawn warmest.
        high: depth drawn coldest; larger than `low`.
    """
    share = np.nan_to_num((high - depth) / (high - low), nan=0.0, posinf=0.0, neginf=0.0)
    levels = (np.clip(share, 0, 1) * 255).astype(np.uint8)
    colors = cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_TURBO), cv2.COLOR_BGR2RGB)
    colors[~mask] = INVALID
    return colors.astype(np.uint8)


def _titles(prediction: ScenePrediction) -> list[str]:
    experts = [f"expert {index + 1}" for index in range(prediction.num_experts)]
    refined = ["refined"] * (prediction.refined_depth is not None)
    return [
        "photo",
        "fused",
        *refined,
        *experts,
        "gate",
        *["VGGT"] * (prediction.baseline is not None),
    ]


def _row(
    prediction: ScenePrediction, view: int, low: float, high: float
) -> list[UInt8[np.ndarray, "H W 3"]]:
    mask = prediction.valid_mask[view]
    photo = prediction.images[view]
    refined = [] if prediction.refined_depth is None else [prediction.refined_depth[view]]
    depths = [prediction.depth[view], *refined, *prediction.expert_depths[view]]
    colors = expert_colors(prediction.num_experts)
    winner = prediction.gate_logits[view].argmax(axis=0)
    gate = (0.35 * photo + 0.65 * colors[winner]).astype(np.uint8)
    tiles = [photo, *(color_depth(depth, mask, low, high) for depth in depths), gate]
    if prediction.baseline is not None:
        tiles.append(color_depth(prediction.baseline.depth[view], mask, low, high))
    return tiles


def _footer(
    draw: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    prediction: ScenePrediction,
    limits: tuple[float, float],
    top: int,
    width: int,
) -> None:
    metadata = prediction.metadata
    x = GAP
    for index, (color, share) in enumerate(
        zip(expert_colors(prediction.num_experts), expert_usage(prediction), strict=True)
    ):
        draw.rectangle((x, top + 2, x + 12, top + 14), tuple(int(part) for part in color))
        text = f"expert {index + 1} wins {share:.0%}"
        draw.text((x + 18, top), text, INK, font)
        x += 34 + int(draw.textlength(text, font))
    notes = [
        f"depth {limits[0]:.3g} (warm) to {limits[1]:.3g} (cold), {metadata.units} units",
        "the gate shows the winner; the result is the weighted sum",
        f"model {metadata.model}",
    ]
    if metadata.demonstration:
        notes.append("demonstration model")
    if not metadata.experts_trained:
        notes.append("EXPERTS UNTRAINED: the gate means nothing")
    line = ""
    for note in notes:
        longer = f"{line}   |   {note}" if line else note
        if line and draw.textlength(longer, font) > width - 2 * GAP:
            draw.text((GAP, top + 20), line, FAINT, font)
            top, longer = top + 17, note
        line = longer
    draw.text((GAP, top + 20), line, FAINT, font)
