"""Complete or not at all: failures of every kind leave the old file, or none."""

import contextlib
import resource

import pytest

from moe3d.errors import OutputError
from moe3d.io.files.atomic import new_file, new_folder
from tests.file_permissions import bound_by_permissions


def listing(folder) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


@contextlib.contextmanager
def small_disk():
    """Files may not grow above 4 kB: what a full disk looks like to a program.

    No fixture: the test runner's own log would meet the limit between a test and its tear-down.
    """
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


def test_a_file_appears_when_it_is_complete(tmp_path):
    target = tmp_path / "new folder" / "a.bin"
    with new_file(target) as part:
        part.write_bytes(b"new")
        assert not target.exists()
    assert target.read_bytes() == b"new"
    assert listing(tmp_path) == ["a.bin", "new folder"]


def test_an_existing_file_is_refused_unless_overwriting_is_allowed(tmp_path):
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")
    with pytest.raises(OutputError, match="exists already"), new_file(target) as part:
        part.write_bytes(b"new")
    assert target.read_bytes() == b"old"
    with new_file(target, overwrite=True) as part:
        part.write_bytes(b"new")
    assert target.read_bytes() == b"new"


def test_a_failure_inside_leaves_the_old_file_and_no_rest(tmp_path):
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")
    with pytest.raises(ValueError, match="ascii"), new_file(target, overwrite=True) as part:
        part.write_text("half ä", encoding="ascii")
    assert target.read_bytes() == b"old"
    assert listing(tmp_path) == ["a.bin"]


def test_a_full_disk_leaves_the_old_file_and_says_so(tmp_path):
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")
    with (
        small_disk(),
        pytest.raises(OutputError, match="the disk is full"),
        new_file(target, overwrite=True) as part,
    ):
        part.write_bytes(bytes(10000))
    assert target.read_bytes() == b"old"
    assert listing(tmp_path) == ["a.bin"]


def test_a_full_disk_leaves_the_old_folder(tmp_path):
    target = tmp_path / "out"
    target.mkdir()
    (target / "old").write_bytes(b"old")
    with (
        small_disk(),
        pytest.raises(OutputError, match="the disk is full"),
        new_folder(target, overwrite=True) as part,
    ):
        (part / "new").write_bytes(bytes(10000))
    assert listing(tmp_path) == ["old", "out"]


def test_a_folder_is_replaced_as_a_whole(tmp_path):
    target = tmp_path / "out"
    target.mkdir()
    (target / "old").write_bytes(b"old")
    with pytest.raises(OutputError, match="exists already"), new_folder(target):
        pass
    with new_folder(target, overwrite=True) as part:
        (part / "new").write_bytes(b"new")
    assert listing(tmp_path) == ["new", "out"]


def test_a_file_in_the_way_of_a_folder_is_named(tmp_path):
    (tmp_path / "out").write_bytes(b"a file")
    with pytest.raises(OutputError, match="cannot be written"), new_file(tmp_path / "out" / "a"):
        pass
    with (
        pytest.raises(OutputError, match="is a file"),
        new_folder(tmp_path / "out", overwrite=True),
    ):
        pass
    with pytest.raises(OutputError, match="is a folder"), new_file(tmp_path, overwrite=True):
        pass


def test_a_read_only_folder_is_named(tmp_path):
    def write():
        with new_file(tmp_path / "a"):
            pass

    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="may not be written"):
        bound_by_permissions(write)
    tmp_path.chmod(0o700)


def test_a_read_only_file_system_is_named(tmp_path, monkeypatch):
    def refuse(self, *args, **options):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("pathlib.Path.touch", refuse)
    with pytest.raises(OutputError, match="may not be written"), new_file(tmp_path / "a"):
        pass


def test_long_and_foreign_names_work(tmp_path):
    name = "größe 🏔 " * 20 + ".bin"
    with new_file(tmp_path / name[-100:]) as part:
        part.write_bytes(b"x")
    assert listing(tmp_path) == [name[-100:]]
