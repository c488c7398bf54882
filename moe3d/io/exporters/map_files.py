"""One map of one photo as a file: a picture, 16-bit steps, floats."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Shaped, UInt16
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from moe3d.errors import EmptyExportError, UsageError
from moe3d.io.exporters.map_with_bar import with_bar
from moe3d.io.files.atomic import new_file
from moe3d.io.formats.exr import write_exr
from moe3d.io.photos.own_pictures import png_mark
from moe3d.scene.maps.pictures import MapStyle, map_picture
from moe3d.scene.maps.values import MapSource, map_values
from moe3d.scene.maps.words import map_name

STEPS = 65535
"""Largest value of a 16-bit pixel; 0 means unknown."""
SCALE_KEY = "MoE3D map"
"""Text of a 16-bit PNG that says, as JSON, what its pixels mean."""
CHANNEL = "Y"
"""Luminance: what every reader shows of a single channel."""


@dataclass(frozen=True)
class SavedMap:
    """What is saved: a map of a photo, in the colours that are on the screen."""

    source: MapSource
    key: str
    style: MapStyle

    @property
    def description(self) -> dict[str, object]:
        """Which map of which photo this is, in which units."""
        prediction = self.source.prediction
        return {
            "map": self.key,
            "title": map_name(self.key),
            "photo": prediction.names[self.source.view_index],
            "units": prediction.metadata.units,
            "model": prediction.metadata.model,
        }

    def picture(self) -> Shaped[np.ndarray, "H W 3"]:
        """As it is drawn."""
        return map_picture(self.source, self.key, self.style)

    def values(self) -> Float32[np.ndarray, "H W"]:
        """Its numbers; NaN where they are unknown.

        Raises:
            UsageError: it has no single number a pixel.
        """
        if not _is_numeric(self.key):
            raise UsageError(
                f"{map_name(self.key)} has no single number a pixel; save it as a picture"
                + ("; its weights go into EXR and NPY" if self.key == "gating" else "")
            )
        valid = self.source.prediction.valid_mask[self.source.view_index]
        values = self._flying() if self.key.startswith("flying:") else None
        values = map_values(self.source, self.key) if values is None else values
        known = valid & np.isfinite(values)
        return np.where(known, values, np.float32(np.nan)).astype(np.float32)

    def _flying(self) -> Float32[np.ndarray, "H W"]:
        found = self.source.flying.get(self.key.removeprefix("flying:"))
        if found is None:
            raise UsageError(f"{map_name(self.key)}: no flying points are known of it")
        return found.mask[self.source.view_index].astype(np.float32)

    def array(self) -> Shaped[np.ndarray, "..."]:
        """All that it holds: a photo's colours (H, W, 3), gate weights (E, H, W), or its numbers.

        Raises:
            UsageError: it holds nothing of its own.
        """
        if self.key == "photo":
            return self.source.prediction.images[self.source.view_index]
        return self.source.weights if self.key == "gating" else self.values()


@dataclass(frozen=True)
class MapFormat:
    """One way to save a map."""

    title: str
    suffix: str
    write: Callable[[SavedMap, Path], None]
    takes: Callable[[str], bool]
    """Whether a map of this key can be saved so."""


def _write_picture(saved: SavedMap, path: Path) -> None:
    Image.fromarray(saved.picture()).save(path, "PNG", pnginfo=_described(saved, {}))


def _write_with_bar(saved: SavedMap, path: Path) -> None:
    source, style = saved.source, saved.style
    experts = source.prediction.num_experts
    units = source.prediction.metadata.units
    picture = with_bar(saved.picture(), saved.key, style, experts, units)
    Image.fromarray(picture).save(path, "PNG", pnginfo=_described(saved, {}))


def _write_steps(saved: SavedMap, path: Path) -> None:
    values = saved.values()
    offset, per_step = step_scale(values)
    scale = {
        "offset": offset,
        "per_step": per_step,
        "value": "offset + per_step * pixel",
        "unknown": 0,
    }
    steps = value_steps(values, offset, per_step)
    Image.fromarray(steps).save(path, "PNG", pnginfo=_described(saved, scale))


def _write_exr(saved: SavedMap, path: Path) -> None:
    notes = {key: str(value) for key, value in saved.description.items()}
    if saved.key == "gating":
        weights = saved.source.weights
        channels = {f"expert_{index + 1}": layer for index, layer in enumerate(weights)}
    else:
        channels = {CHANNEL: saved.values()}
    write_exr(path, channels, notes)


def _write_npy(saved: SavedMap, path: Path) -> None:
    with path.open("wb") as stream:
        np.save(stream, np.ascontiguousarray(saved.array()), allow_pickle=False)


def _is_numeric(key: str) -> bool:
    """Whether a map has one number a pixel."""
    return key not in ("photo", "sides", "gating")


MAP_FORMATS: Mapping[str, MapFormat] = {
    "picture": MapFormat("Picture (PNG)", ".png", _write_picture, lambda key: True),
    "bar": MapFormat(
        "Picture with colour bar (PNG)",
        ".png",
        _write_with_bar,
        lambda key: key != "photo" and not key.startswith("flying:"),
    ),
    "png16": MapFormat("Values, 16-bit (PNG)", ".png", _write_steps, _is_numeric),
    "exr": MapFormat(
        "Values, float (EXR)",
        ".exr",
        _write_exr,
        lambda key: key not in ("photo", "sides"),
    ),
    "npy": MapFormat("Array for NumPy (NPY)", ".npy", _write_npy, lambda key: key != "sides"),
}
"""Ways to save a map, by name."""


def write_map(saved: SavedMap, format_name: str, path: Path | str, overwrite: bool = False) -> Path:
    """Save a map at its own resolution; the file is complete or not there.

    Args:
        saved: the map.
        format_name: one of `MAP_FORMATS`.
        path: file to write.
        overwrite: whether a file that is there may be replaced.

    Raises:
        UsageError: there is no such format, or the map cannot be saved in it.
        EmptyExportError: not one pixel has a value.
        OutputError: the file is there already, or cannot be written.
    """
    if format_name not in MAP_FORMATS:
        raise UsageError(f"there is no format {format_name!r}; there are {', '.join(MAP_FORMATS)}")
    chosen = MAP_FORMATS[format_name]
    if not chosen.takes(saved.key):
        raise UsageError(f"{map_name(saved.key)} cannot be saved as {chosen.title}")
    target = Path(path)
    with new_file(target, overwrite) as part:
        chosen.write(saved, part)
    return target


def step_scale(values: Float32[np.ndarray, "H W"]) -> tuple[float, float]:
    """Offset and size of a 16-bit step: a value is offset + size * pixel, in pixels from 1 on.

    Depth in round numbers where they hold it: thousandths from zero. Else from end to end.

    Raises:
        EmptyExportError: no value is known.
    """
    known = values[np.isfinite(values)]
    if known.size == 0:
        raise EmptyExportError("not one pixel of this map has a value; there is nothing to save")
    low, high = float(known.min()), float(known.max())
    if low >= 0.001 and 1 < high < 0.001 * STEPS:
        return 0.0, 0.001
    per_step = max((high - low) / (STEPS - 1), 1e-12)
    return low - per_step, per_step


def value_steps(
    values: Float32[np.ndarray, "H W"], offset: float, per_step: float
) -> UInt16[np.ndarray, "H W"]:
    """Values in 16-bit steps, at least 1; 0 where unknown."""
    known = np.isfinite(values)
    steps = np.round((np.where(known, values, offset).astype(np.float64) - offset) / per_step)
    return np.where(known, np.clip(steps, 1, STEPS), 0).astype(np.uint16)


def _described(saved: SavedMap, scale: Mapping[str, object]) -> PngInfo:
    """The mark of this program, and what the pixels mean."""
    info = png_mark()
    info.add_itxt(SCALE_KEY, json.dumps({**saved.description, **scale}, ensure_ascii=False))
    return info
