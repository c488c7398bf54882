import pytest

from moe3d_viewer.state.job import Jobs, LatestJob
from moe3d_viewer.state.newest_wish import NewestWish
from tests.app.signals import record


class Slider:
    """Wishes for its value, until that was answered."""

    def __init__(self, runner) -> None:
        self.value, self.answered, self.begun = 0, 0, []
        self.job = LatestJob(Jobs({}, runner))
        self.wish = NewestWish(self.job, self.work)
        self.wish.succeeded.connect(self.take)

    def work(self):
        value = self.value
        if value == self.answered:
            return None

        def done(_progress, _publish):
            if value < 0:
                raise ValueError(value)
            return value

        self.begun.append(value)
        return done

    def take(self, value) -> None:
        self.answered = value

    def move(self, value: int) -> None:
        self.value = value
        self.wish.ask()


@pytest.fixture
def slider(runner) -> Slider:
    return Slider(runner)


def test_a_wish_begins_at_once(slider, runner):
    slider.move(1)
    assert slider.wish.is_running
    runner.run_all()
    assert (slider.answered, slider.begun) == (1, [1])
    assert not slider.wish.is_running


def test_of_the_wishes_that_come_meanwhile_only_the_newest_is_done(slider, runner):
    heard = record(slider.wish.succeeded)
    for value in (1, 2, 3, 4):
        slider.move(value)
    assert len(runner.waiting) == 1
    runner.run_next()
    assert slider.begun == [1, 4]
    runner.run_all()
    assert [value for (value,) in heard] == [1, 4]
    assert not slider.wish.is_running


def test_the_running_job_is_not_cancelled_by_a_newer_wish(slider, runner):
    slider.move(1)
    slider.move(2)
    (job,) = runner.waiting
    assert not job.progress.is_cancelled


def test_a_wish_that_was_fulfilled_meanwhile_is_not_done_again(slider, runner):
    slider.move(1)
    slider.move(2)
    slider.move(1)
    runner.run_all()
    assert slider.begun == [1]


def test_nothing_begins_where_nothing_is_wished_for(slider, runner):
    slider.move(0)
    assert runner.waiting == []
    assert not slider.wish.is_running


def test_after_a_failure_the_newer_wish_is_done(slider, runner):
    failures = record(slider.wish.failed)
    slider.move(-1)
    slider.move(2)
    runner.run_all()
    assert len(failures) == 1
    assert (slider.answered, slider.begun) == (2, [-1, 2])


def test_a_failure_alone_is_not_tried_again(slider, runner):
    slider.move(-1)
    runner.run_all()
    assert slider.begun == [-1]


def test_a_wish_from_the_answer_itself_begins_next_and_only_once(slider, runner):
    slider.wish.succeeded.connect(lambda value: slider.move(value + 1) if value < 3 else None)
    slider.move(1)
    slider.wish.ask()
    runner.run_all()
    assert slider.begun == [1, 2, 3]


def test_what_is_abandoned_is_heard_of_no_more_and_what_waits_is_dropped(slider, runner):
    heard = record(slider.wish.succeeded)
    slider.move(1)
    slider.move(2)
    slider.wish.abandon()
    assert not slider.wish.is_running
    runner.run_all()
    assert (heard, slider.begun) == ([], [1])
    slider.move(5)
    runner.run_all()
    assert slider.answered == 5


def test_parts_of_an_answer_are_handed_on(runner):
    def work(_progress, publish):
        publish("half")
        return "whole"

    wish = NewestWish(LatestJob(Jobs({}, runner)), lambda: work)
    heard = record(wish.published)
    wish.ask()
    runner.run_all()
    assert heard == [("half",)]
