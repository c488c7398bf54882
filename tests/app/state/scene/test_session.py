from pathlib import Path

from tests.app.signals import record
from tests.scenes import step_prediction


def test_a_folder_gives_views_refusals_and_thumbnails(state, runner, photos):
    drawn = record(state.session.thumbnail_ready)
    state.open_paths([photos])
    assert state.session.is_loading
    runner.run_next()
    assert not state.session.is_loading
    assert state.session.num_views == 3
    assert [file.path.name for file in state.session.refused] == ["notes.txt"]
    assert state.session.thumbnail(0) is None
    runner.run_all()
    assert drawn == [(0,), (1,), (2,)]
    assert state.session.thumbnail(2) is not None
    assert state.session.title == "garden wall"


def test_a_load_that_fails_keeps_the_old_scene(state, runner, photos, tmp_path):
    state.open_paths([photos])
    runner.run_all()
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "a.txt").write_text("")
    state.open_paths([empty])
    runner.run_all()
    assert state.session.num_views == 3
    assert state.session.title == "garden wall"
    notice = state.notices.errors[-1]
    assert "no photo can be read" in notice.text
    assert notice.exit_code == 3


def test_only_the_last_of_two_folders_counts(state, runner, photos, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "x.jpg").write_bytes(b"")
    state.open_paths([photos])
    state.open_paths([other])
    runner.run_all()
    assert state.session.views.names == ("x.jpg",)


def test_files_take_their_folder_as_title_and_recent(state, runner, photos):
    state.open_paths([photos / "1.jpg", photos / "2.jpg"])
    runner.run_all()
    assert state.session.title == "garden wall"
    assert state.settings.recents == (photos,)


def test_a_saved_result_shows_its_photos_but_cannot_run(state, runner):
    state.open_paths([Path("scene.npz")])
    runner.run_all()
    assert state.session.views.names == step_prediction().names
    assert not state.session.can_run
    assert state.display.prediction is not None
    assert state.settings.recents == (Path("scene.npz"),)


def test_opening_nothing_does_nothing(state, runner):
    state.open_paths([])
    assert runner.waiting == []
