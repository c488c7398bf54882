"""Earlier results on disk: moved or written whole, bounded, brought back as they were."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from moe3d.errors import SessionFileError
from moe3d.progress import Progress
from moe3d_viewer.state.scene.scene_saving import SceneToSave
from moe3d_viewer.workers import earlier_folder
from moe3d_viewer.workers.earlier_folder import EarlierFolder
from moe3d_viewer.workers.recovery_folder import RecoveryFolder
from tests.app.fakes import views_of
from tests.scenes import step_prediction


class Clock:
    """One second later whenever it is looked at."""

    now_s = 1_700_000_000.0

    def __call__(self) -> float:
        self.now_s += 1
        return self.now_s


def scene(title: str, percentile: float = 20.0) -> SceneToSave:
    prediction = step_prediction()
    chosen = {"view": {"percentile": percentile}}
    return SceneToSave(title, views_of(prediction.names), (), chosen, prediction)


@pytest.fixture
def recovery(tmp_path) -> RecoveryFolder:
    return RecoveryFolder(tmp_path / "recovery")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def earlier(tmp_path, recovery, clock) -> EarlierFolder:
    return EarlierFolder(tmp_path / "earlier", recovery, clock)


def keep(earlier: EarlierFolder, title: str, *, is_result: bool = True):
    return earlier.keep(scene(title), is_result, Progress())


def test_what_is_kept_already_is_moved_and_not_written_again(earlier, recovery):
    kept = scene("garden wall")
    recovery.save_all(kept, Progress())
    (file,) = recovery.folder.glob("scene.moe3d")
    inode = file.stat().st_ino
    later = replace(kept, remembered={"view": {"percentile": 60.0}})
    entry = earlier.keep(later, True, Progress()).kept
    assert (entry.folder / "scene.moe3d").stat().st_ino == inode
    assert not recovery.folder.exists()
    record = earlier.read(entry, Progress()).record
    assert record.remembered["view"] == {"percentile": 60.0}  # chosen after it was written
    np.testing.assert_array_equal(record.prediction.depth, kept.prediction.depth)


def test_another_scene_than_the_one_kept_is_written_beside_it(earlier, recovery):
    recovery.save_all(scene("kept"), Progress())
    entry = keep(earlier, "other").kept
    assert earlier.read(entry, Progress()).record.title == "other"
    assert (recovery.folder / "scene.moe3d").exists()


def test_the_list_says_title_time_photos_model_and_picture(earlier):
    keep(earlier, "first")
    newest = keep(earlier, "second").kept
    found = earlier.entries(Progress())
    assert [entry.title for entry in found] == ["second", "first"]
    assert found[0].num_photos == 2
    assert found[0].model == step_prediction().metadata.model
    assert found[0].kept_at_s > found[1].kept_at_s
    assert found[0].size_bytes == sum(p.stat().st_size for p in newest.folder.iterdir())
    picture = found[0].thumbnail
    assert picture.shape == step_prediction().images[0].shape  # small already
    np.testing.assert_array_equal(picture, step_prediction().images[0])


def test_the_last_five_stay_and_the_oldest_is_named(earlier):
    for number in range(5):
        assert keep(earlier, str(number)).dropped == ()
    assert [entry.title for entry in keep(earlier, "5").dropped] == ["0"]
    assert [entry.title for entry in earlier.entries(Progress())] == ["5", "4", "3", "2", "1"]


def test_choices_of_results_in_files_push_no_result_out(earlier):
    for number in range(5):
        keep(earlier, str(number))
    for title in ("a", "b"):
        keep(earlier, title, is_result=False)
    assert [e.title for e in earlier.entries(Progress())] == ["b", "4", "3", "2", "1", "0"]


def test_so_many_bytes_stay_but_always_the_newest(earlier, monkeypatch):
    size = keep(earlier, "0").kept.size_bytes
    monkeypatch.setattr(earlier_folder, "MAX_BYTES", round(2.5 * size))
    assert not keep(earlier, "1").dropped
    assert [entry.title for entry in keep(earlier, "2").dropped] == ["0"]
    monkeypatch.setattr(earlier_folder, "MAX_BYTES", size // 2)
    assert [entry.title for entry in keep(earlier, "3").dropped] == ["2", "1"]
    assert [entry.title for entry in earlier.entries(Progress())] == ["3"]


def test_one_that_is_taken_back_is_this_process_s_own(earlier, recovery, tmp_path):
    entry = keep(earlier, "garden wall").kept
    opened = earlier.read(entry, Progress())
    earlier.take_back(entry, opened.record.prediction, Progress())
    assert earlier.entries(Progress()) == ()
    assert (recovery.folder / "scene.moe3d").exists()
    assert RecoveryFolder(tmp_path / "recovery").leftovers(Progress()) == ()  # it is held
    again = earlier.keep(
        replace(scene("garden wall"), prediction=opened.record.prediction), True, Progress()
    )
    assert not (recovery.folder / "scene.moe3d").exists()
    assert earlier.entries(Progress()) == (again.kept,)
    recovery.clear()
    assert not list((tmp_path / "recovery").iterdir())


def test_one_that_another_window_took_is_refused_by_name(earlier, recovery):
    entry = keep(earlier, "garden wall").kept
    earlier.read(entry, Progress())
    shutil.rmtree(entry.folder)
    with pytest.raises(SessionFileError, match=r"garden wall.*another window"):
        earlier.read(entry, Progress())
    with pytest.raises(FileNotFoundError):
        earlier.take_back(entry, None, Progress())
    assert not list(recovery.folder.parent.glob("*.lock"))


def test_a_scene_that_makes_way_for_a_recovered_one_is_moved_too(earlier, recovery, tmp_path):
    crashed = RecoveryFolder(tmp_path / "recovery")
    crashed.save_all(scene("crashed"), Progress())
    crashed.leave()
    present = scene("present")
    recovery.save_all(present, Progress())
    (leftover,) = recovery.leftovers(Progress())
    recovery.recover(leftover, Progress())
    kept = earlier.keep(present, True, Progress()).kept
    assert earlier.read(kept, Progress()).record.title == "present"
    assert [p.name for p in (tmp_path / "recovery").glob("*/")] == [recovery.folder.name]
    recovery.clear()
    assert not list((tmp_path / "recovery").iterdir())


def test_a_disk_that_is_full_leaves_no_half_result(earlier, monkeypatch):
    def fail(*_words):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("moe3d_viewer.workers.recovery_folder.save_scene", fail)
    with pytest.raises(OSError, match="No space"):
        keep(earlier, "garden wall")
    assert earlier.entries(Progress()) == ()


def test_a_half_result_of_a_kill_goes_a_day_later_and_no_whole_one(earlier, tmp_path, clock):
    half = tmp_path / "earlier" / "20260101-000000-aa.part"
    half.mkdir(parents=True)
    whole = keep(earlier, "whole").kept
    assert half.exists()
    clock.now_s = half.stat().st_mtime + 2 * earlier_folder.OLD_S
    keep(earlier, "later")
    assert not half.exists()
    assert whole.folder.exists()


def test_damaged_entries_are_left_out_of_the_list_and_left_alone(earlier, tmp_path):
    entry = keep(earlier, "garden wall").kept
    (entry.folder / "picture.png").write_bytes(b"no picture")
    (found,) = earlier.entries(Progress())
    assert found.thumbnail is None
    Path(entry.folder / "about.json").write_text("[]")
    assert earlier.entries(Progress()) == ()
    assert (entry.folder / "scene.moe3d").exists()
