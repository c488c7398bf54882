"""A scene prediction as one .npz file, readable by plain numpy, and back without loss.

VGGT's field names where it has one: images, depth, depth_conf, extrinsic (3x4, camera from world),
intrinsic. Everything that is no array is JSON in `meta`. Nothing is ever unpickled.
"""

import dataclasses
import json
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from jaxtyping import Float

from moe3d.errors import PredictionFileError, RecordError, ShapeError
from moe3d.io.files.atomic import new_file
from moe3d.io.files.npz import NpzReader
from moe3d.io.files.outside_files import reading, shown
from moe3d.scene.multiview import Agreement, Tracks
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import BaselinePrediction, PredictionMetadata, ScenePrediction

Record = TypeVar("Record")


def record_from_json(kind: type[Record], values: Mapping[str, Any]) -> Record:
    """A frozen record of plain fields; entries that it does not have are passed over.

    Raises:
        ValueError: a value is of another type.
        TypeError: a field without a default is missing, or `values` is no table.
    """
    kinds = typing.get_type_hints(kind)
    names = [item.name for item in dataclasses.fields(kind)]  # pyright: ignore[reportArgumentType]
    return kind(
        **{name: checked_value(kinds[name], name, values[name]) for name in names if name in values}
    )


def checked_value(kind: Any, name: str, value: Any) -> Any:
    """A JSON value as the type of a plain field.

    Raises:
        ValueError: it is of another type.
    """
    origin, choices = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple and isinstance(value, list):
        return tuple(checked_value(choices[0], name, entry) for entry in value)
    if origin is Mapping and isinstance(value, dict):
        return {key: checked_value(choices[1], name, entry) for key, entry in value.items()}
    if kind is float and type(value) in (int, float):
        return float(value)
    if kind in (int, str, bool) and type(value) is kind:
        return value
    raise ValueError(f"{name} is {shown(repr(value), 60)}")


PREDICTION_ARRAYS = frozenset({"meta", "depth", "extrinsic"})
"""Arrays by which a file is known for a prediction."""
FORMAT = "moe3d-prediction"
VERSION = 1
LARGEST_SIDE = 10**6
"""Of a photo, pixels."""

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
_OPTIONAL_SHAPES = {
    "depth_refined": ("f4", ("S", "H", "W")),
    "support": ("u1", ("S", "H", "W")),
    "depth_vggt_refined": ("f4", ("S", "H", "W")),
    "support_vggt": ("u1", ("S", "H", "W")),
}
"""What only some predictions have, and files of older versions never."""
_TRACK_SHAPES = {
    "track_points": ("f4", ("P", 3)),
    "track_point_index": ("i4", ("M",)),
    "track_view_index": ("i4", ("M",)),
    "track_pixels": ("f4", ("M", 2)),
}
_AGREEMENT_SHAPES = {
    "agreement_matches": ("i8", ("S",)),
    "agreement_residual_px": ("f8", ("S",)),
    "agreement_confirmed_share": ("f8", ("S",)),
    "agreement_disagreement": ("f8", ("S",)),
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
    return arrays | _multiview_arrays(prediction)


def _multiview_arrays(prediction: ScenePrediction) -> dict[str, np.ndarray]:
    """What the photos say of each other, as far as the prediction has it."""
    base, tracks, agreement = prediction.baseline, prediction.tracks, prediction.agreement
    arrays: dict[str, np.ndarray | None] = {
        "depth_refined": prediction.refined_depth,
        "support": prediction.support,
        "depth_vggt_refined": base.refined_depth if base is not None else None,
        "support_vggt": base.support if base is not None else None,
    }
    if tracks is not None:
        arrays |= {
            "track_points": tracks.points,
            "track_point_index": tracks.point_index,
            "track_view_index": tracks.view_index,
            "track_pixels": tracks.pixels,
        }
    if agreement is not None:
        arrays |= {
            "agreement_matches": agreement.matches.astype(np.int64),
            "agreement_residual_px": agreement.residual_px.astype(np.float64),
            "agreement_confirmed_share": agreement.confirmed_share.astype(np.float64),
            "agreement_disagreement": agreement.disagreement.astype(np.float64),
        }
    return {name: array for name, array in arrays.items() if array is not None}


def read_prediction(path: Path | str) -> ScenePrediction:
    """Read a prediction that `write_prediction` wrote. Runs no code of the file.

    Raises:
        PredictionFileError: the file is missing, damaged, no prediction, or from a newer program.
    """
    path = Path(path)
    with NpzReader(path) as reader:
        return prediction_of(reader, path)


def is_prediction_file(path: Path) -> bool:
    """Whether an .npz file holds a prediction, and not arrays of another kind.

    Raises:
        PredictionFileError: it is missing or no .npz file.
    """
    with NpzReader(path) as reader:
        return reader.names >= PREDICTION_ARRAYS


def prediction_of(reader: NpzReader, path: Path) -> ScenePrediction:
    """Read the prediction of an open file.

    Raises:
        PredictionFileError: an array or the description is missing, damaged or of another shape.
    """
    meta = _read_meta(path, reader)
    sizes: dict[str, int] = {}
    arrays = _read_arrays(reader, _SHAPES, sizes)
    if meta.get("baseline"):
        arrays |= _read_arrays(reader, _BASELINE_SHAPES, sizes)
    for shapes in (_OPTIONAL_SHAPES, _TRACK_SHAPES, _AGREEMENT_SHAPES):
        there = {name: shapes[name] for name in shapes if name in reader.names}
        arrays |= _read_arrays(reader, there, sizes)
    with reading(
        path,
        PredictionFileError,
        "its description does not fit its arrays",
        "save the scene again",
    ):
        try:
            return _assemble(arrays, meta)
        except (ShapeError, RecordError) as error:
            raise ValueError(str(error)) from error


def _meta(prediction: ScenePrediction) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "baseline": prediction.baseline is not None,
        "agreement": _agreement_meta(prediction.agreement),
        "gate_temperature": prediction.gate_temperature,
        "metadata": dataclasses.asdict(
            dataclasses.replace(
                prediction.metadata,
                seconds_by_stage=dict(prediction.metadata.seconds_by_stage),
            )
        ),
        "pixel_transforms": [dataclasses.asdict(item) for item in prediction.pixel_transforms],
    }


def _agreement_meta(agreement: Agreement | None) -> dict[str, Any] | None:
    """The fields of an agreement that are no arrays; NaN as null."""
    if agreement is None:
        return None
    values = {
        item.name: getattr(agreement, item.name)
        for item in dataclasses.fields(agreement)
        if not isinstance(getattr(agreement, item.name), np.ndarray)
    }
    return {name: None if value != value else value for name, value in values.items()}


def _agreement(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Agreement | None:
    values = meta.get("agreement")
    if values is None:
        return None
    kinds = {item.name: item.type for item in dataclasses.fields(Agreement)}
    known: dict[str, Any] = {
        name: checked_value(kinds[name], name, float("nan") if value is None else value)
        for name, value in values.items()
        if name in kinds
    }
    for name in _AGREEMENT_SHAPES:
        known[name.removeprefix("agreement_")] = arrays[name]
    return Agreement(**known)


def _tracks(arrays: dict[str, np.ndarray]) -> Tracks | None:
    if "track_points" not in arrays:
        return None
    return Tracks(
        arrays["track_points"],
        arrays["track_point_index"],
        arrays["track_view_index"],
        arrays["track_pixels"],
    )


def _read_meta(path: Path, reader: NpzReader) -> dict[str, Any]:
    if "meta" not in reader.names:
        raise PredictionFileError(
            f"{path}: is an NPZ file but no saved prediction (it has no 'meta'); wanted a file "
            "written by this program"
        )
    text = str(reader.read("meta", ("U", ()), {}))
    with reading(path, PredictionFileError, "its description is damaged"):
        meta = json.loads(text)
        kind, version = meta["format"], int(meta["version"])
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
            arrays.get("depth_vggt_refined"),
            arrays.get("support_vggt"),
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
        pixel_transforms=tuple(_transform(item) for item in meta["pixel_transforms"]),
        metadata=record_from_json(PredictionMetadata, meta["metadata"]),
        baseline=baseline,
        refined_depth=arrays.get("depth_refined"),
        support=arrays.get("support"),
        tracks=_tracks(arrays),
        agreement=_agreement(arrays, meta),
    )


def _transform(values: dict[str, Any]) -> PixelTransform:
    made = record_from_json(PixelTransform, values)
    if max(made.original_width, made.original_height) > LARGEST_SIDE:
        raise ValueError(f"a pixel transform is of a photo of more than {LARGEST_SIDE} pixels")
    return made


def _square(extrinsic: Float[np.ndarray, "S 3 4"]) -> Float[np.ndarray, "S 4 4"]:
    camera_from_world = np.zeros((len(extrinsic), 4, 4), extrinsic.dtype)
    camera_from_world[:, :3] = extrinsic
    camera_from_world[:, 3, 3] = 1
    return camera_from_world
