"""A known length makes everything metric, refined layers too."""

import numpy as np

from moe3d.scene.scale import in_metres
from tests.scenes import refined_prediction


def test_refined_depth_and_tracks_come_along():
    prediction = refined_prediction()
    metric = in_metres(prediction, 3.0)
    np.testing.assert_allclose(metric.refined_depth, 3 * prediction.refined_depth, rtol=1e-6)
    np.testing.assert_allclose(
        metric.baseline.refined_depth, 3 * prediction.baseline.refined_depth, rtol=1e-6
    )
    np.testing.assert_allclose(metric.tracks.points, [[0.3, 0.6, 3.0]], rtol=1e-6)
    np.testing.assert_array_equal(metric.tracks.pixels, prediction.tracks.pixels)
    np.testing.assert_array_equal(metric.support, prediction.support)
