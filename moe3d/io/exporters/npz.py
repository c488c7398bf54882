"""The whole prediction as research arrays."""

from pathlib import Path

import numpy as np

from moe3d.io.export_job import Content, Exporter, ExportJob
from moe3d.io.prediction_file import prediction_arrays, read_prediction
from moe3d.scene.records import ScenePrediction


def _write(job: ExportJob, path: Path) -> Content:
    with path.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **prediction_arrays(job.prediction))
    return _facts(job.prediction.depth)


def _reread(path: Path) -> Content:
    return _facts(read_prediction(path).depth)


def _facts(depth: np.ndarray) -> Content:
    shape = dict(zip(("views", "height", "width"), depth.shape, strict=True))
    return Content(details={"depth": shape, "filters": "none: every pixel is in the file"})


def _pixel_bytes(prediction: ScenePrediction) -> float:
    arrays = prediction_arrays(prediction).values()
    return sum(array.nbytes for array in arrays) / max(prediction.depth.size, 1)


NPZ = Exporter("Research arrays (NPZ)", ".npz", _write, _reread, bytes_per_pixel=_pixel_bytes)
