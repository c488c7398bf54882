"""The whole prediction as research arrays, with VGGT's names where it has them."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from moe3d.io.exports.export_content import Content
from moe3d.io.exports.export_job import Exporter, ExportJob
from moe3d.io.exports.formats import FORMAT_FACTS
from moe3d.io.files.npz import NpzReader
from moe3d.io.scenes.prediction_file import prediction_arrays, read_prediction
from moe3d.scene.layer_points import view_points
from moe3d.scene.layers import named_layer
from moe3d.scene.records import ScenePrediction

POINTS = "world_points_from_depth"
NAMES = {
    "depth, depth_conf, extrinsic, intrinsic": "as VGGT's; depth without a last axis of 1, "
    "extrinsic = camera from world, 3x4, OpenCV axes, intrinsic in pixels of `images`",
    POINTS: "as VGGT's: (S, H, W, 3), world frame; NaN where depth is not valid",
    "depth_experts, gate_logits": "(S, E, H, W); weights = softmax(gate_logits / gate_temperature)",
    "winner": "(S, H, W), expert of largest weight, from 0",
    "depth_refined, depth_vggt_refined": "(S, H, W), both networks' depth after the other photos "
    "were asked; only where they were",
    "support, support_vggt": "(S, H, W), how many other photos confirm each pixel; only where "
    "photos were compared",
    "original_size": "(S, 2), width and height of the upright photo, pixels",
    "pixel_transform": "(S, 4), scale x, scale y, offset x, offset y: "
    "network pixel = scale * (photo pixel + 0.5) - 0.5 + offset",
}


def _write(job: ExportJob, path: Path) -> Content:
    prediction = job.prediction
    arrays = {**prediction_arrays(prediction), **_more_arrays(prediction)}
    with zipfile.ZipFile(path, "w") as archive:
        for done, (name, array) in enumerate(arrays.items()):
            job.progress.report("write arrays", done, len(arrays))
            with archive.open(f"{name}.npy", "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, np.asanyarray(array), allow_pickle=False)
        _write_points(job, archive)
    return _facts(prediction.depth)


def _more_arrays(prediction: ScenePrediction) -> dict[str, np.ndarray]:
    """Small arrays that spare a reader some arithmetic."""
    transforms = prediction.pixel_transforms
    return {
        "winner": prediction.dominant_expert(),
        "gate_temperature": np.array(prediction.gate_temperature, np.float64),
        "original_size": np.array(
            [(item.original_width, item.original_height) for item in transforms], np.int64
        ),
        "pixel_transform": np.array(
            [(item.scale_x, item.scale_y, item.offset_x, item.offset_y) for item in transforms],
            np.float64,
        ),
    }


def _write_points(job: ExportJob, archive: zipfile.ZipFile) -> None:
    """World points a photo at a time, so that they never lie in memory together."""
    header = {
        "descr": "<f4",
        "fortran_order": False,
        "shape": (*job.prediction.depth.shape, 3),
    }
    with archive.open(f"{POINTS}.npy", "w", force_zip64=True) as stream:
        np.lib.format.write_array_header_1_0(stream, header)
        for points in _world_points(job.prediction):
            job.progress.report("write points")
            stream.write(np.ascontiguousarray(points, "<f4").data)


def _world_points(prediction: ScenePrediction) -> Iterator[Float32[np.ndarray, "N 3"]]:
    layer = named_layer(prediction, "fused")
    for view in range(prediction.num_views):
        valid = prediction.valid_mask[view].ravel()[:, None]
        yield np.where(valid, view_points(layer, view), np.nan).astype(np.float32)


def _reread(path: Path) -> Content:
    content = _facts(read_prediction(path).depth)
    with NpzReader(path) as reader:
        reader.read(POINTS, ("f", ("S", "H", "W", 3)), {})
    return content


def _facts(depth: np.ndarray) -> Content:
    shape = dict(zip(("views", "height", "width"), depth.shape, strict=True))
    details = {"depth": shape, "filters": "none: every pixel is in the file", "arrays": NAMES}
    content = Content(details=details)
    for one in depth:
        content.add_map(np.where(np.isfinite(one), one, 0))
    return content


def _pixel_bytes(prediction: ScenePrediction) -> float:
    arrays = prediction_arrays(prediction).values()
    return 13 + sum(array.nbytes for array in arrays) / max(prediction.depth.size, 1)


NPZ = Exporter(
    FORMAT_FACTS["npz"],
    _write,
    _reread,
    bytes_per_pixel=_pixel_bytes,
    is_filtered=False,
)
