"""Zips of photos: what is taken out, and what is refused."""

import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from moe3d.errors import ImageReadError, JobCancelledError
from moe3d.io.photos import zipped
from moe3d.io.photos.zipped import unpack_photos
from moe3d.progress import Progress


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "1.png"
    Image.fromarray(np.random.default_rng(3).integers(0, 255, (40, 50, 3), np.uint8)).save(path)
    return path


def zip_of(path: Path, files: dict[str, bytes], **how) -> Path:
    with zipfile.ZipFile(path, "w", **how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def inside(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "out" / "deep"
    made.mkdir(parents=True)
    return made


def test_photos_and_folders_are_taken_and_everything_else_is_left(tmp_path, photo, folder):
    content = photo.read_bytes()
    files = {
        "walk/images/1.png": content,
        "walk/images/2.PNG": content,
        "walk/film.mp4": b"film",
        "walk/notes.txt": b"no",
        "__MACOSX/walk/._1.png": b"no",
        "walk/.hidden.jpg": b"no",
    }
    path = zip_of(tmp_path / "walk.zip", files)
    assert unpack_photos(path, folder) == 3
    assert inside(folder) == {"walk/images/1.png", "walk/images/2.PNG", "walk/film.mp4"}
    assert (folder / "walk/images/1.png").read_bytes() == content


@pytest.mark.parametrize(
    "name", ["../evil.png", "walk/../../evil.png", "/evil.png", "..\\evil.png", "C:\\evil.png"]
)
def test_nothing_is_written_outside_the_folder(tmp_path, photo, folder, name):
    path = zip_of(tmp_path / "evil.zip", {name: b"evil", "1.png": photo.read_bytes()})
    before = inside(tmp_path)
    unpack_photos(path, folder)
    assert inside(tmp_path) - before == {"out/deep/1.png"}


def test_links_are_left_out(tmp_path, photo, folder):
    path = tmp_path / "link.zip"
    link = zipfile.ZipInfo("secret.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.write(photo, "1.png")
    assert unpack_photos(path, folder) == 1
    assert inside(folder) == {"1.png"}


def test_a_bomb_is_refused_before_anything_is_written(tmp_path, folder, monkeypatch):
    monkeypatch.setattr(zipped, "ALWAYS_ALLOWED_BYTES", 10_000)
    path = zip_of(tmp_path / "bomb.zip", {"1.png": bytes(10**7)}, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(ImageReadError, match=r"would become 0\.01 GB"):
        unpack_photos(path, folder)
    assert inside(folder) == set()


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path, folder):
    path = zip_of(tmp_path / "lie.zip", {"1.png": bytes(5000)}, compression=zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):  # header, central directory
        start = data.index(mark) + place
        data[start : start + 4] = (100).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(ImageReadError, match=r"lie\.zip"):
        unpack_photos(path, folder)
    assert inside(folder) == set()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"no zip at all", "cannot be unpacked"), (b"", "cannot be unpacked")],
)
def test_a_damaged_zip_is_named(tmp_path, folder, content, words):
    path = tmp_path / "damaged.zip"
    path.write_bytes(content)
    with pytest.raises(ImageReadError, match=words):
        unpack_photos(path, folder)


def test_a_zip_that_is_cut_short_leaves_nothing(tmp_path, photo, folder):
    path = zip_of(tmp_path / "flipped.zip", {"1.png": photo.read_bytes()})
    data = bytearray(path.read_bytes())
    data[200] ^= 0xFF  # its sum is wrong now
    path.write_bytes(data)
    with pytest.raises(ImageReadError, match="cannot be unpacked"):
        unpack_photos(path, folder)
    assert inside(folder) == set()


def test_a_zip_without_photos_and_one_with_too_many_say_so(tmp_path, photo, folder, monkeypatch):
    with pytest.raises(ImageReadError, match="holds no photo"):
        unpack_photos(zip_of(tmp_path / "text.zip", {"a.txt": b"a"}), folder)
    monkeypatch.setattr(zipped, "MOST_FILES", 2)
    many = zip_of(tmp_path / "many.zip", {f"{n}.png": photo.read_bytes() for n in range(3)})
    with pytest.raises(ImageReadError, match="3 photos; at most 2"):
        unpack_photos(many, folder)


def test_a_password_is_told_from_damage(tmp_path, photo, folder):
    path = zip_of(tmp_path / "secret.zip", {"1.png": photo.read_bytes()})
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1  # the flag of encryption
    path.write_bytes(data)
    with pytest.raises(ImageReadError, match="password"):
        unpack_photos(path, folder)


def test_a_cancelled_unpacking_leaves_nothing(tmp_path, photo, folder):
    files = {f"{n}.png": photo.read_bytes() for n in range(4)}
    path = zip_of(tmp_path / "walk.zip", files)
    progress = Progress()
    progress.cancel()
    with pytest.raises(JobCancelledError):
        unpack_photos(path, folder, progress)
    assert inside(folder) == set()
