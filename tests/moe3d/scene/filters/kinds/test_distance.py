"""The distance from the camera, against the analytic step; the rest by the contract of filters."""

from dataclasses import replace

import numpy as np
import pytest

from moe3d.errors import UsageError
from moe3d.scene.filters import PointFilters, cloud_options, select_pixels
from moe3d.scene.filters.kinds.distance import DISTANCE
from moe3d.scene.scale import in_metres
from tests.scenes import step_prediction

SCENE = step_prediction()
HEIGHT, WIDTH = SCENE.depth.shape[1:]


def kept(scene=SCENE, **settings):
    return select_pixels(scene, cloud_options(PointFilters(**settings), layer="fused")).keep


def by_hand():
    """z times the length of the ray, whose focal length is the width."""
    u, v = np.meshgrid(np.arange(WIDTH) - WIDTH / 2, np.arange(HEIGHT) - HEIGHT / 2)
    return SCENE.depth * np.sqrt(1 + (u**2 + v**2) / WIDTH**2)


@pytest.mark.parametrize(("least", "most"), [(1.03, None), (None, 2.07), (1.03, 2.07)])
def test_points_stay_whose_ray_is_as_long_as_was_asked_for(least, most):
    wanted = np.ones(SCENE.depth.shape, bool)
    if least is not None:
        wanted &= by_hand() >= least
    if most is not None:
        wanted &= by_hand() <= most
    assert 0 < wanted.sum() < wanted.size
    np.testing.assert_array_equal(kept(min_distance=least, max_distance=most), wanted)


def test_each_photo_measures_from_its_own_camera():
    cameras = SCENE.camera_from_world.copy()
    cameras[1, :3, 3] = (50.0, -3.0, 7.0)
    moved = replace(SCENE, camera_from_world=cameras)
    np.testing.assert_array_equal(kept(moved, max_distance=2.07), kept(max_distance=2.07))


def test_metres_are_metres_once_a_scale_is_known():
    scaled = in_metres(SCENE, 3.0)
    np.testing.assert_array_equal(kept(scaled, max_distance=6.21), kept(max_distance=2.07))


def test_its_chip_says_which_end_it_cuts_and_in_what_unit():
    assert DISTANCE.label(PointFilters(min_distance=0.5)) == "nearer than 0.5"
    assert DISTANCE.label(PointFilters(max_distance=12.0), "m") == "farther than 12 m"
    both = PointFilters(min_distance=0.5, max_distance=2.0)
    assert DISTANCE.label(both, "m") == "nearer than 0.5 m or farther than 2 m"


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan")])
def test_a_distance_that_is_none_is_refused(bad):
    with pytest.raises(UsageError, match="above 0"):
        PointFilters(max_distance=bad)
