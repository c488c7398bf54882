"""MoE3D: photos to depth, cameras and point clouds with mixture-of-experts VGGT.

The names below are the public interface; each is imported when it is first used, so that
``import moe3d`` stays quick and free of torch.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moe3d.inference.reconstructor import (
        ReconstructionOptions,
        Reconstructor,
        load_reconstructor,
    )
    from moe3d.io.export import ExportOptions, export
    from moe3d.io.images import read_views
    from moe3d.io.prediction_file import read_prediction, write_prediction
    from moe3d.io.video import VideoSampling
    from moe3d.progress import Progress
    from moe3d.scene.cloud import point_cloud
    from moe3d.scene.layers import depth_layer, layer_names
    from moe3d.scene.multiview import Agreement, Tracks
    from moe3d.scene.records import Mesh, PointCloud, ScenePrediction, View, ViewSet

__version__ = "0.1.0"

__all__ = [
    "Agreement",
    "ExportOptions",
    "Mesh",
    "PointCloud",
    "Progress",
    "ReconstructionOptions",
    "Reconstructor",
    "ScenePrediction",
    "Tracks",
    "VideoSampling",
    "View",
    "ViewSet",
    "depth_layer",
    "export",
    "layer_names",
    "load_reconstructor",
    "point_cloud",
    "read_prediction",
    "read_views",
    "write_prediction",
]

_HOMES = {
    "Agreement": "moe3d.scene.multiview",
    "ExportOptions": "moe3d.io.export",
    "Mesh": "moe3d.scene.records",
    "PointCloud": "moe3d.scene.records",
    "Progress": "moe3d.progress",
    "ReconstructionOptions": "moe3d.inference.reconstructor",
    "Reconstructor": "moe3d.inference.reconstructor",
    "ScenePrediction": "moe3d.scene.records",
    "Tracks": "moe3d.scene.multiview",
    "VideoSampling": "moe3d.io.video",
    "View": "moe3d.scene.records",
    "ViewSet": "moe3d.scene.records",
    "depth_layer": "moe3d.scene.layers",
    "export": "moe3d.io.export",
    "layer_names": "moe3d.scene.layers",
    "load_reconstructor": "moe3d.inference.reconstructor",
    "point_cloud": "moe3d.scene.cloud",
    "read_prediction": "moe3d.io.prediction_file",
    "read_views": "moe3d.io.images",
    "write_prediction": "moe3d.io.prediction_file",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'moe3d' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
