"""Depth maps as 16-bit PNG or float EXR, one a photo, at the network's size."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Shaped, UInt16
from PIL import Image

from moe3d.io.exports.export_content import Content
from moe3d.io.exports.export_job import Exporter, ExportJob
from moe3d.io.exports.formats import FORMAT_FACTS
from moe3d.io.files.safe_names import safe_names
from moe3d.io.formats.exr import read_exr, write_exr
from moe3d.io.photos.own_pictures import png_mark
from moe3d.scene.filters import refuse_empty, select_pixels

PNG_MAX = 65535
CHANNEL = "Y"
"""Luminance: what every reader shows of a single channel. Blender shows nothing of a lone "Z"."""


def _write(
    write_map: Callable[..., Shaped[np.ndarray, "H W"]],
    extension: str,
    job: ExportJob,
    path: Path,
) -> Content:
    """Write the layer's depth where the filters keep it; 0 elsewhere."""
    selection = select_pixels(job.prediction, job.options.cloud)
    refuse_empty(selection)
    depth = np.where(selection.keep, selection.layer.depth, 0).astype(np.float32)
    depth *= np.float32(job.options.scale)
    factor = depth_factor(depth)
    names = safe_names(job.prediction.names, extension)
    content = Content(num_files=len(names))
    for done, (name, one) in enumerate(zip(names, depth, strict=True)):
        job.progress.report("write depth", done, len(names))
        content.add_map(write_map(path / name, one, factor))
    content.details |= {
        "files": dict(zip(names, job.prediction.names, strict=True)),
        "unknown": 0,
        "depth": "z-depth (not ray length), scene units times options.scale",
        "removed_by": dict(selection.removed_by),
    }
    if extension == ".png":
        content.details["depth_per_step"] = factor
        content.details["depth"] = (
            "z-depth (not ray length) = pixel value * depth_per_step, scene units times "
            "options.scale"
        )
    return content


def depth_factor(depth: Float32[np.ndarray, "S H W"]) -> float:
    """Depth of one 16-bit step: 0.001 if that holds the scene well, else what its depth needs."""
    deepest = float(depth.max())
    return 0.001 if 1 < deepest < 0.001 * PNG_MAX else deepest / PNG_MAX


def _write_png(
    path: Path, depth: Float32[np.ndarray, "H W"], factor: float
) -> UInt16[np.ndarray, "H W"]:
    steps = depth_steps(depth, factor)
    Image.fromarray(steps).save(path, "PNG", pnginfo=png_mark())
    return steps


def depth_steps(depth: Float32[np.ndarray, "H W"], factor: float) -> UInt16[np.ndarray, "H W"]:
    """Depth in 16-bit steps; known depth is at least 1."""
    steps = np.clip(np.round(depth / factor), 1, PNG_MAX).astype(np.uint16)
    return np.where(depth > 0, steps, 0).astype(np.uint16)


def _write_exr(
    path: Path, depth: Float32[np.ndarray, "H W"], factor: float
) -> Float32[np.ndarray, "H W"]:
    del factor
    write_exr(path, {CHANNEL: depth})
    return depth


def _reread(pattern: str, path: Path) -> Content:
    files = sorted(path.glob(pattern))
    content = Content(num_files=len(files))
    for file in files:
        if pattern == "*.exr":
            content.add_map(read_exr(file)[CHANNEL])
        else:
            with Image.open(file) as image:
                content.add_map(np.asarray(image))
    return content


PNG = Exporter(
    FORMAT_FACTS["depth-png"],
    partial(_write, _write_png, ".png"),
    partial(_reread, "*.png"),
    bytes_per_pixel=lambda prediction: 1.5,
)
EXR = Exporter(
    FORMAT_FACTS["depth-exr"],
    partial(_write, _write_exr, ".exr"),
    partial(_reread, "*.exr"),
    bytes_per_pixel=lambda prediction: 4.0,
)
