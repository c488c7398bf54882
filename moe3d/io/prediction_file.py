"""A scene prediction as one .npz file, readable by plain numpy, and back without loss.

VGGT's field names where it has one: images, depth, depth_conf, extrinsic (3x4, camera from world),
intrinsic. Everything that is no array is JSON in `meta`. Nothing is ever unpickled.
"""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
from jaxtyping import Float

from moe3d.errors import PredictionFileError, ShapeError
from moe3d.io.atomic import new_file
from moe3d.io.json_records import checked_value, record_from_json
from moe3d.io.npz import NpzReader
from moe3d.io.outside_files import reading
from moe3d.scene.multiview import Agreement, Tracks
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import BaselinePrediction, PredictionMetadata, ScenePrediction

FORMAT = "moe3d-prediction"
VERSION = 1
LARGEST_SIDE = 10**6
"""Of a photo, pixels."""
INF = float("inf")

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


def prediction_of(reader: NpzReader, path: Path) -> ScenePrediction:
    """Read the prediction of an open file; raises as `read_prediction` does."""
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
        except ShapeError as error:
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
    kinds = get_type_hints(Agreement)
    known: dict[str, Any] = {
        name: checked_value(kinds[name], name, float("nan") if value is None else value)
        for name, value in values.items()
        if name in kinds
    }
    if len(known["camera_sources"]) != len(arrays["names"]):
        raise ValueError(f"it says of {len(known['camera_sources'])} cameras what they rest on")
    for name in _AGREEMENT_SHAPES:
        known[name.removeprefix("agreement_")] = arrays[name]
    return Agreement(**known)


def _tracks(arrays: dict[str, np.ndarray], views: int) -> Tracks | None:
    if "track_points" not in arrays:
        return None
    tracks = Tracks(
        arrays["track_points"],
        arrays["track_point_index"],
        arrays["track_view_index"],
        arrays["track_pixels"],
    )
    for index, count in ((tracks.point_index, len(tracks)), (tracks.view_index, views)):
        if len(index) and not 0 <= index.min() <= index.max() < count:
            raise ShapeError("tracks name points or photos that are not there")
    return tracks


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
    if 0 in arrays["gate_logits"].shape:
        raise ValueError(f"its maps are {arrays['gate_logits'].shape}: no photo, pixel or expert")
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
        gate_temperature=_temperature(meta["gate_temperature"]),
        pixel_transforms=tuple(_transform(item) for item in meta["pixel_transforms"]),
        metadata=record_from_json(PredictionMetadata, meta["metadata"]),
        baseline=baseline,
        refined_depth=arrays.get("depth_refined"),
        support=arrays.get("support"),
        tracks=_tracks(arrays, len(arrays["names"])),
        agreement=_agreement(arrays, meta),
    )


def _temperature(value: float) -> float:
    if not 0 < float(value) < INF:
        raise ValueError(f"the gate's temperature is {value!r}; wanted a number above 0")
    return float(value)


def _transform(values: dict[str, Any]) -> PixelTransform:
    made = record_from_json(PixelTransform, values)
    sides = (made.original_width, made.original_height, made.width, made.height)
    offsets = (made.offset_x, made.offset_y)
    is_usable = 0 < min(sides) <= max(sides) <= LARGEST_SIDE
    is_usable &= 0 < min(made.scale_x, made.scale_y) <= max(made.scale_x, made.scale_y) < INF
    if not (is_usable and all(abs(offset) < INF for offset in offsets)):
        raise ValueError(f"a pixel transform makes no sense: {values}")
    return made


def _square(extrinsic: Float[np.ndarray, "S 3 4"]) -> Float[np.ndarray, "S 4 4"]:
    camera_from_world = np.zeros((len(extrinsic), 4, 4), extrinsic.dtype)
    camera_from_world[:, :3] = extrinsic
    camera_from_world[:, 3, 3] = 1
    return camera_from_world
