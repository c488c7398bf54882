"""The sharpest frame of every second."""

import cv2
import numpy as np
import pytest

from moe3d.errors import ImageReadError
from moe3d.io.images import read_pixels, read_views


def write_video(path, seconds: int = 3, sharp_frame: int = 5) -> None:
    """Ten frames a second, blurred except for one a second, which is brighter."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    noise = np.random.default_rng(0).integers(0, 120, (48, 64, 3), np.uint8)
    for number in range(seconds * 10):
        is_sharp = number % 10 == sharp_frame
        writer.write(noise + 100 if is_sharp else cv2.GaussianBlur(noise, (9, 9), 4))
    writer.release()


def test_each_second_gives_its_sharpest_frame(tmp_path):
    write_video(tmp_path / "walk.avi")
    views = read_views(tmp_path / "walk.avi")
    assert views.names == ("walk_0000.50s.jpg", "walk_0001.50s.jpg", "walk_0002.50s.jpg")
    assert all(read_pixels(view).mean() > 130 for view in views.views)
    assert (views.views[0].width, views.views[0].height) == (64, 48)


def test_a_video_that_is_none_is_named(tmp_path, capfd):
    (tmp_path / "walk.mp4").write_text("no video")
    with pytest.raises(ImageReadError, match=r"walk\.mp4: no frame can be read"):
        read_views([tmp_path / "walk.mp4"])


def test_a_missing_video_is_named(tmp_path):
    with pytest.raises(ImageReadError, match=r"walk\.mp4: there is no such file"):
        read_views(tmp_path / "walk.mp4")
