"""Rings in 3D: one for every depth that is said of a pixel, on the ray of its camera."""

import numpy as np
import pytest

from moe3d_viewer.rendering.pictures.readout import read_pixel, world_position
from moe3d_viewer.rendering.space.hypotheses import pixel_hypotheses
from tests.scenes import REFINED_FAR, refined_prediction


def test_refined_depths_have_rings_of_their_own():
    prediction = refined_prediction()
    found = pixel_hypotheses(prediction, (1, 36, 9), read_pixel(prediction, 1, 36, 9), "okabe-ito")
    assert found.names[4:] == ("fused", "refined", "vggt", "vggt-refined")
    assert found.points[4:, 2] == pytest.approx([2, REFINED_FAR, 2, 2], rel=1e-6)
    # photo 2 stands at x = 0.1; pixel 36 lies 15 / 42 to the right of its middle, a unit away
    np.testing.assert_allclose(found.points[5, 0], 0.1 + REFINED_FAR * 15 / 42, rtol=1e-6)
    x, _, z = world_position(prediction, "vggt-refined", (1, 9, 36), 2.0)
    assert (x, z) == pytest.approx((0.1 + 2 * 15 / 42, 2))
