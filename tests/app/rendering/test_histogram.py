import numpy as np

from app.rendering.histogram import histogram_of_sorted


def test_counts_are_those_of_numpy_inside_the_ends():
    values = np.sort(np.random.default_rng(0).gamma(2, 2, 20_001).astype(np.float32))
    found = histogram_of_sorted(values, 40)
    low, high = values[100], values[19_900]
    np.testing.assert_allclose(found.edges[[0, -1]], (low, high), rtol=1e-6)
    by_numpy, _ = np.histogram(values, found.edges)
    np.testing.assert_allclose(found.counts[1:-1], by_numpy[1:-1], atol=1)
    assert found.counts.sum() == len(values)


def test_infinite_values_and_none_at_all():
    values = np.array([-np.inf, 1, 1, 1, np.inf], np.float32)
    assert histogram_of_sorted(values, 4).counts.sum() == 5
    assert histogram_of_sorted(np.zeros(0, np.float32), 4).counts.tolist() == [0, 0, 0, 0]
