import hashlib
import os

import pytest

from moe3d.model.checkpoint.hashing import sha256_of_files
from moe3d.model.checkpoint.known_sums import KnownSums
from moe3d.progress import Progress


@pytest.fixture
def known(tmp_path):
    return KnownSums(tmp_path / "cache" / "sums.json", smallest_bytes=4)


@pytest.fixture
def files(tmp_path):
    paths = (tmp_path / "a.safetensors", tmp_path / "b.safetensors")
    for path in paths:
        path.write_bytes(path.name.encode() * 10)
    return paths


def ask(files, known):
    """The sum, and whether a file was read for it."""
    reports = []
    found = sha256_of_files(files, Progress(reports.append), known=known)
    return found, bool(reports)


def true_sum(files):
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def test_a_file_is_read_once(files, known):
    assert ask(files, known) == (true_sum(files), True)
    assert ask(files, known) == (true_sum(files), False)
    assert ask(files[:1], known) == (true_sum(files[:1]), True)  # other files together


def test_a_changed_file_is_read_again_though_its_size_and_name_stay(files, known):
    ask(files, known)
    before = files[1].stat()
    files[1].write_bytes(files[1].read_bytes()[::-1])
    os.utime(files[1], ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert ask(files, known) == (true_sum(files), True)


def test_a_replaced_file_of_the_same_time_is_read_again(files, known, tmp_path):
    ask(files, known)
    before = files[1].stat()
    other = tmp_path / "other"
    other.write_bytes(files[1].read_bytes()[::-1])
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(files[1])
    assert ask(files, known) == (true_sum(files), True)


@pytest.mark.parametrize("content", ["", "[]", '{"x": 1}', '{"broken'])
def test_a_damaged_record_counts_as_none(files, known, content):
    known.file.parent.mkdir()
    known.file.write_text(content)
    assert ask(files, known) == (true_sum(files), True)
    assert ask(files, known) == (true_sum(files), False)


def test_a_record_that_cannot_be_written_does_no_harm(files, tmp_path):
    (tmp_path / "file").write_text("no folder")
    known = KnownSums(tmp_path / "file" / "sums.json", smallest_bytes=4)
    assert ask(files, known) == (true_sum(files), True)


def test_small_files_are_not_kept(files, tmp_path):
    known = KnownSums(tmp_path / "sums.json")
    ask(files, known)
    assert not known.file.exists()
