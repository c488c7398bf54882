"""Sessions: exact round trip, other versions, and every way in which a file can be bad."""

import dataclasses
import io
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from moe3d.errors import JobCancelledError, MoE3DError, OutputError, SessionFileError
from moe3d.io.scenes.prediction_file import prediction_arrays, read_prediction
from moe3d.io.scenes.session_file import (
    MEMBER,
    PhotoReference,
    SessionRecord,
    describe_session,
    read_session,
    write_session,
)
from moe3d.progress import Progress
from tests.moe3d.io.scenes.test_prediction_file import SCENE, Trap, assert_same

PHOTO = PhotoReference(
    "größe 🏠.jpg", "/p/größe 🏠.jpg", "../p/größe 🏠.jpg", "ab" * 32, 12, 40, 30
)
RECORD = SessionRecord(
    "garden", (PHOTO, PhotoReference("frame 1")), ("/p",), {"view": {"percentile": 35.0}}, SCENE
)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    folder = tmp_path / "inner"
    folder.mkdir()
    return write_session(RECORD, folder / "garden.moe3d")


def rewrite(path: Path, drop: str = "", add: dict[str, bytes] | None = None, **values) -> None:
    """Write the record again with other values in its description, and other members."""
    description = describe_session(RECORD) | values
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist() if name != drop}
    members |= {MEMBER: json.dumps(description).encode(), **(add or {})}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def test_a_session_comes_back_exactly_and_is_written_the_same_twice(saved):
    record = read_session(saved)
    assert_same(record.prediction, SCENE)
    assert dataclasses.replace(record, prediction=SCENE) == RECORD
    first = saved.read_bytes()
    assert write_session(record, saved).read_bytes() == first


def test_a_session_without_a_result_holds_photos_and_choices(tmp_path):
    record = dataclasses.replace(RECORD, prediction=None)
    assert read_session(write_session(record, tmp_path / "a.moe3d")) == record


def test_the_prediction_is_read_by_numpy_and_by_read_prediction(saved):
    assert_same(read_prediction(saved), SCENE)
    with np.load(saved) as arrays:
        np.testing.assert_array_equal(arrays["depth"], SCENE.depth)


def test_a_failed_or_cancelled_save_leaves_the_old_file(saved):
    before = saved.read_bytes()
    progress = Progress()
    progress.cancel()
    with pytest.raises(JobCancelledError):
        write_session(RECORD, saved, progress)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == ["garden.moe3d"]
    with pytest.raises(OutputError):
        write_session(RECORD, saved / "below a file.moe3d")


def test_a_newer_minor_version_keeps_what_is_not_known(saved, tmp_path):
    rewrite(saved, version=[1, 7], mood={"a": [1, 2]}, remembered={"view": {}, "later": {"x": 1}})
    record = read_session(saved)
    assert "mood" in record.notes[0]
    again = read_session(write_session(record, tmp_path / "again.moe3d"))
    assert again.unknown == {"mood": {"a": [1, 2]}}
    assert again.remembered == {"view": {}, "later": {"x": 1}}


def test_a_newer_major_version_asks_for_an_update(saved):
    rewrite(saved, version=[2, 0])
    with pytest.raises(SessionFileError, match=r"newer program .format 2\.0.*update"):
        read_session(saved)


def refused(data: bytes, path: Path) -> bool:
    """Whether a file is refused by an error of ours; any other exception fails the test."""
    path.write_bytes(data)
    try:
        record = read_session(path)
    except MoE3DError as error:
        return path.name in str(error)
    assert_same(record.prediction, SCENE)
    return False


def test_a_file_cut_anywhere_is_refused(saved):
    data = saved.read_bytes()
    for percent in range(100):
        assert refused(data[: len(data) * percent // 100], saved)
    assert [path.name for path in saved.parent.iterdir()] == ["garden.moe3d"]


def test_flipped_bytes_are_refused_or_harmless(saved):
    data = np.frombuffer(saved.read_bytes(), np.uint8)
    generator = np.random.default_rng(0)
    count = 0
    for _ in range(200):
        flipped = data.copy()
        flipped[generator.integers(len(data))] ^= generator.integers(1, 256, dtype=np.uint8)
        count += refused(flipped.tobytes(), saved)
    assert count > 120


@pytest.mark.parametrize(
    "values",
    [
        {"format": "other"},
        {"version": None},
        {"version": [1]},
        {"version": [True, 0]},
        {"title": 3},
        {"photos": None},
        {"photos": [3]},
        {"photos": [{}]},
        {"photos": [{"name": "a", "size_bytes": "12"}]},
        {"sources": 1},
        {"remembered": []},
    ],
)
def test_descriptions_that_cannot_be_meant_are_refused(saved, values):
    rewrite(saved, **values)
    with pytest.raises(SessionFileError, match=r"garden\.moe3d"):
        read_session(saved)


@pytest.mark.parametrize("text", [b"", b"[1]", b"\xff\xfe", b"[" * 200_000, b'{"format": NaN'])
def test_a_description_that_is_no_json_is_refused(saved, text):
    rewrite(saved, add={MEMBER: text})
    with pytest.raises(SessionFileError, match=r"no session|is damaged"):
        read_session(saved)


@pytest.mark.parametrize("name", ["../../escaped.txt", "/tmp/escaped.txt", "..\\up.txt", "c:up"])
def test_members_that_climb_out_are_refused_and_write_nothing(saved, tmp_path, name):
    before = set(tmp_path.rglob("*"))
    rewrite(saved, add={name: b"gotcha"})
    with pytest.raises(SessionFileError, match="points out of the file"):
        read_session(saved)
    assert set(tmp_path.rglob("*")) == before


def test_a_zip_bomb_is_refused_before_it_unpacks(saved):
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MEMBER, bytes(80 * 2**20))
    with pytest.raises(SessionFileError, match="would unpack"):
        read_session(saved)
    with zipfile.ZipFile(saved, "w") as archive:
        archive.writestr(MEMBER, b" " * (64 * 2**20 + 1))
    with pytest.raises(SessionFileError, match="wanted at most"):
        read_session(saved)


def test_pickled_code_is_never_run(saved):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|O", "fortran_order": False, "shape": (2,)}
    )
    rewrite(saved, add={"depth.npy": header.getvalue() + pickle.dumps([Trap(), Trap()])})
    with pytest.raises(MoE3DError, match="Python objects"):
        read_session(saved)


def test_what_is_no_session_is_named(saved, tmp_path):
    with pytest.raises(SessionFileError, match="there is no such file"):
        read_session(tmp_path / "none.moe3d")
    with pytest.raises(SessionFileError, match="is a folder"):
        read_session(tmp_path)
    rewrite(saved, drop=MEMBER)
    plain = tmp_path / "plain.npz"
    np.savez(plain, depth=np.zeros(3))
    with pytest.raises(SessionFileError, match=r"has no 'session\.json'"):
        read_session(plain)


@pytest.mark.parametrize(
    "change", [{"width": 0}, {"height": -4}, {"exif_orientation": 0}, {"exif_orientation": 9}]
)
def test_a_photo_of_a_size_that_cannot_be_is_refused_with_the_files_name(saved, change):
    rewrite(saved, photos=[{**dataclasses.asdict(PHOTO), **change}])
    with pytest.raises(SessionFileError, match=r"garden\.moe3d: its description is damaged"):
        read_session(saved)


def test_a_damaged_result_in_a_session_is_refused_with_the_files_name(saved):
    array = prediction_arrays(SCENE)["intrinsic"].copy()
    array[0, 1, 1] = -1
    data = io.BytesIO()
    np.lib.format.write_array(data, array)
    rewrite(saved, add={"intrinsic.npy": data.getvalue()})
    with pytest.raises(MoE3DError, match=r"garden\.moe3d: .*focal lengths above 0"):
        read_session(saved)
