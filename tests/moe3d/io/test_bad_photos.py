"""One bad photo never stops a folder, whatever it is and whatever its decoder throws."""

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import AvifImagePlugin, Image

from moe3d.errors import ImageReadError
from moe3d.io.photos.images import read_pixels, read_views
from moe3d.io.photos.pixel_budget import PixelBudget
from moe3d.scene.records import View

SECONDS = 60
"""A process that should end at once is given up after so long."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good photos."""
    for name in "12":
        picture().save(tmp_path / f"{name}.png")
    return tmp_path


def picture() -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
    return Image.fromarray(pixels)


def reason(folder: Path, name: str) -> str:
    """Why this file is refused; the two good ones are used."""
    views = read_views(folder)
    assert views.names == ("1.png", "2.png")
    (refused,) = views.refused
    assert refused.path == folder / name
    return refused.reason


@pytest.mark.parametrize("target", ["4.jpg", "5.jpg", "gone.jpg"])
def test_a_link_that_leads_nowhere_is_refused(folder, target):
    (folder / "4.jpg").symlink_to(target)
    if target == "5.jpg":
        (folder / "5.jpg").symlink_to("4.jpg")
        assert {file.path.name for file in read_views(folder).refused} == {"4.jpg", "5.jpg"}
        return
    loops, gone = "Too many levels of symbolic links", "No such file"
    assert (gone if target == "gone.jpg" else loops) in reason(folder, "4.jpg")


def test_a_list_with_a_link_to_itself_is_read(folder):
    (folder / "4.jpg").symlink_to("4.jpg")
    views = read_views([folder / "1.png", folder / "4.jpg", folder / "2.png"])
    assert views.names == ("1.png", "2.png")
    with pytest.raises(ImageReadError, match=r"4\.jpg: it cannot be read"):
        read_views(folder / "4.jpg")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/full", "/dev/tty"])
def test_a_device_is_refused(folder, device):
    if not Path(device).exists():
        pytest.skip("no such device here")
    (folder / "4.jpg").symlink_to(device)
    assert reason(folder, "4.jpg")


def test_a_pipe_and_a_socket_are_refused(folder):
    import socket

    os.mkfifo(folder / "4.jpg")
    assert "no regular file" in reason(folder, "4.jpg")
    (folder / "4.jpg").unlink()
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as opened:
        opened.bind(os.path.relpath(folder / "4.jpg"))
        assert reason(folder, "4.jpg")


def test_a_photo_that_has_become_a_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "a.jpg")
    with pytest.raises(ImageReadError, match="no regular file"):
        read_pixels(View("a.jpg", 60, 40, tmp_path / "a.jpg"))


def test_a_folder_named_like_a_photo_is_no_photo(folder):
    (folder / "4.jpg").mkdir()
    assert read_views(folder).refused == ()


def test_avif_damaged_anywhere_is_used_or_refused(folder):
    """libavif raises RuntimeError, which Pillow hands on."""
    picture().save(folder / "4.avif")
    data = (folder / "4.avif").read_bytes()
    raised = 0
    for at in range(0, 300, 8):
        bad = data[:at] + bytes(8) + data[at + 8 :]
        (folder / f"bad {at}.avif").write_bytes(bad)
        try:
            with Image.open(folder / f"bad {at}.avif") as image:
                image.load()
        except RuntimeError:
            raised += 1
        except OSError:
            continue
    assert raised, "the test must meet what it is for"
    views = read_views(folder)
    assert {"1.png", "2.png", "4.avif"} <= set(views.names)
    assert len(views) + len(views.refused) == 3 + len(range(0, 300, 8))


THROWN = [RuntimeError, AssertionError, ZeroDivisionError, RecursionError, UnicodeError, Exception]


@pytest.mark.parametrize("error", [*THROWN, MemoryError], ids=lambda error: error.__name__)
@pytest.mark.parametrize("place", ["_open", "load"])
def test_anything_that_a_decoder_throws_is_a_refusal(folder, monkeypatch, error, place):
    picture().save(folder / "4.avif")
    monkeypatch.setattr(AvifImagePlugin.AvifImageFile, place, thrower(error))
    words = "does not fit into memory" if error is MemoryError else "the decoder's own words"
    assert words in reason(folder, "4.avif")


@pytest.mark.parametrize("error", THROWN, ids=lambda error: error.__name__)
def test_a_photo_whose_metadata_cannot_be_read_is_used(folder, monkeypatch, error):
    picture().save(folder / "4.avif")
    monkeypatch.setattr(AvifImagePlugin.AvifImageFile, "getexif", thrower(error))
    assert read_views(folder).names == ("1.png", "2.png", "4.avif")


def thrower(error: type[Exception]):
    def throw(*_given, **_named):
        raise error("the decoder's own words")

    return throw


def test_a_fault_of_our_own_is_not_taken_for_damage(folder, monkeypatch):
    """A refusal that hides our own mistakes would pass every test."""

    def mistake(*_given):
        raise KeyError("ours")

    monkeypatch.setattr("moe3d.io.photos.images.projection_warning", mistake)
    with pytest.raises(KeyError):
        read_views(folder)


def test_photos_that_do_not_fit_together_wait_for_each_other():
    budget, inside, together = PixelBudget(100), 0, []
    lock, entered, go_on = threading.Lock(), threading.Semaphore(0), threading.Event()

    def decode(pixels: int) -> None:
        nonlocal inside
        with budget.hold(pixels):
            with lock:
                inside += pixels
                together.append(inside)
            entered.release()
            go_on.wait(SECONDS)
            with lock:
                inside -= pixels

    threads = [threading.Thread(target=decode, args=(pixels,)) for pixels in (50, 40, 50, 250, 40)]
    for thread in threads:
        thread.start()
    for _ in range(2):
        assert entered.acquire(timeout=SECONDS)
    together[:] = [max(together)]  # the first two were inside at once
    go_on.set()
    for thread in threads:
        thread.join(SECONDS)
    assert not any(thread.is_alive() for thread in threads)
    assert inside == 0
    assert together[0] in (80, 90, 100), "small ones go together"
    assert max(total for total in together if total != 250) <= 100
    assert 250 in together, "one alone may be larger than all that is allowed"


PEAK = """
import resource, sys
from moe3d.io.photos.images import read_views, read_pixels
def peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
before = peak_mib()
views = read_views(sys.argv[1])
assert read_pixels(views.views[0], max_side=64).shape == (48, 64, 3)
print(len(views), peak_mib() - before)
"""


@pytest.mark.slow
def test_four_huge_png_stay_within_the_stated_memory(tmp_path):
    """120 megapixels are 0.48 GB decoded, and four at once were more than five times as much."""
    Image.new("RGB", (12600, 9450), (90, 120, 60)).save(tmp_path / "0.png", compress_level=1)
    for index in range(1, 4):
        (tmp_path / f"{index}.png").write_bytes((tmp_path / "0.png").read_bytes())
    command = [sys.executable, "-c", PEAK, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=280)
    count, peak_mib = done.stdout.split()
    assert int(count) == 4
    assert float(peak_mib) < 650


@pytest.mark.parametrize("kind", ["pipe", "pipe.jpg", "pipe.mp4", "/dev/zero", "link.jpg"])
def test_the_command_line_ends_at_once_on_what_is_no_file(tmp_path, kind):
    path = tmp_path / kind
    if kind.startswith("pipe"):
        os.mkfifo(path)
    elif kind == "link.jpg":
        path.symlink_to("/dev/zero")
    command = [sys.executable, "-m", "moe3d", "run", str(path), "-o", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert path.name in done.stderr
    assert not (tmp_path / "out").exists()
