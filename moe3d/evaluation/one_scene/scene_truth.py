"""Reads truth for a prediction and brings it to the prediction's grid and scale."""

from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32, Float64

from moe3d.errors import DatasetError
from moe3d.evaluation.metrics.cloud_file import read_cloud
from moe3d.geometry.alignment import lower_median
from moe3d.io.scenes.truth_files import TruthFiles, read_truth_files
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import ScenePrediction
from moe3d.scene.truth import AlignedTruth

MEDIAN = "median scale, one for the scene"
SHAPE_TOLERANCE = 0.02


def read_truth(path: Path | str, prediction: ScenePrediction) -> AlignedTruth:
    """Read truth for the photos of a prediction; see `moe3d.io.scenes.truth_files`.

    Args:
        path: a folder with true depth, cameras or a cloud, or a file of one of them.
        prediction: its names find the files; its fused depth gives the scale.

    Returns:
        True depth (S, H, W) on the network's pixels, in the prediction's units; NaN where unknown.

    Raises:
        DatasetError: nothing there, nothing that fits the photos, or a broken file.
    """
    path = Path(path)
    files = read_truth_files(path, prediction.names)
    depth = _on_grid(files, prediction)
    scale = fit_scale(prediction.depth, depth, prediction)
    if files.depths and not np.isfinite(scale):
        raise DatasetError(f"{path}: no depth is known at any valid pixel of these photos")
    missing = prediction.num_views - len(files.depths)
    notes = (f"{missing} of {prediction.num_views} photos have no true depth",)
    has_depth = bool(files.depths)
    return AlignedTruth(
        source=path.name,
        depth=(depth / scale).astype(np.float32) if has_depth else depth.astype(np.float32),
        scale=scale,
        alignment=MEDIAN if has_depth else "no depth",
        usual_error=_usual_error(prediction, depth / scale) if has_depth else 0.1,
        camera_from_world=files.camera_from_world,
        intrinsics=_lenses(files, prediction),
        cloud=None if files.cloud_path is None else _finite(read_cloud(files.cloud_path)),
        notes=notes if has_depth and missing else (),
    )


def fit_scale(
    depth: Float32[np.ndarray, "S H W"],
    truth: Float[np.ndarray, "S H W"],
    prediction: ScenePrediction,
) -> float:
    """Ratio of medians, truth over a layer's depth, of pixels that have both; NaN without any."""
    known = np.isfinite(truth) & (truth > 0) & prediction.valid_mask
    known &= np.isfinite(depth) & (depth > 0)
    if not known.any():
        return float("nan")
    return lower_median(truth[known].astype(np.float64)) / lower_median(
        depth[known].astype(np.float64)
    )


def _usual_error(prediction: ScenePrediction, truth: Float64[np.ndarray, "S H W"]) -> float:
    base = prediction.baseline
    depths = [prediction.depth, *([] if base is None else [base.depth])]
    known = np.isfinite(truth) & prediction.valid_mask
    errors = np.concatenate([np.abs(depth[known] / truth[known] - 1) for depth in depths])
    errors = errors[np.isfinite(errors)]
    return max(float(np.quantile(errors, 0.98)), 1e-3) if errors.size else 0.1


def _on_grid(files: TruthFiles, prediction: ScenePrediction) -> Float64[np.ndarray, "S H W"]:
    """Nearest true depth at the centre of every pixel of the network's images; never blended."""
    found = np.full(prediction.depth.shape, np.nan)
    for index, depth in files.depths.items():
        name = prediction.names[index]
        found[index] = _sampled(depth, prediction.pixel_transforms[index], name)
    return found


def _sampled(
    depth: Float64[np.ndarray, "h w"], transform: PixelTransform, name: str
) -> Float64[np.ndarray, "H W"]:
    if depth.shape == (transform.height, transform.width):
        return depth
    height, width = depth.shape
    scale_x = width / transform.original_width
    scale_y = height / transform.original_height
    if abs(scale_x / scale_y - 1) > SHAPE_TOLERANCE:
        raise DatasetError(
            f"true depth of {name} is {width} x {height}; wanted the photo's "
            f"{transform.original_width} x {transform.original_height} or its shape, or the "
            f"network's {transform.width} x {transform.height}"
        )
    columns = np.stack([np.arange(transform.width), np.zeros(transform.width)], axis=1)
    rows = np.stack([np.zeros(transform.height), np.arange(transform.height)], axis=1)
    x = np.floor((transform.original_from_network(columns)[:, 0] + 0.5) * scale_x).astype(int)
    y = np.floor((transform.original_from_network(rows)[:, 1] + 0.5) * scale_y).astype(int)
    inside = ((y >= 0) & (y < height))[:, None] & ((x >= 0) & (x < width))
    picked = depth[np.clip(y, 0, height - 1)][:, np.clip(x, 0, width - 1)]
    return np.where(inside, picked, np.nan)


def _lenses(files: TruthFiles, prediction: ScenePrediction) -> Float64[np.ndarray, "S 3 3"] | None:
    if files.intrinsics is None:
        return None
    pairs = zip(files.intrinsics, prediction.pixel_transforms, strict=True)
    return np.stack([transform.network_intrinsics(matrix) for matrix, transform in pairs])


def _finite(points: np.ndarray) -> Float64[np.ndarray, "N 3"]:
    if points.ndim != 2 or points.shape[1] != 3:
        raise DatasetError(f"a true cloud must be points of three numbers; it is {points.shape}")
    points = points.astype(np.float64)
    return points[np.isfinite(points).all(axis=1)]
