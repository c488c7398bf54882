import pytest

from tests.app.signals import record


@pytest.fixture
def opened(state, runner, photos, backend):
    """A scene of 1.jpg, 2.jpg and 3.png."""
    backend.follows_photos = True
    state.open_paths([photos])
    runner.run_all()
    return state


def test_the_run_takes_what_has_a_tick_in_the_chosen_order(opened, runner, backend):
    opened.selection.use_as_reference("3.png")
    opened.selection.include("1.jpg", False)
    opened.selection.move("2.jpg", -5)
    runner.run_all()
    opened.reconstruction.start()
    runner.run_all()
    assert backend.requests[0].views.names == ("3.png", "2.jpg")  # the reference stays first
    assert opened.display.prediction.names == ("3.png", "2.jpg")
    assert opened.shown_names == ("3.png", "2.jpg")


def test_a_photo_moves_anywhere_but_before_the_reference(opened):
    selection = opened.selection
    assert [selection.place_for("3.png", place) for place in (0, 1, 2, 9)] == [1, 1, None, None]
    assert [selection.place_for("1.jpg", place) for place in (0, 1, 2)] == [None] * 3
    selection.include("1.jpg", False)  # now 2.jpg is the reference
    assert selection.reference == "2.jpg"
    assert [selection.place_for("3.png", place) for place in (0, 1, 2)] == [None] * 3
    assert selection.place_for("1.jpg", 2) == 2
    assert selection.place_for("2.jpg", 0) == 0  # over a photo that is not taken
    selection.move_to("2.jpg", 0)
    assert selection.names == ("2.jpg", "1.jpg", "3.png")


def test_the_last_tick_stays(opened):
    heard = record(opened.selection.selection_changed)
    for name in ("1.jpg", "2.jpg", "3.png"):
        opened.selection.include(name, False)
    assert opened.selection.chosen.names == ("3.png",)
    assert len(heard) == 3  # the panel is told to show the tick again


def test_ticks_and_order_are_undone(opened):
    opened.selection.include("2.jpg", False)
    opened.selection.use_as_reference("2.jpg")
    assert opened.selection.chosen.names == ("2.jpg", "1.jpg", "3.png")
    opened.history.undo()
    assert opened.selection.chosen.names == ("1.jpg", "3.png")
    opened.history.undo()
    assert opened.selection.chosen.names == ("1.jpg", "2.jpg", "3.png")


def test_a_preview_takes_eight_evenly_spaced_photos_and_is_marked(state, runner, backend, tmp_path):
    backend.follows_photos = True
    for number in range(22):
        (tmp_path / f"{number:02}.jpg").write_bytes(b"")
    state.open_paths([tmp_path])
    runner.run_all()
    state.reconstruction.start_preview()
    runner.run_all()
    names = backend.requests[0].views.names
    assert names == tuple(f"{number:02}.jpg" for number in (0, 3, 6, 9, 12, 15, 18, 21))
    assert state.reconstruction.is_stale
    state.view.select_view(7)
    state.reconstruction.start()
    runner.run_all()
    assert not state.reconstruction.is_stale
    assert state.view.selected_view == 21  # still the same photo


def test_a_result_goes_stale_with_options_and_photos_and_fresh_again(opened, runner):
    opened.reconstruction.start()
    runner.run_all()
    assert not opened.reconstruction.is_stale
    opened.run_options.set_resize_mode("pad")
    assert opened.reconstruction.is_stale
    opened.run_options.set_resize_mode("auto")
    assert not opened.reconstruction.is_stale
    opened.selection.include("2.jpg", False)
    assert opened.reconstruction.is_stale


def test_blur_copies_and_sizes_are_told(opened, runner, backend, photos):
    assert opened.selection.warnings("1.jpg") == ()
    backend.sharpness = {1: 20.0}
    opened.open_paths([photos])
    runner.run_all()
    assert opened.selection.warnings("2.jpg") == ("blurred",)
    assert opened.selection.scene_warning() == ""


def test_the_estimate_follows_the_photos_and_old_answers_do_not_count(opened, runner):
    assert opened.plan.memory_text == "about 3.0 GB of 2.0 GB free"
    opened.selection.include("2.jpg", False)
    opened.selection.include("3.png", False)
    runner.run_all()
    assert opened.plan.memory_text == "about 1.0 GB of 2.0 GB free"
    assert set(opened.plan.plan.frames) == {"1.jpg"}
