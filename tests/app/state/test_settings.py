from pathlib import Path

import pytest

from moe3d.scene.records import ViewSet
from moe3d_viewer.state.exports.command_line import run_command
from moe3d_viewer.state.run.run_options import RunOptionsState
from moe3d_viewer.state.settings import MAX_RECENTS, Settings
from tests.app.signals import record


def test_recents_are_newest_first_without_repeats(store):
    settings = Settings(store)
    changes = record(settings.recents_changed)
    for name in ("a", "b", "a"):
        settings.add_recent(Path(name))
    assert settings.recents == (Path("a"), Path("b"))
    settings.add_recent(Path("a"))
    assert len(changes) == 3


def test_one_recent_scene_is_read_back_as_one(store):
    Settings(store).add_recent(Path("/photos/garden wall, spring"))
    store.sync()
    assert Settings(store).recents == (Path("/photos/garden wall, spring"),)


def test_the_list_of_recents_ends(store):
    settings = Settings(store)
    for index in range(MAX_RECENTS + 3):
        settings.add_recent(Path(str(index)))
    assert len(settings.recents) == MAX_RECENTS
    settings.forget_recent(settings.recents[0])
    assert len(settings.recents) == MAX_RECENTS - 1
    settings.clear_recents()
    assert settings.recents == ()


def test_options_of_the_next_run_are_kept(store):
    options = RunOptionsState(Settings(store))
    changes = record(options.changed)
    options.set_device("cpu")
    options.set_compare(False)
    options.set_compare(False)
    assert len(changes) == 2
    again = RunOptionsState(Settings(store))
    assert (again.device, again.compare, again.model) == ("cpu", False, "mini")


def test_what_the_next_run_refines_is_kept_and_is_part_of_its_command(store):
    options = RunOptionsState(Settings(store))
    photos = (Path("garden"),)
    assert options.refine == "auto"
    assert "--refine" not in run_command(photos, options, "garden")
    options.set_refine("cameras")
    again = RunOptionsState(Settings(store))
    assert again.request(ViewSet(())).refine == "cameras"
    assert "--refine cameras" in run_command(photos, again, "garden")
    Settings(store).set_value("refine", "something of a later version")
    assert RunOptionsState(Settings(store)).refine == "auto"


def test_the_theme_is_kept(store):
    settings = Settings(store)
    changes = record(settings.theme_changed)
    settings.set_theme("light")
    settings.set_theme("light")
    assert changes == [("light",)]
    assert Settings(store).theme == "light"


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ({}, "auto"),
        ({"resize_mode": "crop"}, "auto"),  # it was the default once, and says nothing
        ({"resize_mode": "pad"}, "pad"),
        ({"resize_mode": "pad", "fitting": "crop"}, "crop"),
        ({"fitting": "stretch"}, "auto"),
    ],
)
def test_an_old_default_does_not_go_on_cropping(store, kept, read):
    for key, value in kept.items():
        store.setValue(key, value)
    assert RunOptionsState(Settings(store)).resize_mode == read


def test_several_photos_are_copied_as_one_command(store):
    options = RunOptionsState(Settings(store))
    command = run_command((Path("a 1.jpg"), Path("b.jpg")), options, "walk")
    assert command.startswith("moe3d run 'a 1.jpg' b.jpg -o out/walk --model")
    assert run_command((), options, "walk") == ""


def test_a_crop_that_is_wanted_is_kept_and_copied(store):
    options = RunOptionsState(Settings(store))
    assert "--resize" not in run_command((Path("photos"),), options, "photos")
    options.set_resize_mode("crop")
    assert RunOptionsState(Settings(store)).resize_mode == "crop"
    assert "--resize crop" in run_command((Path("photos"),), options, "photos")
