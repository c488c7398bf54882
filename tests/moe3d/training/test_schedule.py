import pytest

from moe3d.training.loop import gate_temperature, learning_rate_factor


@pytest.mark.parametrize(
    ("step", "factor"),
    [(0, 0.1), (4, 0.5), (9, 1.0), (10, 1.0), (60, 0.51), (110, 0.02), (500, 0.02)],
)
def test_learning_rate_climbs_in_a_line_and_falls_as_a_cosine(step, factor):
    assert learning_rate_factor(step, total=110, warm_up=10) == pytest.approx(factor)


@pytest.mark.parametrize(
    ("step", "temperature"), [(0, 1.0), (35, 0.1**0.5), (70, 0.1), (85, 0.1), (100, 0.1)]
)
def test_gate_temperature_falls_by_equal_factors_and_then_rests(step, temperature):
    assert gate_temperature(step, total=100) == pytest.approx(temperature)
