import math

import pytest

from moe3d.evaluation.reports.markdown import number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.123456, "0.1235"),
        (150528.0, "150,528"),
        (-2e6, "-2,000,000"),
        (3.0, "3"),
        (9999.6, "10,000"),
    ],
)
def test_numbers_are_short_and_counts_are_whole(value, text):
    assert number(value) == text


def test_what_is_not_defined_is_a_dash():
    assert [number(value) for value in (math.nan, math.inf)] == ["-", "-"]
