"""A sheet of pictures beside the numbers: error maps, flying points, edge crops and gate maps."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Bool, Float64, UInt8
from PIL import Image, ImageDraw

from moe3d.errors import MoE3DError, OutputError
from moe3d.evaluation.flying_points import count_against_itself
from moe3d.evaluation.models import Answer
from moe3d.evaluation.pairs import DepthPair, depth_pair
from moe3d.evaluation.tasks.task import on_prediction_grid
from moe3d.io.datasets.records import SceneTruth

PANEL_PX = 160
LABEL_PX = 16
LARGEST_ERROR = 0.2
"""Relative error that is drawn brightest."""
CROP_SHARE = 0.3
"""Side of the edge crop, of the image's shorter side."""
EXPERT_COLOURS = np.array(
    [[0, 114, 178], [230, 159, 0], [0, 158, 115], [204, 121, 167], [86, 180, 233], [213, 94, 0]],
    np.uint8,
)
"""Okabe & Ito's colour-blind palette."""

Picture = UInt8[np.ndarray, "H W 3"]


@dataclass(frozen=True)
class Panel:
    """One labelled picture."""

    label: str
    picture: Picture


class FigureSheet:
    """Collects strips while an evaluation runs; each is written at once, the sheet at the end."""

    def __init__(self, folder: Path, max_scenes: int = 6) -> None:
        self._folder = folder / "figures"
        self._max_scenes = max_scenes
        self._scenes: dict[str, None] = {}

    def watch(self, scene: str, model: str, answer: Answer, truth: SceneTruth) -> None:
        """Draw the first photo of a scene; a `Watcher`."""
        if scene not in self._scenes and len(self._scenes) >= self._max_scenes:
            return
        self._scenes[scene] = None
        try:
            panels = draw_panels(answer, truth)
        except MoE3DError:  # the scene's row says what is wrong
            return
        name = f"{scene}-{model}".replace("/", "_")
        strip = compose_strip(f"{scene}, {model}", panels)
        _save(strip, self._folder / f"{name}.png")

    def write(self, path: Path) -> None:
        """Stack every strip of the folder, also those of earlier runs.

        Raises:
            OutputError: the sheet cannot be written.
        """
        strips = [np.asarray(Image.open(one)) for one in sorted(self._folder.glob("*.png"))]
        if not strips:
            return
        width = max(strip.shape[1] for strip in strips)
        padded = [_padded(strip, width) for strip in strips]
        _save(np.concatenate(padded, axis=0), path)


def draw_panels(answer: Answer, truth: SceneTruth) -> tuple[Panel, ...]:
    """Pictures of the first photo.

    Raises:
        MoE3DError: there is nothing to compare.
    """
    truth = on_prediction_grid(answer, truth)
    photo = answer.prediction.images[0]
    raw = depth_pair(answer.layer.depth[0], truth.depth[0])
    pair = raw.aligned(raw.fit("median"))
    flying = count_against_itself(raw.prediction, raw.truth).flying
    shades = _shades(pair)
    predicted = _coloured(shades.prediction, np.isfinite(shades.prediction))
    error = np.abs(pair.prediction - pair.truth) / np.where(pair.valid, pair.truth, 1)
    return (
        Panel("photo", photo),
        Panel("truth", _coloured(shades.truth, pair.valid)),
        Panel(answer.layer.name, predicted),
        Panel("relative error, 0 to 20 %", _coloured(error / LARGEST_ERROR, pair.valid)),
        Panel("flying points", _marked(photo, flying)),
        Panel("edge crop", _edge_crop(predicted, pair)),
        *_gate_panel(answer, photo),
    )


def compose_strip(title: str, panels: tuple[Panel, ...]) -> Picture:
    """Panels side by side with their labels."""
    tiles = [_tile(panel) for panel in panels]
    strip = Image.fromarray(np.concatenate(tiles, axis=1))
    framed = Image.new("RGB", (strip.width, strip.height + LABEL_PX), "white")
    framed.paste(strip, (0, LABEL_PX))
    ImageDraw.Draw(framed).text((4, 2), title, fill="black")
    return np.asarray(framed)


def _tile(panel: Panel) -> UInt8[np.ndarray, "h w 3"]:
    height, width = panel.picture.shape[:2]
    shown = Image.fromarray(panel.picture).resize(
        (max(1, round(PANEL_PX * width / height)), PANEL_PX), Image.Resampling.NEAREST
    )
    tile = Image.new("RGB", (shown.width + 2, PANEL_PX + LABEL_PX), "white")
    tile.paste(shown, (0, LABEL_PX))
    ImageDraw.Draw(tile).text((2, 2), panel.label, fill="black")
    return np.asarray(tile)


def _shades(pair: DepthPair) -> DepthPair:
    """Both depths as 0..1 over the truth's 2nd to 98th percentile."""
    low, high = np.percentile(pair.truth[pair.valid], [2, 98])
    span = max(float(high - low), np.finfo(float).tiny)
    return DepthPair((pair.prediction - low) / span, (pair.truth - low) / span, pair.valid)


def _coloured(values: Float64[np.ndarray, "H W"], known: Bool[np.ndarray, "H W"]) -> Picture:
    """Turbo from 0 to 1; grey where unknown."""
    levels = (255 * np.clip(np.where(known, values, 0), 0, 1)).astype(np.uint8)
    colours = cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_TURBO), cv2.COLOR_BGR2RGB)
    return np.where(known[..., None], colours, np.uint8(90))


def _marked(photo: Picture, marks: Bool[np.ndarray, "H W"]) -> Picture:
    grey = (photo.mean(axis=-1, keepdims=True) * 0.6).astype(np.uint8).repeat(3, axis=-1)
    return np.where(marks[..., None], np.array([255, 40, 40], np.uint8), grey)


def _edge_crop(picture: Picture, pair: DepthPair) -> UInt8[np.ndarray, "h w 3"]:
    """The square around the largest relative step of the truth."""
    height, width = picture.shape[:2]
    known = np.log(np.where(pair.valid, pair.truth, 1.0))
    steps = np.abs(np.diff(known, axis=1)) * (pair.valid[:, 1:] & pair.valid[:, :-1])
    side = max(8, round(CROP_SHARE * min(height, width)))
    row, column = np.unravel_index(int(steps.argmax()), steps.shape)
    top = int(np.clip(row - side // 2, 0, max(height - side, 0)))
    left = int(np.clip(column - side // 2, 0, max(width - side, 0)))
    return picture[top : top + side, left : left + side]


def _gate_panel(answer: Answer, photo: Picture) -> tuple[Panel, ...]:
    if answer.layer.name == "vggt" or answer.prediction.num_experts < 2:
        return ()
    colours = EXPERT_COLOURS[answer.prediction.dominant_expert()[0] % len(EXPERT_COLOURS)]
    blend = (0.65 * colours + 0.35 * photo.mean(axis=-1, keepdims=True)).astype(np.uint8)
    return (Panel("gate's winner", blend),)


def _padded(strip: Picture, width: int) -> UInt8[np.ndarray, "h w 3"]:
    return np.pad(strip, ((0, 4), (0, width - strip.shape[1]), (0, 0)), constant_values=255)


def _save(picture: Picture, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error}") from error
