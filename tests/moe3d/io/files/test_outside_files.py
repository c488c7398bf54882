"""The guard around readers: everything foreign becomes ours, and nothing else does."""

import errno
import json
import os
import struct
import tokenize
import zipfile
from pathlib import Path

import pytest

from moe3d.errors import DatasetError, JobCancelledError, MoE3DError, ShapeError
from moe3d.io.files.array_file import read_array
from moe3d.io.files.outside_files import (
    first_line,
    read_json,
    read_text,
    reading,
    require_file,
    shown,
)
from moe3d.io.formats.exr import read_exr
from moe3d.io.formats.ply import read_ply
from moe3d.io.scenes.prediction_file import read_prediction
from moe3d.io.scenes.session_file import read_session
from moe3d.io.scenes.truth_files import read_depth


class PanicException(BaseException):
    """As Rust libraries raise it."""


FOREIGN = [
    ValueError("bad\nsecond line"),
    KeyError("depth"),
    RecursionError("maximum recursion depth exceeded"),
    MemoryError(),
    OverflowError("too big"),
    AssertionError(),
    NotImplementedError("never"),
    struct.error("unpack"),
    tokenize.TokenError("EOF", (1, 2)),
    zipfile.BadZipFile("not a zip"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"),
    StopIteration(),
    OSError("no number"),
    OSError(errno.EIO, "Input/output error"),
    SyntaxError("x"),
    PanicException("called unwrap on None"),
    type("FromSomeLibrary", (Exception,), {})("whatever\x1b[31m"),
]


@pytest.mark.parametrize("error", FOREIGN, ids=lambda error: type(error).__name__)
def test_everything_foreign_becomes_one_line_that_names_the_file(error: BaseException):
    with pytest.raises(DatasetError) as caught, reading(Path("/x/a.npy"), DatasetError, wanted="b"):
        raise error
    message = str(caught.value)
    assert message.startswith("/x/a.npy: ")
    assert message.endswith("; b")
    assert message.isprintable()
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("error", [ShapeError("s"), JobCancelledError("stopped")])
def test_errors_of_ours_pass_as_they_are(error: MoE3DError):
    with pytest.raises(type(error)) as caught, reading(Path("a"), DatasetError):
        raise error
    assert caught.value is error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), GeneratorExit()])
def test_the_wish_to_stop_passes(error: BaseException):
    with pytest.raises(type(error)), reading(Path("a"), DatasetError):
        raise error


def test_a_long_message_is_cut():
    assert len(first_line(ValueError("x" * 10_000))) <= 160
    assert shown("a" * 1000, 20) == "a" * 8 + "..." + "a" * 8


READERS = [read_array, read_exr, read_ply, read_prediction, read_session, read_depth]


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "device", "loop", "empty"])
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, read, kind: str):
    path = tmp_path / "input.npy"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)  # opening it would wait for a writer for ever
    elif kind == "device":
        path.symlink_to("/dev/zero")  # reading it would never end
    elif kind == "loop":
        path.symlink_to(path)
    elif kind == "empty":
        path.touch()
    with pytest.raises(MoE3DError, match=r"input\.npy"):
        read(path)


def test_a_text_file_that_is_too_large_is_not_read(tmp_path: Path):
    path = tmp_path / "cameras.json"
    with path.open("wb") as stream:
        stream.truncate(10 * 2**30)  # ten sparse gigabytes
    with pytest.raises(DatasetError, match="has 10,737,418,240 bytes; wanted at most"):
        read_json(path, DatasetError)


def test_a_byte_order_mark_is_passed_over(tmp_path: Path):
    path = tmp_path / "a.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"a": "ü"}, ensure_ascii=False).encode())
    assert read_json(path, DatasetError) == {"a": "ü"}
    path.write_bytes(b"\xff\xfe{")
    with pytest.raises(DatasetError, match="no text in UTF-8"):
        read_text(path, DatasetError)


def test_a_file_within_its_limit_passes(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"12345")
    require_file(tmp_path / "a", DatasetError, max_bytes=5)
    with pytest.raises(DatasetError, match="wanted at most 4"):
        require_file(tmp_path / "a", DatasetError, max_bytes=4)


def test_an_exr_attribute_of_a_negative_size_ends(tmp_path: Path):
    """Its reader went back and forth between two attributes for ever."""
    head = struct.pack("<ii", 20000630, 2)
    path = tmp_path / "a.exr"
    path.write_bytes(head + b"name\0kind\0" + struct.pack("<i", -14) + bytes(40))
    with pytest.raises(MoE3DError, match=r"a\.exr: is no EXR file"):
        read_exr(path)


def test_a_ply_that_promises_more_than_it_has_asks_for_no_memory(tmp_path: Path):
    path = tmp_path / "a.ply"
    rows = "property float x\nproperty float y\nproperty float z\nend_header\n"
    for kind in ("ascii", "binary_little_endian"):
        path.write_text(f"ply\nformat {kind} 1.0\nelement vertex 99999999999999\n{rows}1 2 3\n")
        with pytest.raises(MoE3DError, match="99999999999999 vertices do not fit"):
            read_ply(path)
