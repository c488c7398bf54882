"""Points of a layer in the form that the 3D view uploads."""

from moe3d.scene.records import ScenePrediction


def point_buffer(prediction: ScenePrediction, layer: str) -> object:
    """Every valid point of a layer, unfiltered; None where the 3D view is not there."""
    import moe3d

    return moe3d.point_cloud(prediction, layer=layer, confidence_percentile=0.0)
