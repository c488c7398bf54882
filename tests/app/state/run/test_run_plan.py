from moe3d_viewer.state.run.run_plan import PLAN_RUN, RunPlan


def test_a_question_before_the_run_makes_way_for_it_and_comes_again(state, runner, photos, qtbot):
    state.open_paths([photos])
    while not state.session.can_run:
        runner.run_next()
    asked = [job for job in runner.waiting if not job.progress.is_cancelled]
    assert asked, "the plan is asked for as soon as there are photos"
    state.reconstruction.start()
    assert any(job.progress.is_cancelled for job in asked)
    runner.run_all()
    assert state.plan.plan is None, "the result is drawn first"
    qtbot.waitUntil(lambda: bool(runner.waiting))
    runner.run_all()
    assert state.plan.plan is not None


def test_what_a_run_does_to_fit_in_memory_is_told(state, runner, photos, backend):
    measures = "the heads one photo at a time"
    found = RunPlan({}, 3 * 10**9, 4 * 10**9, f"fits with {measures}", measures)
    backend.replace(PLAN_RUN, lambda _request, _progress: found)
    state.open_paths([photos])
    runner.run_all()
    assert state.plan.memory_text == f"about 3.0 GB of 4.0 GB free, {measures}"
    assert not state.plan.is_too_big
