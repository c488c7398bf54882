import pytest

from moe3d.progress import ProgressReport
from moe3d_viewer.state.run.run_forecast import (
    ON_CPU,
    Place,
    Step,
    corrected_paces,
    expected_seconds,
    forecast,
    place_of,
)

THREE = {Step.NETWORK: 10.0, Step.MATCH: 20.0, Step.SHOW: 10.0}


def test_more_photos_take_longer_in_every_step_that_looks_at_photos():
    few, many = expected_seconds(4, on_server=True), expected_seconds(8, on_server=True)
    assert list(few) == list(Step)
    once = (Step.LOAD, Step.WAIT)
    assert all(many[step] > few[step] for step in Step if step not in once)


def test_only_another_machine_is_sent_photos():
    here, there = expected_seconds(4), expected_seconds(4, on_server=True)
    assert set(there) - set(here) == {Step.SEND, Step.WAIT, Step.FETCH}
    assert next(iter(there)) is Step.SEND


def test_the_steps_are_those_of_the_run():
    only = [Step.LOAD, Step.PHOTOS, Step.NETWORK, Step.SHOW]
    assert list(expected_seconds(8, refine="off")) == only
    assert list(expected_seconds(1)) == only
    assert Step.REFINE not in expected_seconds(8, refine="cameras")
    assert Step.ADJUST in expected_seconds(8, refine="cameras")


def test_a_card_and_a_large_model_change_the_networks_part_alone():
    plain = expected_seconds(8)
    on_card = expected_seconds(8, on_card=True)
    large = expected_seconds(8, is_built_in=False)
    assert on_card[Step.NETWORK] < plain[Step.NETWORK] < large[Step.NETWORK]
    assert on_card[Step.ADJUST] == plain[Step.ADJUST] == large[Step.ADJUST]


def test_before_anything_is_known_what_remains_is_what_is_expected():
    found = forecast(THREE, {}, Place(Step.NETWORK))
    assert found.share == 0
    assert found.remaining_s == pytest.approx(40)


def test_a_run_that_keeps_to_the_table_is_half_over_half_way():
    found = forecast(THREE, {Step.NETWORK: 10.0, Step.MATCH: 10.0}, Place(Step.MATCH, 1, 2))
    assert found.remaining_s == pytest.approx(20)
    assert found.share == pytest.approx(0.5)


def test_a_run_twice_as_slow_as_the_table_is_believed_to_stay_so():
    slow = forecast(THREE, {Step.NETWORK: 20.0, Step.MATCH: 20.0}, Place(Step.MATCH, 1, 2))
    # 20 s more of this step by its own share, and the rest at about twice the table's pace
    pace = (20 + 2) / (10 + 2)
    assert slow.remaining_s == pytest.approx(20 + 10 * pace)


def test_a_step_without_a_count_that_goes_on_past_its_time_still_ends_some_time():
    late = forecast(THREE, {Step.NETWORK: 30.0}, Place(Step.NETWORK))
    assert late.remaining_s == pytest.approx(3 + 30)


def test_a_step_that_was_left_out_is_not_waited_for():
    found = forecast(THREE, {Step.NETWORK: 10.0}, Place(Step.SHOW))
    assert found.remaining_s == pytest.approx(10)


def test_a_step_that_comes_again_brings_back_no_other_one():
    spent = {Step.NETWORK: 10.0, Step.MATCH: 20.0}
    again = forecast(THREE, spent, Place(Step.NETWORK), reached=Step.MATCH)
    assert again.remaining_s == pytest.approx(1 + 10)


def test_every_stage_of_a_job_has_its_step_and_an_unknown_one_stays_where_it_was():
    assert place_of(ProgressReport("match photos", 3, 8), Step.LOAD) == Place(Step.MATCH, 3, 8)
    assert place_of(ProgressReport("something new", 0, 0), Step.ADJUST) == Place(Step.ADJUST)


def test_a_run_corrects_the_next_forecast():
    first = expected_seconds(4)
    spent = {step: 3 * seconds for step, seconds in first.items()}
    paces = corrected_paces({}, first, spent)
    assert expected_seconds(4, paces=paces) == pytest.approx(spent)
    assert expected_seconds(8, paces=paces)[Step.REFINE] == pytest.approx(
        3 * ON_CPU[Step.REFINE].of(8)
    )


def test_the_newest_run_counts_most_and_not_alone():
    expected = expected_seconds(4, paces={"network": 2.0})
    quick = {Step.NETWORK: ON_CPU[Step.NETWORK].of(4)}
    assert corrected_paces({"network": 2.0}, expected, quick) == pytest.approx({"network": 1.4})
