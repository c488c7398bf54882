"""Depth edges of a step and of slopes that are known."""

import numpy as np
import pytest

from moe3d.errors import UsageError
from moe3d.geometry.edges import depth_edges


def test_a_step_marks_the_column_on_either_side():
    depth = np.where(np.arange(10) < 5, 1.0, 2.0) * np.ones((6, 1))
    edges = depth_edges(depth, 0.03)
    assert edges[:, [4, 5]].all()
    assert edges.sum() == 2 * 6


def test_the_threshold_is_relative_to_the_centre():
    depth = 1 + 0.01 * np.arange(10) * np.ones((4, 1))  # max - min is 0.02 inside
    assert not depth_edges(depth, 0.021).any()
    assert depth_edges(depth, 0.0195)[:, 1:3].all()
    np.testing.assert_array_equal(
        depth_edges(depth, 0.0195), depth_edges((1000 * depth)[None], 0.0195)[0]
    )


def test_unknown_neighbours_make_no_edge():
    depth = np.ones((5, 5))
    depth[2, 2], depth[0, 0] = np.nan, 0
    valid = np.ones((5, 5), bool)
    valid[4, 4] = False
    depth[4, 4] = 100
    assert not depth_edges(depth, 0.03, valid).any()


def test_views_do_not_touch_each_other():
    depth = np.stack([np.ones((3, 3)), np.full((3, 3), 9.0)])
    assert not depth_edges(depth, 0.03).any()


def test_a_threshold_of_nothing_is_refused():
    with pytest.raises(UsageError, match="above 0"):
        depth_edges(np.ones((3, 3)), 0.0)
