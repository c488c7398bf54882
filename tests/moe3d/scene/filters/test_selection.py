"""Every filter of the registry, asked of the whole scene and of one pixel."""

import numpy as np
import pytest

from moe3d.scene.cloud import filtered_cloud
from moe3d.scene.filters import PointFilters, cloud_options, hiding_filters, select_pixels
from moe3d.scene.filters.registry import FILTER_OF, FILTERS, OPTIONS
from moe3d.scene.filters.selection import INVALID
from moe3d.scene.sky import with_sky
from tests.filter_scenes import LAYER, example, filtered_scene

SCENE = with_sky(filtered_scene())


def options(**settings):
    return cloud_options(PointFilters(**settings), layer=LAYER)


def some_pixels(taken, count=40):
    generator = np.random.default_rng(1)
    both = [np.argwhere(taken), np.argwhere(~taken)]
    return np.concatenate([generator.permutation(place)[:count] for place in both])


@pytest.mark.parametrize("name", OPTIONS)
def test_a_pixel_alone_is_answered_as_in_the_scene(name):
    chosen = options(**{name: example(name)})
    valid = select_pixels(SCENE, options()).keep
    taken = valid & ~select_pixels(SCENE, chosen).keep
    assert 0 < taken.sum() < valid.sum()
    for view, row, column in some_pixels(taken).tolist():
        found = hiding_filters(SCENE, chosen, view, row, column)
        if not valid[view, row, column]:
            assert found == (INVALID,)
        else:
            assert found == ((FILTER_OF[name],) if taken[view, row, column] else ())


def test_all_filters_together_are_each_named_and_counted_once():
    settings = {name: example(name) for name in OPTIONS}
    selection = select_pixels(SCENE, options(**settings))
    assert list(selection.removed_by) == list(OPTIONS)
    assert selection.num_valid - sum(selection.removed_by.values()) == selection.keep.sum()
    alone = {name: select_pixels(SCENE, options(**{name: example(name)})).keep for name in OPTIONS}
    view, row, column = 0, 5, 40
    wanted = {FILTER_OF[name] for name, keep in alone.items() if not keep[view, row, column]}
    found = hiding_filters(SCENE, options(**settings), view, row, column)
    wanted |= {"other_side"} & set(found)  # it goes by the other filters too
    assert found == tuple(item.name for item in FILTERS if item.name in wanted)
    assert "sky" in found


def test_a_filter_that_is_off_takes_and_names_nothing():
    selection = select_pixels(SCENE, options())
    assert dict(selection.removed_by) == {}
    assert selection.keep.sum() == selection.num_valid
    assert not any(item.is_on(PointFilters()) for item in FILTERS)


def test_a_cloud_has_the_points_that_its_options_leave():
    chosen = options(**{name: example(name) for name in ("hide_flying", "box", "experts")})
    cloud, kept = filtered_cloud(SCENE, chosen), select_pixels(SCENE, chosen).keep
    assert 0 < len(cloud) == kept.sum()
    pixels = np.flatnonzero(kept.ravel()) % kept[0].size
    np.testing.assert_array_equal(cloud.pixel_index, pixels)
