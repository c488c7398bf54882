"""Videos are read back by OpenCV's own reader."""

import cv2
import numpy as np
import pytest

from moe3d.errors import OutputError, UsageError
from moe3d.io.videos.video_writer import write_video

WIDTH, HEIGHT, COUNT = 160, 96, 12


def colored_frames():
    """Red grows, green falls, blue stands: a swap of channels or an order would show."""
    for number in range(COUNT):
        frame = np.empty((HEIGHT, WIDTH, 3), np.uint8)
        frame[:] = (20 * number, 240 - 20 * number, 60)
        frame[HEIGHT // 2 :] //= 2
        yield frame


def read_back(path):
    capture = cv2.VideoCapture(str(path))
    rate, found = capture.get(cv2.CAP_PROP_FPS), []
    while True:
        is_there, frame = capture.read()
        if not is_there:
            return rate, np.array(found)
        found.append(frame[..., ::-1])


@pytest.mark.parametrize("ending", [".mp4", ".avi", ".MP4"])
def test_every_frame_comes_back_in_order(tmp_path, ending):
    path = tmp_path / f"turn{ending}"
    assert list(write_video(path, colored_frames(), 25)) == list(range(1, COUNT + 1))
    rate, found = read_back(path)
    assert rate == pytest.approx(25)
    assert found.shape == (COUNT, HEIGHT, WIDTH, 3)
    difference = np.abs(found.astype(int) - np.array(list(colored_frames())).astype(int))
    assert difference.mean() < 4
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_an_abandoned_video_leaves_the_old_file(tmp_path):
    path = tmp_path / "turn.mp4"
    path.write_bytes(b"old")
    steps = write_video(path, colored_frames(), 25)
    next(steps)
    next(steps)
    assert len(list(tmp_path.iterdir())) > 1
    steps.close()
    assert [file.name for file in tmp_path.iterdir()] == ["turn.mp4"]
    assert path.read_bytes() == b"old"


def test_a_frame_that_fails_leaves_nothing(tmp_path):
    def failing():
        yield next(colored_frames())
        raise RuntimeError("the picture was lost")

    with pytest.raises(RuntimeError):
        list(write_video(tmp_path / "turn.mp4", failing(), 25))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["turn.gif", "turn"])
def test_another_ending_is_refused_before_anything_is_drawn(tmp_path, name):
    with pytest.raises(OutputError, match=rf"{name}: .*wanted \.mp4 or \.avi"):
        next(write_video(tmp_path / name, colored_frames(), 25))
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "notes.txt").write_text("a file, not a folder")
    with pytest.raises(OutputError, match=r"turn\.mp4: cannot be written .*nothing was changed"):
        next(write_video(tmp_path / "notes.txt" / "turn.mp4", colored_frames(), 25))


def test_odd_sizes_are_refused(tmp_path):
    with pytest.raises(UsageError, match="161 x 96 pixels; wanted even"):
        next(write_video(tmp_path / "turn.mp4", [np.zeros((96, 161, 3), np.uint8)], 25))
    assert not list(tmp_path.iterdir())


def test_frames_that_were_lost_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr("moe3d.io.videos.video_writer._count", lambda _path: COUNT - 1)
    with pytest.raises(OutputError, match="11 of 12 frames could be read back"):
        list(write_video(tmp_path / "turn.mp4", colored_frames(), 25))
    assert not list(tmp_path.iterdir())
