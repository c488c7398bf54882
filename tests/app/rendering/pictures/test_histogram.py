import numpy as np
import pytest

from moe3d_viewer.rendering.pictures.histogram import Histogram, histogram_of_sorted
from moe3d_viewer.rendering.pictures.value_axis import ValueAxis

RANDOM_SEED = 0
NUM = 20_001


def sorted_floats(values) -> np.ndarray:
    return np.sort(np.asarray(values).astype(np.float32))


def heavy_tail(kind: str) -> np.ndarray:
    """Sorted values most of which lie in a corner of their range."""
    random = np.random.default_rng(RANDOM_SEED)
    made = {
        "ratios": lambda: np.exp(2 * random.normal(size=NUM)),
        "above one": lambda: 1 + 0.01 * np.exp(2 * random.normal(size=NUM)),
        "both signs": lambda: random.standard_t(1, NUM),
    }
    return sorted_floats(made[kind]())


@pytest.mark.parametrize("spread", ["linear", "ratios", "above one", "both signs"])
def test_counts_are_those_of_numpy_and_nothing_from_beyond_the_ends_is_among_them(spread):
    random = np.random.default_rng(RANDOM_SEED)
    values = sorted_floats(random.gamma(2, 2, NUM)) if spread == "linear" else heavy_tail(spread)
    found = histogram_of_sorted(values, 40)
    low, high = found.axis.low, found.axis.high
    by_numpy, _ = np.histogram(values, found.axis.edges(40))
    np.testing.assert_allclose(found.counts, by_numpy, atol=1)
    assert found.num_below == np.sum(values < np.float32(low))
    assert found.num_above == np.sum(values > np.float32(high))
    assert found.num_below + found.counts.sum() + found.num_above == NUM


def test_values_of_one_size_keep_a_straight_axis_without_broken_bars():
    values = sorted_floats(np.random.default_rng(RANDOM_SEED).gamma(2, 2, NUM))
    found = histogram_of_sorted(values, 40)
    assert not found.axis.is_log
    assert (found.axis.low, found.axis.high) == pytest.approx((values[100], values[19_900]))
    assert not found.is_broken.any()
    np.testing.assert_allclose(found.heights, found.counts / found.counts.max())


@pytest.mark.parametrize(
    ("kind", "is_log"), [("ratios", True), ("above one", False), ("both signs", False)]
)
def test_a_heavy_tail_leaves_most_values_a_good_part_of_the_axis(kind, is_log):
    values = heavy_tail(kind)
    on_straight = np.histogram(values, np.linspace(values[100], values[19_900], 81))[0]
    assert on_straight.max() > 0.3 * NUM  # one spike
    found = histogram_of_sorted(values, 80)
    assert found.axis.is_log is is_log
    tenth, ninetieth = (found.axis.share(float(values[place])) for place in (2000, 18_000))
    assert ninetieth - tenth >= 0.2
    assert np.sum(found.heights > 0.1) >= 16
    assert found.num_below > 0
    assert found.num_above > 0


def test_one_bar_over_all_others_is_broken_and_the_others_are_seen():
    spread = np.linspace(1, 2, 2000)
    values = sorted_floats(np.concatenate([np.full(8000, 1.5), spread]))
    found = histogram_of_sorted(values, 80)
    assert np.flatnonzero(found.is_broken).tolist() == [int(found.counts.argmax())]
    others = np.delete(found.heights, int(found.counts.argmax()))
    np.testing.assert_allclose(others, 1 / 3, atol=0.06)


def test_infinite_values_and_none_at_all():
    values = np.array([-np.inf, 1, 1, 1, np.inf], np.float32)
    found = histogram_of_sorted(values, 4)
    assert (found.num_below, int(found.counts.sum()), found.num_above) == (1, 3, 1)
    nothing = histogram_of_sorted(np.zeros(0, np.float32), 4)
    assert nothing.counts.tolist() == nothing.heights.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("axis", [ValueAxis(-3, 5), ValueAxis(0.01, 40, is_log=True)])
def test_places_and_values_of_an_axis_are_each_others_way_back(axis):
    assert (axis.share(axis.low), axis.share(axis.high)) == pytest.approx((0, 1))
    for share in (-0.5, 0, 0.3, 1, 1.2):
        assert axis.share(axis.value(share)) == pytest.approx(share)
    np.testing.assert_allclose(axis.edges(4), [axis.value(n / 4) for n in range(5)])


def test_equal_steps_of_a_logarithmic_axis_are_equal_ratios():
    axis = ValueAxis(1, 100, is_log=True)
    assert axis.value(0.5) == pytest.approx(10)
    assert axis.share(0) == -np.inf
    middle = Histogram(axis, np.ones(2, np.int64)).centres
    np.testing.assert_allclose(middle, [100**0.25, 100**0.75])
