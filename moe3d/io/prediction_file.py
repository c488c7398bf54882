"""A scene prediction as one .npz file, readable by plain numpy, and back without loss.

VGGT's field names where it has one: images, depth, depth_conf, extrinsic (3x4, camera from world),
intrinsic. Everything that is no array is JSON in `meta`. Nothing is ever unpickled.
"""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from moe3d.errors import PredictionFileError, ShapeError
from moe3d.io.atomic import new_file
from moe3d.io.npz import NpzReader
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import BaselinePrediction, PredictionMetadata, ScenePrediction

FORMAT = "moe3d-prediction"
VERSION = 1

_SHAPES = {
    "images": ("u1", ("S", "H", "W", 3)),
    "depth": ("f4", ("S", "H", "W")),
    "depth_conf": ("f4", ("S", "H", "W")),
    "depth_experts": ("f4", ("S", "E", "H", "W")),
    "gate_logits": ("f4", ("S", "E", "H", "W")),
    "valid_mask": ("b1", ("S", "H", "W")),
    "extrinsic": ("f", ("S", 3, 4)),
    "intrinsic": ("f", ("S", 3, 3)),
    "names": ("U", ("S",)),
}
_BASELINE_SHAPES = {
    "depth_vggt": ("f4", ("S", "H", "W")),
    "conf_vggt": ("f4", ("S", "H", "W")),
    "extrinsic_vggt": ("f", ("S", 3, 4)),
    "intrinsic_vggt": ("f", ("S", 3, 3)),
}


def write_prediction(prediction: ScenePrediction, path: Path | str, overwrite: bool = True) -> Path:
    """Write a prediction to one .npz file, complete or not at all.

    Raises:
        OutputError: the file cannot be written, or exists and may not be overwritten.
    """
    path = Path(path)
    with new_file(path, overwrite) as part, part.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **prediction_arrays(prediction))
    return path


def prediction_arrays(prediction: ScenePrediction) -> dict[str, np.ndarray]:
    """The arrays of the file, by field name."""
    arrays = {
        "meta": np.array(json.dumps(_meta(prediction), sort_keys=True)),
        "names": np.array(prediction.names, dtype=np.str_),
        "images": prediction.images,
        "depth": prediction.depth,
        "depth_conf": prediction.confidence,
        "extrinsic": prediction.camera_from_world[:, :3],
        "intrinsic": prediction.intrinsics,
        "valid_mask": prediction.valid_mask,
        "depth_experts": prediction.expert_depths,
        "gate_logits": prediction.gate_logits,
    }
    if prediction.baseline is not None:
        arrays |= {
            "depth_vggt": prediction.baseline.depth,
            "conf_vggt": prediction.baseline.confidence,
            "extrinsic_vggt": prediction.baseline.camera_from_world[:, :3],
            "intrinsic_vggt": prediction.baseline.intrinsics,
        }
    return arrays


def read_prediction(path: Path | str) -> ScenePrediction:
    """Read a prediction that `write_prediction` wrote. Runs no code of the file.

    Raises:
        PredictionFileError: the file is missing, damaged, no prediction, or from a newer program.
    """
    path = Path(path)
    with NpzReader(path) as reader:
        return prediction_of(reader, path)


def prediction_of(reader: NpzReader, path: Path) -> ScenePrediction:
    """Read the prediction of an open file; raises as `read_prediction` does."""
    meta = _read_meta(path, reader)
    sizes: dict[str, int] = {}
    arrays = _read_arrays(reader, _SHAPES, sizes)
    if meta.get("baseline"):
        arrays |= _read_arrays(reader, _BASELINE_SHAPES, sizes)
    try:
        return _assemble(arrays, meta)
    except (KeyError, TypeError, ValueError, AttributeError, ShapeError) as error:
        raise PredictionFileError(
            f"{path}: its description does not fit its arrays ({error}); save the scene again"
        ) from error


def _meta(prediction: ScenePrediction) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "baseline": prediction.baseline is not None,
        "gate_temperature": prediction.gate_temperature,
        "metadata": dataclasses.asdict(
            dataclasses.replace(
                prediction.metadata,
                seconds_by_stage=dict(prediction.metadata.seconds_by_stage),
            )
        ),
        "pixel_transforms": [dataclasses.asdict(item) for item in prediction.pixel_transforms],
    }


def _read_meta(path: Path, reader: NpzReader) -> dict[str, Any]:
    if "meta" not in reader.names:
        raise PredictionFileError(
            f"{path}: is an NPZ file but no saved prediction (it has no 'meta'); wanted a file "
            "written by this program"
        )
    try:
        meta = json.loads(str(reader.read("meta", ("U", ()), {})))
        kind, version = meta["format"], int(meta["version"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise PredictionFileError(f"{path}: its description is damaged ({error})") from error
    if kind != FORMAT:
        raise PredictionFileError(f"{path}: is {kind!r}; wanted {FORMAT!r}")
    if version > VERSION:
        raise PredictionFileError(
            f"{path}: was written by a newer program (format {version}; this one reads up to "
            f"{VERSION}): update the program"
        )
    return meta


def _read_arrays(
    reader: NpzReader,
    shapes: Mapping[str, tuple[str, tuple[str | int, ...]]],
    sizes: dict[str, int],
) -> dict[str, np.ndarray]:
    return {name: reader.read(name, wanted, sizes) for name, wanted in shapes.items()}


def _assemble(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> ScenePrediction:
    baseline = None
    if "depth_vggt" in arrays:
        baseline = BaselinePrediction(
            arrays["depth_vggt"],
            arrays["conf_vggt"],
            _square(arrays["extrinsic_vggt"]),
            arrays["intrinsic_vggt"],
        )
    return ScenePrediction(
        names=tuple(str(name) for name in arrays["names"]),
        images=arrays["images"],
        depth=arrays["depth"],
        confidence=arrays["depth_conf"],
        camera_from_world=_square(arrays["extrinsic"]),
        intrinsics=arrays["intrinsic"],
        valid_mask=arrays["valid_mask"],
        expert_depths=arrays["depth_experts"],
        gate_logits=arrays["gate_logits"],
        gate_temperature=float(meta["gate_temperature"]),
        pixel_transforms=tuple(
            PixelTransform(**_known(PixelTransform, item)) for item in meta["pixel_transforms"]
        ),
        metadata=_metadata(meta["metadata"]),
        baseline=baseline,
    )


def _metadata(values: dict[str, Any]) -> PredictionMetadata:
    known = _known(PredictionMetadata, values)
    for name, value in known.items():
        known[name] = tuple(value) if isinstance(value, list) else value
    return PredictionMetadata(**known)


def _known(record: type, values: dict[str, Any]) -> dict[str, Any]:
    """Fields that this version of the record has: a later one may have added some."""
    names = {item.name for item in dataclasses.fields(record)}
    return {name: value for name, value in values.items() if name in names}


def _square(extrinsic: Float[np.ndarray, "S 3 4"]) -> Float[np.ndarray, "S 4 4"]:
    camera_from_world = np.zeros((len(extrinsic), 4, 4), extrinsic.dtype)
    camera_from_world[:, :3] = extrinsic
    camera_from_world[:, 3, 3] = 1
    return camera_from_world
