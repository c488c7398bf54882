"""The surface's direction at every point of a layer, as the 3D view uploads it."""

import numpy as np
from jaxtyping import Int8

from moe3d.progress import Progress
from moe3d.scene.records import ScenePrediction


def point_normals(
    prediction: ScenePrediction, layer: str, progress: Progress
) -> Int8[np.ndarray, "N 4"]:
    """Normals from each photo's depth, by the very code that exports them; see `packed_normals`.

    Args:
        prediction: is not changed.
        layer: depth layer of the points.
        progress: told before the work begins.

    Returns:
        Towards the camera that saw the point, in the order of the layer's buffer.
    """
    from app.rendering.point_normals import packed_normals
    from app.rendering.point_order import point_order
    from moe3d.scene.cloud import point_cloud

    progress.report(f"normals of {layer}")
    cloud = point_cloud(prediction, layer=layer, confidence_percentile=0.0, normals=True)
    assert cloud.normals is not None
    return packed_normals(cloud.normals)[point_order(cloud.points).order]
