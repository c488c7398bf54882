"""The k-th smallest against a plain sort."""

import numpy as np
import pytest

from moe3d.scene.filters.ranks import kth_smallest

ODD = [0.0, -0.0, np.inf, -np.inf, 1e-45, -1e-45, 3e38, -3e38]


@pytest.mark.parametrize("rank", [0, 1, 7, 100, 1500, 3007])
def test_the_value_at_a_rank_is_that_of_the_sorted_values(rank):
    generator = np.random.default_rng(0)
    parts = [generator.normal(size=1000).astype(np.float32) for _ in range(3)]
    parts.append(np.array(ODD, np.float32))
    everything = np.sort(np.concatenate(parts))
    assert kth_smallest(lambda: parts, rank) == everything[rank]


def test_unknown_values_are_the_lowest():
    part = np.array([1.0, np.nan, 2.0, np.nan], np.float32)
    assert [kth_smallest(lambda: [part], rank) for rank in range(4)] == [-np.inf, -np.inf, 1, 2]


def test_equal_values_are_found():
    part = np.full(50, 1.25, np.float32)
    assert kth_smallest(lambda: [part, part], 99) == 1.25
