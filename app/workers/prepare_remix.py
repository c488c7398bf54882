"""Makes a cloud ready to be re-mixed."""

from app.state.what_if import Remixer
from moe3d.progress import Progress
from moe3d.scene.records import ScenePrediction


def prepare_remix(prediction: ScenePrediction, progress: Progress) -> Remixer:
    """Which pixel every point of the fused cloud comes from."""
    from app.rendering.remix_cloud import remix_cloud
    from moe3d.scene.cloud import point_cloud

    progress.report("pixel of every point")
    return remix_cloud(prediction, point_cloud(prediction, "fused", confidence_percentile=0.0))
