def test_a_question_before_the_run_makes_way_for_it_and_comes_again(state, runner, photos):
    state.open_paths([photos])
    while not state.session.can_run:
        runner.run_next()
    asked = [job for job in runner.waiting if not job.progress.is_cancelled]
    assert asked, "the plan is asked for as soon as there are photos"
    state.reconstruction.start()
    assert any(job.progress.is_cancelled for job in asked)
    runner.run_all()
    assert state.plan.plan is not None
