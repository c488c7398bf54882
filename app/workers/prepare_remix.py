"""Makes a cloud ready to be re-mixed."""

from typing import cast

from app.state.scene_display import CloudDisplay
from app.state.what_if import Remixer
from moe3d.progress import Progress
from moe3d.scene.records import ScenePrediction


def prepare_remix(prediction: ScenePrediction, cloud: CloudDisplay, progress: Progress) -> Remixer:
    """The rays of the points of the fused cloud."""
    from app.rendering.point_buffer import PointBuffer
    from app.rendering.remix_cloud import remix_cloud

    progress.report("rays of every point")
    return remix_cloud(prediction, cast(PointBuffer, cloud.buffer))
