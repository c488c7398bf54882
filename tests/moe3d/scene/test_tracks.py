"""Occlusion: a near plane hides the far one where a hand calculation says so."""

from dataclasses import replace

import numpy as np

from moe3d.scene.cloud import point_cloud
from moe3d.scene.layers import named_layer
from moe3d.scene.tracks import observe
from tests.scenes import step_prediction


def flat_scene(num_views: int = 3):
    """A plane at depth 2 seen by cameras a tenth apart: everything is seen by all in overlap."""
    scene = step_prediction(num_views=num_views)
    return replace(scene, depth=np.full_like(scene.depth, 2.0))


def observations(scene):
    cloud = point_cloud(scene, confidence_percentile=0)
    layer = named_layer(scene, "fused")
    return cloud, observe(cloud.points, cloud.view_index, layer, scene.valid_mask)


def test_a_plane_is_seen_by_every_photo_that_it_falls_into():
    scene = flat_scene()
    cloud, seen = observations(scene)
    width = scene.depth.shape[2]
    shift = width * 0.1 / 2  # focal length times baseline over depth, pixels
    in_second = (seen.view_index == 1) & (cloud.view_index[seen.point_index] == 0)
    columns = cloud.pixel_index[seen.point_index[in_second]] % width
    np.testing.assert_allclose(seen.pixels[in_second, 0], columns - shift, atol=1e-4)
    assert columns.min() == np.ceil(shift - 0.5 + 1e-9)


def test_every_point_is_seen_by_its_own_photo_at_its_own_pixel():
    scene = flat_scene()
    cloud, seen = observations(scene)
    own = seen.view_index == cloud.view_index[seen.point_index]
    assert own.sum() == len(cloud)
    pixel = cloud.pixel_index[seen.point_index[own]]
    width = scene.depth.shape[2]
    expected = np.stack([pixel % width, pixel // width], axis=1)
    np.testing.assert_allclose(seen.pixels[own], expected, atol=1e-4)


def test_a_point_behind_another_surface_is_not_seen():
    scene = flat_scene(num_views=2)
    depth = scene.depth.copy()
    depth[1] = 1.0  # the second photo sees a nearer wall
    _, seen = observations(replace(scene, depth=depth))
    cloud, _ = observations(replace(scene, depth=depth))
    from_first = cloud.view_index[seen.point_index] == 0
    assert not (from_first & (seen.view_index == 1)).any()


def test_invalid_depth_confirms_nothing():
    scene = flat_scene(num_views=2)
    valid = scene.valid_mask.copy()
    valid[1] = False
    _, seen = observations(replace(scene, valid_mask=valid))
    assert set(seen.view_index) == {0}
