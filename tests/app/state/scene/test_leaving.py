"""Whether what is on the screen may go: what is asked, when it is asked anew, and what follows."""

from pathlib import Path

import pytest

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.job import Job, Jobs
from moe3d_viewer.state.run.reconstruction import Phase
from moe3d_viewer.state.scene.leaving import Answer, Question, Step
from moe3d_viewer.state.settings import Settings
from moe3d_viewer.workers.earlier_folder import EarlierFolder
from moe3d_viewer.workers.recovery_folder import RecoveryFolder
from tests.app.signals import record


@pytest.fixture
def state(qapp, backend, runner, store, tmp_path) -> AppState:
    """With folders for what is unsaved, as the program has."""
    recovery = RecoveryFolder(tmp_path / "recovery")
    earlier = EarlierFolder(tmp_path / "earlier", recovery)
    return AppState(Jobs(backend.functions, runner), Settings(store), None, recovery, earlier)


@pytest.fixture
def other(tmp_path) -> Path:
    folder = tmp_path / "kitchen"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"")
    return folder


def question(state: AppState) -> Question:
    asked = state.leaving.question
    assert asked is not None
    return asked


def save(state: AppState, runner, path: Path) -> None:
    state.scene_file.save(path)
    runner.run_all()


def until(qtbot, runner, holds) -> None:
    """Do all that there is to do until something holds."""

    def done() -> bool:
        runner.run_all()
        return holds()

    qtbot.waitUntil(done)


def test_without_a_result_nothing_is_asked(state, runner, photos, other):
    asked = record(state.leaving.asked)
    state.open_paths([photos])
    runner.run_all()
    state.leaving.run()
    assert state.reconstruction.is_running
    state.reconstruction.cancel()
    runner.run_all()
    state.open_paths([other])
    runner.run_all()
    assert state.session.title == "kitchen"
    assert state.leaving.close()
    assert not asked


def test_cancel_leaves_all_and_the_same_wish_is_asked_again(result, runner, other):
    before = result.reconstruction.prediction
    for _ in range(2):
        result.open_paths([other])
        assert question(result) == Question(
            Step.OPEN, "garden wall", "kitchen", True, False, False, True
        )
        result.leaving.answer(Answer.CANCEL)
        assert not runner.waiting
    assert result.reconstruction.prediction is before


def test_discard_goes_on_and_keeps_the_result_among_the_earlier_ones(result, runner, other):
    result.open_paths([other])
    result.leaving.answer(Answer.DISCARD)
    runner.run_all()
    assert result.session.title == "kitchen"
    assert [entry.title for entry in result.earlier.entries] == ["garden wall"]


def slow_list(state: AppState, runner) -> tuple[Job, object]:
    """A look at the earlier results that has seen the folder, and answers later."""
    state.earlier.look()
    job = runner.waiting.pop()
    return job, job.work(job.progress, job.published.emit)


def test_a_list_made_before_a_result_came_back_does_not_bring_it_into_the_list(
    result, runner, other
):
    result.open_paths([other])
    result.leaving.answer(Answer.DISCARD)
    runner.run_all()
    job, listed = slow_list(result, runner)
    (entry,) = listed
    result.leaving.bring_back(entry)
    runner.run_all()
    job.succeed(listed)
    assert result.session.title == "garden wall"
    assert result.earlier.entries == ()


def test_a_list_made_before_a_result_was_put_aside_does_not_hide_it(result, runner, other):
    job, listed = slow_list(result, runner)
    assert listed == ()
    result.open_paths([other])
    result.leaving.answer(Answer.DISCARD)
    runner.run_all()
    job.succeed(listed)
    assert [entry.title for entry in result.earlier.entries] == ["garden wall"]


def test_save_asks_for_a_file_and_goes_on_when_it_is_written(result, runner, other, tmp_path):
    wanted = record(result.leaving.save_wanted)
    result.open_paths([other])
    result.leaving.answer(Answer.SAVE)
    assert len(wanted) == 1
    assert result.session.title == "garden wall"
    save(result, runner, tmp_path / "kept.moe3d")
    assert result.session.title == "kitchen"
    assert result.earlier.entries == ()  # it is in a file


def test_a_file_that_is_not_given_ends_the_wish(result, runner, other, tmp_path):
    result.open_paths([other])
    result.leaving.answer(Answer.SAVE)
    result.leaving.give_up()
    save(result, runner, tmp_path / "kept.moe3d")  # later, and for another reason
    assert result.session.title == "garden wall"


def test_a_file_that_cannot_be_written_ends_the_wish(result, runner, other, tmp_path):
    target = tmp_path / "kept.moe3d"
    target.mkdir()
    result.open_paths([other])
    result.leaving.answer(Answer.SAVE)
    save(result, runner, target)
    assert result.session.title == "garden wall"
    assert result.notices.errors[-1].title == "Could not save the session"
    assert result.leaving.question is None


def test_a_save_that_was_under_way_answers_the_question(result, runner, other, tmp_path, qtbot):
    withdrawn, wanted = record(result.leaving.asked), record(result.leaving.save_wanted)
    result.scene_file.save(tmp_path / "kept.moe3d")
    result.open_paths([other])
    assert question(result).is_result_unsaved
    until(qtbot, runner, lambda: result.session.title == "kitchen")
    assert withdrawn[-1] == (None,)
    assert not wanted


def test_save_while_a_save_is_under_way_waits_for_it(result, runner, other, tmp_path, qtbot):
    wanted = record(result.leaving.save_wanted)
    result.scene_file.save(tmp_path / "kept.moe3d")
    result.open_paths([other])
    result.leaving.answer(Answer.SAVE)
    assert not wanted
    until(qtbot, runner, lambda: result.session.title == "kitchen")
    assert not wanted


def test_the_newest_wish_counts(result, runner, other, tmp_path):
    result.open_paths([tmp_path / "attic.npz"])
    result.open_paths([other])
    assert question(result).target == "kitchen"
    result.leaving.answer(Answer.DISCARD)
    runner.run_all()
    assert result.session.title == "kitchen"


def test_a_run_that_ends_meanwhile_is_asked_about_anew(state, runner, photos, other, qtbot):
    state.open_paths([photos])
    runner.run_all()
    state.leaving.run()
    state.open_paths([other])
    asked = question(state)
    assert asked.is_running
    assert not asked.can_save
    runner.run_all()
    qtbot.waitUntil(lambda: question(state).can_save)
    assert not question(state).is_running


def test_closing_with_a_run_and_a_result_is_one_question(result, runner):
    result.leaving.run()
    result.leaving.answer(Answer.DISCARD)
    closing = record(result.leaving.may_close)
    assert not result.leaving.close()
    asked = question(result)
    assert (asked.step, asked.is_result_unsaved, asked.is_running) == (Step.CLOSE, True, True)
    result.leaving.answer(Answer.DISCARD)
    assert not closing  # what was discarded is still being put aside
    runner.run_all()
    assert len(closing) == 1


def test_a_result_that_came_while_the_one_before_was_saved_is_asked_about(
    result, runner, other, tmp_path
):
    result.leaving.run()
    result.leaving.answer(Answer.DISCARD)
    result.open_paths([other])
    result.leaving.answer(Answer.SAVE)
    result.scene_file.save(tmp_path / "kept.moe3d")
    runner.run_all()  # the run is over first, and its result is not in that file
    assert question(result).can_save
    assert result.session.title == "garden wall"


def test_runs_are_not_asked_about_when_the_user_says_so_but_all_else_is(result, runner, other):
    result.leaving.set_asks_before_run(False)
    before = result.reconstruction.prediction
    result.leaving.run()
    runner.run_all()
    assert result.reconstruction.prediction is not before
    assert len(result.earlier.entries) == 1
    result.open_paths([other])
    assert question(result).step is Step.OPEN
    result.leaving.answer(Answer.CANCEL)
    assert not result.leaving.close()
    assert question(result).step is Step.CLOSE


def test_only_runs_over_what_is_kept_may_be_the_last_question(result):
    result.leaving.run()
    assert question(result).can_be_last
    result.leaving.close()
    assert not question(result).can_be_last


def test_changes_to_a_saved_session_are_asked_about(result, runner, other, tmp_path):
    save(result, runner, tmp_path / "kept.moe3d")
    result.open_paths([other])
    runner.run_all()
    assert result.session.title == "kitchen"  # nothing had been changed
    result.open_paths([tmp_path / "kept.moe3d"])
    runner.run_all()
    result.view.set_percentile(70)
    result.open_paths([other])
    asked = question(result)
    assert (asked.is_result_unsaved, asked.is_changed) == (False, True)


def test_the_end_of_the_desktop_asks_nobody(result):
    ended, asked = record(result.leaving.session_ended), record(result.leaving.asked)
    result.leaving.expect_session_end()
    assert not result.leaving.close()
    assert len(ended) == 1
    assert not asked


def test_who_cancels_before_the_view_is_there_has_the_result_before_and_no_copy(result, runner):
    before = result.reconstruction.prediction
    result.leaving.run()
    result.leaving.answer(Answer.DISCARD)
    while result.reconstruction.phase is not Phase.PREPARING:
        runner.run_next()
    assert result.earlier.is_moving
    result.reconstruction.cancel()
    assert not result.earlier.is_moving
    runner.run_all()
    assert result.reconstruction.prediction is before
    assert result.earlier.entries == ()


def test_opening_before_the_view_is_there_keeps_both_results(result, runner, other):
    result.leaving.run()
    result.leaving.answer(Answer.DISCARD)
    while result.reconstruction.phase is not Phase.PREPARING:
        runner.run_next()
    result.open_paths([other])
    assert not question(result).is_running
    result.leaving.answer(Answer.DISCARD)
    runner.waiting.reverse()  # the photos are read before the view is ready
    runner.run_all()
    assert result.session.title == "kitchen"
    assert len(result.earlier.entries) == 2
