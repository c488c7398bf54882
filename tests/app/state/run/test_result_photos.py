"""Photos that the result does not have, or no longer should, are marked and counted."""

import pytest


@pytest.fixture
def made(result, backend, runner):
    """A result with the names of its photos: 1.jpg, 2.jpg, 3.png."""
    backend.follows_photos = True
    result.reconstruction.start()
    runner.run_all()
    return result


def test_a_result_of_all_photos_is_not_marked(made):
    assert made.result_photos.text == ""
    assert [made.result_photos.mark(name) for name in made.selection.names] == ["", "", ""]


def test_a_photo_that_is_left_out_since_is_marked(made):
    made.selection.include("2.jpg", False)
    assert made.result_photos.mark("2.jpg") == "left out since"
    assert made.result_photos.mark("1.jpg") == ""
    assert made.result_photos.text == (
        "Result of 3 photos: 1 in it left out since. Run again to bring it up to date."
    )
    made.selection.include("2.jpg", True)
    assert made.result_photos.text == ""


def test_a_photo_that_is_taken_in_since_is_marked(made, runner):
    made.selection.include("3.png", False)
    made.reconstruction.start()
    runner.run_all()
    assert made.result_photos.text == ""
    assert made.result_photos.mark("3.png") == "not in the result"
    made.selection.include("3.png", True)
    assert made.result_photos.text == (
        "Result of 2 photos: 1 of these not in it. Run again to bring it up to date."
    )


def test_another_order_and_another_reference_are_named(made):
    made.selection.move("2.jpg", 1)
    assert "another order" in made.result_photos.text
    made.selection.use_as_reference("2.jpg")
    assert "another reference" in made.result_photos.text
    made.history.undo()
    made.history.undo()
    assert made.result_photos.text == ""


def test_a_result_without_its_photos_says_nothing(result):
    assert result.display.prediction is not None  # its names are not those of the photos
    assert result.result_photos.text == ""
    assert result.result_photos.mark("1.jpg") == ""


def test_it_is_told_when_the_photos_or_the_result_change(made, runner):
    told = []
    made.result_photos.changed.connect(lambda: told.append(made.result_photos.text))
    made.selection.include("2.jpg", False)
    assert told[-1]
    made.reconstruction.start()
    runner.run_all()
    assert told[-1] == ""
