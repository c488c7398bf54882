"""What a window holds for its points, counted without asking its own records."""

from dataclasses import fields

import numpy as np

from moe3d.scene.records import ScenePrediction
from moe3d_viewer.viewer import Viewer
from moe3d_viewer.widgets.viewport.cloud_view import CloudView


def bytes_of(prediction: ScenePrediction) -> int:
    """The result itself, which is there with or without a picture of it."""
    parts = [part for part in (prediction, prediction.baseline) if part is not None]
    held = [getattr(part, field.name) for part in parts for field in fields(part)]
    arrays = {id(value): value for value in held if isinstance(value, np.ndarray)}
    return sum(array.nbytes for array in arrays.values())


def gpu_bytes(viewer: Viewer) -> int:
    """All vertex buffers with points, as OpenGL tells them."""
    view = viewer.window.findChild(CloudView, "leftCloudView")
    view.makeCurrent()
    sizes = [sum(points.sizes) for points in viewer.window.scene_view.points.stored]
    view.doneCurrent()
    return sum(sizes)
