"""Every expert's depth and the gate's weights, one float EXR a photo; the winners as PNG."""

from pathlib import Path

import numpy as np
from PIL import Image

from moe3d.io.exports.export_content import Content
from moe3d.io.exports.export_job import Exporter, ExportJob
from moe3d.io.exports.formats import FORMAT_FACTS
from moe3d.io.files.safe_names import safe_names
from moe3d.io.formats.exr import read_exr, write_exr
from moe3d.io.photos.own_pictures import png_mark
from moe3d.scene.filters import CloudOptions, refuse_empty, select_pixels
from moe3d.scene.gate import gate_weights
from moe3d.scene.palettes import expert_colors
from moe3d.scene.records import ScenePrediction

NO_WINNER = 255


def _write(job: ExportJob, path: Path) -> Content:
    """Write all valid pixels, whatever the filters say; 0 elsewhere."""
    prediction = job.prediction
    selection = select_pixels(prediction, CloudOptions("fused", confidence_percentile=0))
    refuse_empty(selection)
    stems = safe_names(prediction.names, extension="")
    content = Content()
    for view, stem in enumerate(stems):
        job.progress.report("write expert maps", view, len(stems))
        known = selection.keep[view]
        channels = _channels(prediction, view, known, job.options.scale)
        write_exr(path / f"{stem}.exr", channels)
        content.add_map(channels["Y"])
        winner = np.where(known, prediction.gate_logits[view].argmax(axis=0), NO_WINNER)
        _write_winner(path / f"{stem}_winner.png", winner.astype(np.uint8), prediction.num_experts)
    content.num_files = 2 * len(stems)
    content.details |= {
        "photos": dict(zip(stems, prediction.names, strict=True)),
        "filters": "none: every valid pixel is in the files",
        "channels": "Y: fused depth; expert1.Y ...: depth by expert, from 1; "
        "gate1.Y ...: the gate's weight of each, summing to 1; 0 where unknown",
        "depth": "z-depth (not ray length), scene units times options.scale",
        "winner": f"palette index = expert - 1; {NO_WINNER} where unknown",
    }
    return content


def _channels(
    prediction: ScenePrediction, view: int, known: np.ndarray, scale: float
) -> dict[str, np.ndarray]:
    weights = gate_weights(prediction.gate_logits[view][None], prediction.gate_temperature)[0]
    depths = {"Y": prediction.depth[view]}
    depths |= {
        f"expert{number}.Y": depth
        for number, depth in enumerate(prediction.expert_depths[view], start=1)
    }
    channels = {name: depth * np.float32(scale) for name, depth in depths.items()}
    channels |= {f"gate{number}.Y": weight for number, weight in enumerate(weights, start=1)}
    return {
        name: np.where(known & np.isfinite(values), values, 0).astype(np.float32)
        for name, values in channels.items()
    }


def _write_winner(path: Path, winner: np.ndarray, num_experts: int) -> None:
    palette = np.zeros((256, 3), np.uint8)
    palette[:num_experts] = expert_colors(num_experts)
    image = Image.frombytes("P", winner.shape[::-1], winner.tobytes())
    image.putpalette(palette.tobytes())
    image.save(path, "PNG", pnginfo=png_mark())


def _reread(path: Path) -> Content:
    content = Content()
    for file in sorted(path.glob("*.exr")):
        content.add_map(read_exr(file)["Y"])
    pictures = sorted(path.glob("*_winner.png"))
    for file in pictures:
        with Image.open(file) as image:
            image.load()
    content.num_files = len(pictures) + sum(1 for _ in path.glob("*.exr"))
    return content


def _pixel_bytes(prediction: ScenePrediction) -> float:
    return 4.0 + 8.0 * prediction.num_experts + 0.1


EXPERTS = Exporter(
    FORMAT_FACTS["expert-maps"],
    _write,
    _reread,
    bytes_per_pixel=_pixel_bytes,
    is_filtered=False,
)
