"""Flying points without truth: against a slow reference, by hand, and against the truth's own."""

import numpy as np
import pytest

from moe3d.errors import ShapeError
from moe3d.evaluation.flying_points import count_against_itself
from moe3d.evaluation.one_scene.scene_flying import flying_pixels
from moe3d.scene.flying_without_truth import count_without_truth, may_have_gaps
from tests.depth_maps import blurred, box_scene
from tests.moe3d.evaluation.test_flying_points import around, slow_jumps
from tests.scenes import step_prediction

ROWS, COLUMNS = 24, 40


def everywhere(depth):
    return np.ones(depth.shape, bool)


def plane_at(values, rows, columns, y, x):
    """A least-squares plane kept from tipping over by one squared pixel, at (y, x); by lstsq."""
    centred = np.stack([rows - rows.mean(), columns - columns.mean()], axis=1)
    ridge = np.sqrt(len(values)) * np.eye(2)
    slopes = np.linalg.lstsq(
        np.vstack([centred, ridge]),
        np.append(values - values.mean(), [0, 0]),
        rcond=None,
    )[0]
    return values.mean() + slopes @ [y - rows.mean(), x - columns.mean()]


def slow_answer(maps, v):
    """(band, covered, unresolved and flying of each map), pixel by pixel."""
    step, margin = np.log(1.1), 1.03
    steep = np.any([slow_jumps(m, v, 0.03) for m in maps], axis=0)
    logs = [np.log(m) for m in maps]
    mean = np.mean([log - np.median((log - logs[0])[v]) for log in logs], axis=0)
    core = np.array(
        [
            [v[y, x] and not around(steep, y, x, 1).any() for x in range(v.shape[1])]
            for y in range(v.shape[0])
        ]
    )
    counts = {"band": 0, "covered": 0, "unresolved": [0] * len(maps), "flying": [0] * len(maps)}
    for y, x in np.ndindex(v.shape):
        if not (v[y, x] and around(steep, y, x, 3).any()):
            continue
        counts["band"] += 1
        rows, columns = np.nonzero(core)
        nearby = np.maximum(abs(rows - y), abs(columns - x)) <= 7
        rows, columns = rows[nearby], columns[nearby]
        levels = mean[rows, columns]
        ordered = np.sort(levels)
        gaps = np.diff(ordered)
        if gaps.size == 0 or gaps.max() <= step:
            continue
        low, high = ordered[gaps.argmax()], ordered[gaps.argmax() + 1]
        near = (levels >= low - step) & (levels <= low)
        far = (levels >= high) & (levels <= high + step)
        if min(near.sum(), far.sum()) < 5:
            continue

        def plane(disparity, chosen, rows=rows, columns=columns, y=y, x=x):
            here = rows[chosen], columns[chosen]
            return plane_at(disparity[here], *here, y, x)

        if plane(np.exp(-mean), near) <= 1.1 * plane(np.exp(-mean), far):
            continue
        counts["covered"] += 1
        for index, depth in enumerate(maps):
            values = (1 / depth)[rows, columns]
            front = min(plane(1 / depth, near), values[near].min())
            back = max(plane(1 / depth, far), values[far].max())
            if front <= margin**2 * back:
                counts["unresolved"][index] += 1
            elif margin / depth[y, x] < front and 1 / depth[y, x] > margin * back:
                counts["flying"][index] += 1
    return counts


@pytest.mark.parametrize("seed", range(3))
def test_the_answer_is_that_of_a_slow_reference(seed):
    sharp = box_scene(seed)
    maps = [blurred(sharp, 0.6), 1.7 * blurred(sharp, 2.0)]
    valid = np.random.default_rng(seed).random(sharp.shape) > 0.02
    expected = slow_answer(maps, valid)
    first, second = count_without_truth(maps, valid)
    assert (first.band.sum(), first.covered.sum()) == (expected["band"], expected["covered"])
    assert [one.unresolved.sum() for one in (first, second)] == expected["unresolved"]
    assert [one.flying.sum() for one in (first, second)] == expected["flying"]
    assert expected["flying"][1] > 50


def test_swapped_maps_swap_their_answers_and_equal_maps_get_equal_ones():
    sharp, soft = box_scene(0), blurred(box_scene(0))
    mask = everywhere(sharp)
    a, b = count_without_truth((sharp, soft), mask)
    d, c = count_without_truth((soft, sharp), mask)
    np.testing.assert_array_equal(a.flying, c.flying)
    np.testing.assert_array_equal(b.flying, d.flying)
    assert b.rate > 0.2 > a.rate
    same = count_without_truth((soft, soft), mask)
    np.testing.assert_array_equal(same[0].flying, same[1].flying)


def test_a_scale_of_either_map_changes_nothing():
    sharp, soft = box_scene(1), blurred(box_scene(1))
    plain = count_without_truth((sharp, soft), everywhere(sharp))
    scaled = count_without_truth((sharp / 64, soft * 8), everywhere(sharp))
    assert plain[1].flying.sum() > 50
    for one, other in zip(plain, scaled, strict=True):
        np.testing.assert_array_equal(one.flying, other.flying)


def test_one_pixel_midway_flies_in_the_map_that_has_it_and_only_there():
    sharp = np.full((ROWS, COLUMNS), 1.0)
    sharp[:, 20:] = 2.0
    soft = sharp.copy()
    soft[:, 20] = 1.5
    first, second = count_without_truth((sharp, soft), everywhere(sharp))
    assert first.flying.sum() == 0
    assert second.flying.sum() == ROWS
    assert second.flying[:, 20].all()
    np.testing.assert_array_equal(first.covered, second.covered)


def test_stairs_on_a_slope_do_not_make_the_slope_fly():
    columns = np.arange(COLUMNS)
    slope = 1 / (1 - 0.012 * columns)  # a plane: disparity is affine
    stairs = 1 / (1 - 0.012 * 8 * (columns // 8))
    maps = [np.broadcast_to(one, (ROWS, COLUMNS)) for one in (slope, stairs)]
    answers = count_without_truth(maps, everywhere(maps[0]))
    assert answers[0].band.any()
    assert [answer.flying.sum() for answer in answers] == [0, 0]


def test_a_floor_that_runs_into_a_wall_does_not_fly():
    floor = 1 / np.linspace(1.0, 0.2, ROWS)  # ever steeper upwards, a plane all the same
    room = np.broadcast_to(np.minimum(floor, 3.0)[:, None], (ROWS, COLUMNS))
    answers = count_without_truth((room, room), everywhere(room))
    assert answers[0].band.any()
    assert answers[0].flying.sum() == 0


def test_what_no_map_has_an_edge_for_is_not_covered():
    ramp = np.broadcast_to(np.geomspace(1.0, 2.0, COLUMNS), (ROWS, COLUMNS))  # 1.8 % a pixel
    answers = count_without_truth((ramp, ramp), everywhere(ramp))
    assert answers[0].band.sum() == 0
    assert np.isnan(answers[0].rate)


def test_invalid_pixels_are_never_judged():
    soft = blurred(box_scene(0))
    holes = np.where(np.arange(soft.shape[1]) % 3 == 0, np.nan, soft)
    answers = count_without_truth((soft, holes), everywhere(soft))
    assert not any(answer.flying[:, ::3].any() for answer in answers)
    assert answers[0].flying.any()


@pytest.mark.parametrize(("first", "second"), [(0.0, 1.4), (1.0, 2.0), (2.0, 0.7)])
def test_what_flies_flies_by_the_truth_too_and_the_blurrier_map_has_more(first, second):
    for seed in range(3):
        truth = box_scene(seed, 96, 128)
        maps = [blurred(truth, first), blurred(truth, second)]
        without = count_without_truth(maps, everywhere(truth))
        known = [count_against_itself(one, truth) for one in maps]
        flagged = sum(int(one.flying.sum()) for one in without)
        agreed = sum(
            int((one.flying & other.flying).sum())
            for one, other in zip(without, known, strict=True)
        )
        assert agreed > 0.9 * flagged > 0
        assert (without[0].rate < without[1].rate) == (known[0].rate < known[1].rate)


def test_the_layers_of_a_scene_are_judged_at_the_same_edges():
    prediction = step_prediction()  # VGGT smears the step over five columns
    found = flying_pixels(prediction, ("fused", "vggt", "expert:1"))
    assert found["fused"].num_flying == 0
    assert found["vggt"].num_flying == 2 * 28 * 5
    assert found["vggt"].num_covered == found["fused"].num_covered > 0
    assert found["expert:1"].unresolved_share == 1.0  # one plane knows no step
    truth = prediction.depth.astype(float)
    against = flying_pixels(prediction, ("fused", "vggt"), truth)
    assert against["vggt"].against_truth
    assert against["fused"].num_flying == 0 < against["vggt"].num_flying
    nothing = flying_pixels(prediction, ("fused",), np.full_like(truth, np.nan))
    assert np.isnan(nothing["fused"].rate)


def test_maps_of_different_shapes_are_refused():
    with pytest.raises(ShapeError, match="one mask of their shape"):
        count_without_truth((np.ones((4, 4)), np.ones((4, 5))), np.ones((4, 4), bool))


@pytest.mark.parametrize("spread", [0.3, 3.0, 30.0])  # 30: more bins than a number has bits
def test_no_gap_is_overlooked_and_slopes_without_one_are(spread):
    random = np.random.default_rng(7)
    level = (spread * random.random((30, 40)) ** 3).astype(np.float32)
    level[random.random(level.shape) < 0.7] = np.nan
    step, radius, gaps = 0.0953, 2, np.zeros(level.shape, bool)
    for y, x in np.ndindex(level.shape):
        near = around(level, y, x, radius)
        ordered = np.sort(near[np.isfinite(near)])
        gaps[y, x] = len(ordered) > 1 and np.diff(ordered).max() > step
    found = may_have_gaps(level, step, radius)
    assert gaps.any()
    assert not (gaps & ~found).any()
    slope = np.linspace(0, 2, 60, dtype=np.float32)[None].repeat(5, axis=0)  # 0.034 a pixel
    assert not may_have_gaps(slope, step, radius).any()
    assert not may_have_gaps(np.full_like(slope, np.nan), step, radius).any()
