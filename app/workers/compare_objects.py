"""Objects against the result, or against each other: fitted, and measured."""

import numpy as np
from jaxtyping import Float

from moe3d import CloudAlignment, Progress
from moe3d_viewer.state.objects.distances import MeasuredDistances
from moe3d_viewer.state.objects.reference import ReferenceCloud
from moe3d_viewer.state.objects.scene_object import SceneObject


def fit_object(
    item: SceneObject, reference: ReferenceCloud, with_scale: bool, progress: Progress
) -> CloudAlignment:
    """Where an object that lies roughly right has to go, in the world."""
    from moe3d import align_closer

    target = reference_points(reference, progress)
    return align_closer(world_points(item), target, with_scale, progress)


def measure_object(
    item: SceneObject, reference: ReferenceCloud, progress: Progress
) -> MeasuredDistances:
    """Distance of every point of an object to what it is compared with."""
    from moe3d import cloud_distances, summarize_distances

    target = reference_points(reference, progress)
    distances = cloud_distances(world_points(item), target, progress)
    return MeasuredDistances(distances, summarize_distances(distances))


def reference_points(reference: ReferenceCloud, progress: Progress) -> Float[np.ndarray, "N 3"]:
    """Points in the world: those that the filters leave of a result, or all of an object."""
    from moe3d import cloud_options, filtered_cloud

    if reference.other is not None:
        return world_points(reference.other)
    assert reference.prediction is not None
    assert reference.filters is not None
    progress.report("take points")
    options = cloud_options(reference.filters, layer=reference.layer)
    cloud = filtered_cloud(reference.prediction, options)
    return cloud.points.astype(np.float64) / reference.units_per_world


def world_points(item: SceneObject) -> Float[np.ndarray, "N 3"]:
    """All points of an object, in the world."""
    return item.positions.astype(np.float64) @ item.matrix[:3, :3].T + item.matrix[:3, 3]
