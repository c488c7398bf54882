from moe3d.training.loop import SETTLING_STEPS, TIMED_STEPS, Pace


def test_early_and_settling_steps_do_not_count_and_what_is_left_is_shared_out():
    now = [0.0]
    pace = Pace(first_step=5, clock=lambda: now[0])
    for step in range(1, 5 + SETTLING_STEPS + 1):
        now[0] += 10.0
        pace.count(step)
    assert not pace.is_known
    spent = now[0]
    for step in range(5 + SETTLING_STEPS + 1, 5 + SETTLING_STEPS + TIMED_STEPS + 1):
        now[0] += 0.5
        pace.count(step)
    assert pace.is_known
    spent += 0.5 * TIMED_STEPS
    assert pace.steps_within(spent + 100) == 200
    assert pace.steps_within(1.0) == 1
    assert pace.next_end() == spent + 10.0
