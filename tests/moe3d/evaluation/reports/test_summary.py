"""Summaries against values found by hand and another bootstrap."""

import numpy as np
import pytest
from scipy.stats import bootstrap

from moe3d.evaluation.boundary import count_occlusions
from moe3d.evaluation.reports.columns import Column, counts_as_rows, pooled_value, scene_value
from moe3d.evaluation.reports.scene_files import SceneResult
from moe3d.evaluation.reports.summary import summarise
from tests.depth_maps import box_scene, shifted


def results(**values):
    return [
        SceneResult(f"scene {index}", model, ({"x": value},))
        for model, many in values.items()
        for index, value in enumerate(many)
    ]


def test_means_medians_and_paired_differences_by_hand():
    summary = summarise(results(a=[1, 2, 6], b=[2, 2, 2]), [Column("x", "lower")])
    cell = summary.cell("a", "x")
    assert (cell.mean, cell.median, cell.num_scenes) == (3, 2, 3)
    (difference,) = summary.differences
    assert (difference.mean, difference.ratio, difference.first_better) == (1, 1.5, 1)


def test_intervals_are_those_of_scipy_within_the_noise_of_resampling():
    values = np.random.default_rng(0).gamma(2, size=40)
    interval = summarise(results(a=values), [Column("x")]).cell("a", "x").interval
    other = bootstrap((values,), np.mean, method="percentile", rng=1).confidence_interval
    assert interval.low == pytest.approx(other.low, rel=0.03)
    assert interval.high == pytest.approx(other.high, rel=0.03)


def test_the_same_results_give_the_same_interval():
    many = results(a=[1, 5, 2, 8], b=[2, 2, 3, 1])
    assert summarise(many, [Column("x")]) == summarise(many, [Column("x")])


def test_scenes_that_one_model_misses_are_no_pair():
    many = [*results(a=[1, 2], b=[5, 5]), SceneResult("scene 2", "a", ({"x": 9},))]
    many.append(SceneResult("scene 2", "b", error="broken"))
    (difference,) = summarise(many, [Column("x")]).differences
    assert (difference.num_scenes, difference.mean) == (2, -3.5)


def test_one_scene_has_no_interval():
    assert np.isnan(summarise(results(a=[1]), [Column("x")]).cell("a", "x").interval.low)


def test_shares_pool_their_counts_and_means_their_weights():
    rows = [{"x": 0.5, "part": 1, "whole": 2, "n": 1}, {"x": 0.1, "part": 1, "whole": 10, "n": 3}]
    assert scene_value(rows, Column("share", ratio=("part", "whole"))) == 2 / 12
    assert pooled_value(rows, Column("x", weight="n")) == pytest.approx((0.5 + 0.3) / 4)
    assert pooled_value(rows, Column("x")) == pytest.approx(0.3)


def test_means_over_scenes_photos_and_pixels_are_three_numbers():
    rows = ({"x": 0.0, "n": 1}, {"x": 0.3, "n": 1}, {"x": 0.3, "n": 2})
    many = [SceneResult("one", "a", rows), SceneResult("two", "a", ({"x": 1.0, "n": 6},))]
    cell = summarise(many, [Column("x", weight="n")]).cell("a", "x")
    assert cell.mean == pytest.approx((0.2 + 1) / 2)
    assert cell.row_mean == pytest.approx(1.6 / 4)
    assert cell.pooled == pytest.approx((0.3 + 0.6 + 6) / 10)


def test_an_expert_is_dead_over_the_data_set_not_over_one_scene():
    # of 2 experts one is dead below 5 %: scenes 0 of 100 and 9 of 100, together 4.5 %
    rows = [{"dead": 1, "wins": [100, 0]}, {"dead": 0, "wins": [91, 9]}]
    column = Column("dead", wins="wins")
    assert scene_value(rows, column) == 0.5
    assert pooled_value(rows, column) == 1
    assert pooled_value([*rows, {"dead": 0, "wins": [80, 20]}], column) == 0
    assert np.isnan(pooled_value([*rows, {"dead": 0, "wins": [1, 1, 1]}], column))


def test_boundary_counts_survive_a_file_and_pool():
    counts = [
        count_occlusions(shifted(box_scene(0)), box_scene(0)),
        count_occlusions(box_scene(1), box_scene(1)),
    ]
    rows = [{"f1": one.f1, "counts": counts_as_rows(one)} for one in counts]
    pooled = pooled_value(rows, Column("f1", counts="counts"))
    assert pooled == pytest.approx((counts[0] + counts[1]).f1)


def test_undefined_values_are_left_out():
    rows = [{"x": None}, {"x": 2.0}, {"x": float("nan")}]
    assert scene_value(rows, Column("x")) == 2
    assert np.isnan(scene_value([{"x": None}], Column("x")))
