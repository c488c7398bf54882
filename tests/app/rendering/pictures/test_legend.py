"""What legends say: round numbers where they belong."""

import numpy as np
import pytest

from moe3d_viewer.rendering.pictures.legend import (
    MOST_CLASSES,
    MOST_TICKS,
    LegendClass,
    LegendScale,
    bar_legend,
    class_legend,
    round_values,
)

TABLE = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)


def written(scale: LegendScale) -> dict[str, float]:
    return {tick.text: round(tick.share, 6) for tick in scale.ticks()}


def test_numbers_are_round_and_stand_where_their_values_are():
    assert written(LegendScale(0.4, 1.4)) == {
        "0.4": 0.0,
        "0.6": 0.2,
        "0.8": 0.4,
        "1.0": 0.6,
        "1.2": 0.8,
        "1.4": 1.0,
    }
    assert list(written(LegendScale(0, 1000))) == ["0", "200", "400", "600", "800", "1000"]


def test_signed_numbers_have_a_sign_and_zero_stands_in_the_middle():
    found = written(LegendScale(-5, 5, is_signed=True))
    assert list(found) == ["\u22124", "\u22122", "0", "+2", "+4"]
    assert found["0"] == 0.5


def test_a_logarithmic_bar_has_powers_at_equal_steps():
    found = written(LegendScale(1, 100, is_log=True))
    assert found["1"] == 0
    assert found["10"] == pytest.approx(0.5)
    assert found["100"] == pytest.approx(1)
    narrow = written(LegendScale(4.8, 13.6, is_log=True))  # no three powers: round values
    assert list(narrow) == ["6", "8", "10", "12"]
    assert narrow["6"] == pytest.approx(np.log(6 / 4.8) / np.log(13.6 / 4.8), abs=1e-5)


@pytest.mark.parametrize("seed", range(40))
def test_any_range_has_a_few_numbers_inside_it(seed):
    random = np.random.default_rng(seed)
    low = random.normal() * 10 ** random.uniform(-4, 4)
    high = low + 10 ** random.uniform(-3, 5)
    for is_log in (False, low > 0):
        ticks = LegendScale(low, high, is_log=is_log).ticks()
        assert 2 <= len(ticks) <= MOST_TICKS
        assert all(-1e-6 <= tick.share <= 1 + 1e-6 for tick in ticks)
        assert len({tick.text for tick in ticks}) == len(ticks)


def test_a_range_without_width_has_its_one_value():
    assert round_values(3.0, 3.0) == [3.0]
    assert [tick.text for tick in LegendScale(3.0, 3.0).ticks()] == ["3"]
    assert LegendScale(float("nan"), 1.0).ticks() == ()


def test_a_bar_keeps_its_colours_from_low_to_high_and_names_its_unit():
    made = bar_legend("Depth", "m", LegendScale(1, 2), TABLE, ends=("near", "far"))
    assert made.heading == "Depth, m"
    assert made.bar[0] == (0, 0, 0)
    assert made.bar[-1] == (255, 255, 255)
    assert (made.low_text, made.high_text) == ("near", "far")


def test_more_classes_than_fit_are_counted():
    many = [LegendClass((n, n, n), str(n)) for n in range(30)]
    made = class_legend("Photos", many, lambda n: LegendClass((0, 0, 0), f"and {n} more"))
    assert len(made.classes) == MOST_CLASSES
    assert made.classes[-1].text == "and 21 more"
    assert class_legend("Photos", many[:MOST_CLASSES]).classes[-1].text == str(MOST_CLASSES - 1)
