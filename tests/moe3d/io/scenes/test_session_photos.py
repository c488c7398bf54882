"""Photos of a session are found by their bytes, where they were or where they went."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from moe3d.errors import SessionFileError
from moe3d.io.scenes import session_photos
from moe3d.io.scenes.session_file import (
    SessionRecord,
    describe_session,
    read_session,
    write_session,
)
from moe3d.io.scenes.session_photos import file_sha256, find_photos, refer_to_photos
from moe3d.progress import Progress
from moe3d.scene.records import View

WALL = b"wall" * 50
TREE = b"tree" * 50  # of the same size


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    """A folder with a session's place and two photos beside it."""
    folder = tmp_path / "garden" / "photos"
    folder.mkdir(parents=True)
    (folder / "1.jpg").write_bytes(WALL)
    (folder / "2.jpg").write_bytes(TREE)
    return tmp_path / "garden"


def refer(scene: Path, *more: View):
    views = [View(f"{n}.jpg", 40, 30, scene / "photos" / f"{n}.jpg") for n in (1, 2)]
    return refer_to_photos([*views, *more], scene, Progress())


def test_references_hold_hash_size_and_both_ways(scene):
    first = refer(scene)[0]
    by_sha256sum = "deeb7fc4243fa228eba0f9323673fded293754e91ba9039520239dba4c0cba25"
    assert first.sha256 == by_sha256sum
    assert (first.size_bytes, first.relative) == (200, "photos/1.jpg")
    assert Path(first.path).is_absolute()


def test_photos_are_found_where_they_were(scene):
    found = find_photos(refer(scene), [scene], Progress())
    assert found.missing == ()
    assert found.paths["2.jpg"].read_bytes() == TREE


def test_a_folder_that_moved_with_its_session_is_found_by_the_relative_way(scene):
    photos = refer(scene)
    moved = scene.rename(scene.with_name("moved garden"))
    found = find_photos(photos, [moved], Progress())
    assert found.paths["1.jpg"] == moved / "photos" / "1.jpg"


def test_renamed_photos_are_found_by_their_bytes_below_a_new_folder(scene, tmp_path):
    photos = refer(scene)
    new = tmp_path / "archive" / "deep"
    new.mkdir(parents=True)
    (scene / "photos" / "1.jpg").rename(new / "b.jpg")
    (scene / "photos" / "2.jpg").rename(new / "a.jpg")
    assert find_photos(photos, [scene], Progress()).missing == ("1.jpg", "2.jpg")
    found = find_photos(photos, [scene, tmp_path / "archive"], Progress())
    assert found.missing == ()
    assert found.paths == {"1.jpg": new / "b.jpg", "2.jpg": new / "a.jpg"}


def test_another_photo_of_the_same_name_and_size_is_not_taken(scene):
    photos = refer(scene)
    (scene / "photos" / "1.jpg").write_bytes(TREE)
    assert find_photos(photos, [scene], Progress()).missing == ("1.jpg",)


def test_pixels_that_were_no_file_and_photos_that_are_gone_are_told_apart(scene):
    frame = View("frame", 4, 3, scene / "film.mp4", pixels=np.zeros((3, 4, 3), np.uint8))
    (scene / "photos" / "2.jpg").unlink()
    photos = refer(scene, frame)
    assert (photos[2].path, photos[2].sha256) == ("", "")
    found = find_photos(photos, [scene], Progress())
    assert found.missing == ("2.jpg",)


def test_frames_of_a_video_are_found_with_it_and_it_is_read_once(scene, monkeypatch):
    film = scene / "film.mp4"
    film.write_bytes(b"film" * 70)
    pixels = np.zeros((3, 4, 3), np.uint8)
    frames = [View(f"film_{n}s.jpg", 4, 3, film, pixels=pixels, frame_s=n / 2) for n in range(5)]
    reads = []
    monkeypatch.setattr(session_photos, "file_sha256", lambda p: reads.append(p) or file_sha256(p))
    photos = refer(scene, *frames)
    assert [photo.frame_s for photo in photos] == [None, None, 0.0, 0.5, 1.0, 1.5, 2.0]
    assert {photo.relative for photo in photos[2:]} == {"film.mp4"}
    assert reads.count(film) == 1
    moved = film.rename(scene / "photos" / "walk.mp4")
    assert len(find_photos(photos, [scene], Progress()).missing) == 5
    reads.clear()
    found = find_photos(photos, [scene, scene], Progress())
    assert found.missing == ()
    assert {found.paths[frame.name] for frame in frames} == {moved}
    assert reads.count(moved) == 1


def test_a_frame_comes_back_from_a_session_file(scene, tmp_path):
    film = scene / "film.mp4"
    film.write_bytes(b"film")
    pixels = np.zeros((3, 4, 3), np.uint8)
    frame = View("film_1s.jpg", 4, 3, film, pixels=pixels, frame_s=1.25)
    record = SessionRecord("garden", refer(scene, frame))
    write_session(record, tmp_path / "a.moe3d")
    assert read_session(tmp_path / "a.moe3d").photos == record.photos


@pytest.mark.parametrize("second", ['"1"', "true", "NaN", "[1.0]", "1"])
def test_a_frame_at_no_time_is_damage(scene, tmp_path, second):
    path = tmp_path / "a.moe3d"
    text = json.dumps(describe_session(SessionRecord("garden", refer(scene))))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("session.json", text.replace('"frame_s": null', f'"frame_s": {second}'))
    with pytest.raises(SessionFileError, match="description is damaged"):
        read_session(path)
