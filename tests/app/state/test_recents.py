"""Recent scenes: kind, count, day, picture, and what is said of those that are gone."""

import json
from datetime import date, datetime
from pathlib import Path

import numpy as np

from moe3d_viewer.state.recents import RecentScene
from moe3d_viewer.state.settings import Settings
from moe3d_viewer.widgets.shell.recent_cards import day_text, kind_text


def test_an_opened_folder_is_listed_with_its_kind_count_and_picture(state, runner, photos):
    state.open_paths([photos])
    runner.run_all()
    state.recents.look()
    runner.run_all()
    (entry,) = state.recents.entries
    assert (entry.path, entry.kind, entry.num_photos, entry.problem) == (photos, "photos", 3, "")
    assert entry.opened_s > 1.7e9
    np.testing.assert_allclose(entry.picture, 40, atol=3)  # the first photo's grey, through JPEG


def test_single_photos_are_opened_again_as_they_were(state, runner, photos):
    chosen = [photos / "1.jpg", photos / "3.png"]
    state.open_paths(chosen)
    runner.run_all()
    (entry,) = state.recents.entries
    assert (entry.path, entry.num_photos) == (photos, 2)
    state.open_paths([photos])
    runner.run_all()
    assert state.session.num_views == 3
    assert len(state.recents.entries) == 1  # the folder took the place of its files
    state.open_paths(chosen)
    runner.run_all()
    state.open_recent(photos)
    runner.run_all()
    assert state.session.views.names == ("1.jpg", "3.png")


def test_a_scene_that_is_gone_stays_and_says_why(state, runner, photos, tmp_path):
    state.open_paths([photos])
    state.open_paths([photos])
    runner.run_all()
    photos.rename(tmp_path / "elsewhere")
    lost = Path("/media/no such drive/castle.npz")
    state.settings.add_recent(lost)
    state.recents.look()
    runner.run_all()
    problems = {entry.path: entry.problem for entry in state.recents.entries}
    assert problems[photos] == "It was moved, renamed or deleted"
    assert problems[lost] == "Its folder is gone, or its drive is not connected"
    state.recents.forget(photos)
    assert [entry.path for entry in state.recents.entries] == [lost]


def test_lists_of_older_versions_and_damaged_facts_are_read(state, store):
    settings = Settings(store)
    settings.add_recent(Path("/scenes/garden"))
    settings.add_recent(Path("/scenes/castle.moe3d"))
    for facts in ("{", "[]", json.dumps({"/scenes/garden": {"photos": "many", "files": 3}})):
        settings.set_value("recent_facts", facts)
        castle, garden = state.recents.entries
        assert (castle.kind, garden.num_photos, garden.opened_s) == ("session", 0, 0.0)


def test_cards_say_what_a_scene_is_and_when_it_was_opened():
    path = Path("scene")
    assert kind_text(RecentScene(path, "photos", 8)) == "8 photos"
    assert kind_text(RecentScene(path, "photos", 1)) == "1 photo"
    assert kind_text(RecentScene(path, "session", 8)) == "session, 8 photos"
    assert kind_text(RecentScene(path, "result")) == "result"
    assert kind_text(RecentScene(path, "video", 24)) == "24 frames of a video"
    assert kind_text(RecentScene(path)) == ""
    today = date(2026, 11, 30)
    noon = datetime(2026, 11, 30, 12).astimezone()
    assert day_text(noon.timestamp(), today) == "today"
    assert day_text(noon.timestamp() - 86_400, today) == "yesterday"
    assert "2026" in day_text(noon.timestamp() - 7 * 86_400, today) or day_text(
        noon.timestamp() - 7 * 86_400, today
    ).endswith("26")
    assert day_text(0.0, today) == ""
