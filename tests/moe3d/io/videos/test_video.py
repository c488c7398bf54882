"""Frames of videos: which are taken, how they look, what is said of bad files."""

import dataclasses
import shutil
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from moe3d.errors import ImageReadError, JobCancelledError, UsageError
from moe3d.io.photos.images import read_pixels, read_views, thumbnail
from moe3d.io.videos import video, video_file
from moe3d.io.videos.video import VideoSampling
from moe3d.progress import Progress
from tests.videos import (
    MIRRORED,
    TURNS,
    levels_of,
    noise,
    quarters,
    turn_track,
    write_sound,
    write_video,
)

UNEVEN = [Fraction(n, 5) for n in range(10)] + [2 + Fraction(n, 60) for n in range(120)]
"""Five frames a second for two seconds, then sixty for two more."""


def blurred(seed: int = 0) -> np.ndarray:
    return cv2.GaussianBlur(noise(seed), (9, 9), 4)


def one_sharp_at(times, sharp) -> list[np.ndarray]:
    """Blurred pictures, but for those at some times, which are sharp and brighter."""
    return [noise() // 2 + 120 if time in sharp else blurred() for time in times]


@pytest.fixture(scope="module")
def uneven(tmp_path_factory):
    sharp = [Fraction(4, 5), Fraction(6, 5), 2 + Fraction(31, 60), 3 + Fraction(58, 60)]
    path = tmp_path_factory.mktemp("uneven") / "walk.mp4"
    return write_video(path, UNEVEN, one_sharp_at(UNEVEN, sharp))


def test_each_second_gives_its_sharpest_frame_by_the_clock_of_the_video(uneven):
    views = read_views(uneven)
    assert views.names == (
        "walk_0000.80s.jpg",
        "walk_0001.20s.jpg",
        "walk_0002.52s.jpg",
        "walk_0003.97s.jpg",
    )
    assert all(read_pixels(view).mean() > 150 for view in views.views)
    np.testing.assert_allclose(
        [view.frame_s for view in views.views], [0.8, 1.2, 151 / 60, 238 / 60], atol=1e-3
    )
    assert all(not view.warnings for view in views.views)


def test_the_rate_is_by_time_not_by_frames(uneven):
    views = read_views(uneven, sampling=VideoSampling(frames_per_second=4))
    # Four a second of four seconds, though two thirds of the frames are of the last two; a quarter
    # of the first two seconds holds one or two frames.
    assert len(views) == 16
    quarters_of_a_second = [int(view.frame_s * 4 + 1e-6) for view in views.views]
    assert quarters_of_a_second == list(range(16))


def test_a_number_of_frames_covers_the_whole_video_evenly_in_time(uneven):
    views = read_views(uneven, sampling=VideoSampling(num_frames=8))
    assert [int(view.frame_s * 2 + 1e-6) for view in views.views] == list(range(8))
    assert len(read_views(uneven, sampling=VideoSampling(num_frames=1))) == 1
    every = read_views(uneven, sampling=VideoSampling(num_frames=5000))
    np.testing.assert_allclose([v.frame_s for v in every.views], np.float64(UNEVEN), atol=1e-3)


def test_frames_nearer_than_a_hundredth_of_a_second_have_names_of_their_own(tmp_path):
    times = [Fraction(n, 500) for n in range(10)]
    path = write_video(tmp_path / "fast.mp4", times, [noise(n) for n in range(10)])
    views = read_views(path, sampling=VideoSampling(frames_per_second=500))
    assert views.names == tuple(f"fast_{n / 500:08.3f}s.jpg" for n in range(10))


@pytest.mark.parametrize(
    "sampling",
    [{"frames_per_second": 0.0}, {"frames_per_second": float("nan")}, {"num_frames": 0}],
)
def test_a_rate_that_cannot_be_meant_is_refused(sampling):
    with pytest.raises(UsageError, match="wanted"):
        VideoSampling(**sampling)


def test_a_long_video_is_sampled_more_widely_and_says_so(uneven, monkeypatch):
    monkeypatch.setattr(video, "MAX_FRAMES", 2)
    views = read_views(uneven)
    assert len(views) == 2
    (warning,) = views.views[0].warnings
    assert "long (4 s): 2 frames of it are used, one every 2.0 s" in warning
    assert len(read_views(uneven, sampling=VideoSampling(num_frames=4))) == 4  # it was asked for


@pytest.mark.parametrize("ending", ["mkv", "mov", "avi"])
def test_other_containers_give_the_same_frames(tmp_path, ending):
    times = [Fraction(n, 10) for n in range(20)]
    pictures = one_sharp_at(times, [Fraction(3, 10), Fraction(17, 10)])
    codec = "mpeg4" if ending == "avi" else "libx264"
    views = read_views(write_video(tmp_path / f"walk.{ending}", times, pictures, codec=codec))
    assert views.names == ("walk_0000.30s.jpg", "walk_0001.70s.jpg")
    assert all(read_pixels(view).mean() > 150 for view in views.views)


@pytest.mark.parametrize(
    ("shape", "size"),
    [(Fraction(2), (128, 48)), (Fraction(1, 2), (64, 96)), (Fraction(1), (64, 48))],
)
def test_pixels_that_are_not_square_are_shown_in_shape(tmp_path, shape, size):
    path = write_video(tmp_path / "wide.mp4", [0, 0.5], [quarters()] * 2, shape)
    (view,) = read_views(path).views
    assert (view.width, view.height) == size
    assert read_pixels(view).shape == (*size[::-1], 3)
    np.testing.assert_allclose(levels_of(read_pixels(view)), [[40, 90], [140, 200]], atol=4)


@pytest.mark.parametrize("degrees", TURNS)
def test_a_video_held_sideways_is_turned_upright(tmp_path, degrees):
    path = write_video(tmp_path / "turned.mp4", [0, 0.5], [quarters()] * 2)
    turn_track(path, TURNS[degrees])
    (view,) = read_views(path).views
    expected = np.rot90(np.array([[40, 90], [140, 200]]), -degrees // 90)
    assert (view.width, view.height) == ((48, 64) if degrees % 180 else (64, 48))
    np.testing.assert_allclose(levels_of(read_pixels(view)), expected, atol=4)


def test_a_mirrored_video_is_mirrored_back(tmp_path):
    path = write_video(tmp_path / "selfie.mp4", [0], [quarters()])
    turn_track(path, MIRRORED)
    np.testing.assert_allclose(
        levels_of(read_pixels(read_views(path).views[0])), [[90, 40], [200, 140]], atol=4
    )


def test_shape_comes_before_the_turn(tmp_path):
    path = write_video(tmp_path / "both.mp4", [0], [quarters()], Fraction(2))
    turn_track(path, TURNS[90])
    (view,) = read_views(path).views
    assert (view.width, view.height) == (48, 128)
    np.testing.assert_allclose(levels_of(read_pixels(view)), [[140, 40], [200, 90]], atol=4)


def test_large_video_without_named_colours_has_those_of_high_definition(tmp_path):
    red, green, blue = 200, 60, 30
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue  # BT.709, by hand
    planes = [
        (16 + 219 * luma / 255, (720, 1280)),
        (128 + 224 * (blue - luma) / 1.8556 / 255, (360, 640)),
        (128 + 224 * (red - luma) / 1.5748 / 255, (360, 640)),
    ]
    packed = np.concatenate(
        [np.full(size, round(value), np.uint8).ravel() for value, size in planes]
    )
    with av.open(str(tmp_path / "hd.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "4"}
        frame = av.VideoFrame.from_ndarray(packed.reshape(1080, 1280), format="yuv420p")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    (view,) = read_views(tmp_path / "hd.mp4").views
    np.testing.assert_allclose(
        read_pixels(view)[300:400, 500:600].mean((0, 1)), [200, 60, 30], atol=3
    )


def hlg(light: np.ndarray) -> np.ndarray:
    """ITU-R BT.2100, the camera's way: scene light 0 to 1 to the signal."""
    high = 0.17883277 * np.log(np.maximum(12 * light - 0.28466892, 1e-9)) + 0.55991073
    return np.where(light <= 1 / 12, np.sqrt(3 * light), high)


def pq(nits: np.ndarray) -> np.ndarray:
    power = (nits / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375


@pytest.mark.parametrize(
    ("transfer", "encode"), [(18, lambda x: hlg(0.265 * x)), (16, lambda x: pq(203 * x))]
)
@pytest.mark.parametrize(
    ("light", "srgb"),
    [
        ((1.0, 1.0, 1.0), (255, 255, 255)),
        ((0.2140, 0.2140, 0.2140), (127, 127, 127)),  # half of sRGB
        ((0.6274, 0.0691, 0.0164), (255, 0, 0)),  # sRGB's red in BT.2020
        ((4.0, 4.0, 4.0), (255, 255, 255)),  # a lamp
        ((0.0, 0.0, 0.0), (0, 0, 0)),
    ],
)
def test_high_dynamic_range_is_shown_as_on_an_ordinary_screen(
    tmp_path, transfer, encode, light, srgb
):
    signal = np.clip(encode(np.array(light)), 0, 1)
    picture = np.broadcast_to(np.round(65535 * signal), (48, 64, 3)).astype(np.uint16)
    with av.open(str(tmp_path / "hdr.mkv"), "w") as container:
        stream = container.add_stream("ffv1", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "gbrp16le"
        stream.codec_context.color_trc = transfer
        stream.codec_context.color_primaries = 9
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb48le")
        frame.color_trc, frame.color_primaries = transfer, 9
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    (view,) = read_views(tmp_path / "hdr.mkv").views
    np.testing.assert_allclose(read_pixels(view)[20, 30], srgb, atol=3)


def test_a_frame_is_read_again_as_it_was_and_in_full(uneven, monkeypatch):
    kept = read_views(uneven).views
    monkeypatch.setattr(video, "MAX_SIDE", 32)
    for view, small in zip(kept, read_views(uneven).views, strict=True):
        assert view.source == f"{uneven}#t={view.frame_s:.6f}"
        assert (small.width, small.height) == (64, 48)
        assert small.pixels.shape == (24, 32, 3)
        again = dataclasses.replace(small, pixels=None)
        np.testing.assert_array_equal(read_pixels(again), view.pixels)
        assert thumbnail(again, 32).shape == (24, 32, 3)


def test_frames_of_a_scene_fit_into_a_stated_memory(uneven, monkeypatch):
    monkeypatch.setattr(video, "MAX_BYTES", 4 * 3000)
    views = read_views(uneven).views
    assert 0.8 * 4 * 3000 < sum(view.pixels.nbytes for view in views) < 1.05 * 4 * 3000
    assert {(view.width, view.height) for view in views} == {(64, 48)}


def test_videos_and_photos_of_a_folder_are_all_used_in_its_order(tmp_path):
    Image.fromarray(noise(1)).save(tmp_path / "10.jpg")
    Image.fromarray(noise(2)).save(tmp_path / "walk_0000.00s.jpg")
    write_video(tmp_path / "2.mp4", [0, 0.5], [noise(3), blurred()])
    write_video(tmp_path / "walk.mp4", [0, 0.5], [noise(4), blurred()])
    write_video(tmp_path / "walk.mkv", [0, 0.5], [noise(5), blurred()])
    views = read_views(tmp_path)
    assert views.names == (
        "2_0000.00s.jpg",
        "10.jpg",
        "walk_0000.00s (2).jpg",
        "walk_0000.00s (3).jpg",
        "walk_0000.00s.jpg",
    )
    assert [view.path.name for view in views.views] == [
        "2.mp4", "10.jpg", "walk.mkv", "walk.mp4", "walk_0000.00s.jpg",
    ]  # fmt: skip
    assert not views.refused
    listed = read_views([tmp_path / "walk.mp4", tmp_path / "10.jpg", tmp_path / "2.mp4"])
    assert listed.names == ("walk_0000.00s.jpg", "10.jpg", "2_0000.00s.jpg")


def test_the_moving_part_of_a_live_photo_is_named_and_not_used(tmp_path):
    Image.fromarray(noise(1)).save(tmp_path / "IMG_1.jpg")
    write_video(tmp_path / "IMG_1.mov", [0], [noise(3)])
    write_video(tmp_path / "walk.mov", [0], [noise(3)])
    views = read_views(tmp_path)
    assert views.names == ("IMG_1.jpg", "walk_0000.00s.jpg")
    assert [file.path.name for file in views.refused] == ["IMG_1.mov"]
    assert "moving part of IMG_1.jpg" in views.refused[0].reason
    assert len(read_views(tmp_path / "IMG_1.mov")) == 1


def _empty(path):
    path.write_bytes(b"")


def _text(path):
    path.write_text("no video")


def _zeros(path):
    path.write_bytes(bytes(5000))


def _without_frames(path):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()


def _without_table(path):
    write_video(path, [0, 0.5], [noise()] * 2)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moov") - 4])


def _with_broken_pictures(path):
    write_video(path, [0, 0.5], [noise()] * 2)
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    data[start : data.index(b"moov") - 4] = bytes(data.index(b"moov") - 4 - start)
    path.write_bytes(data)


def _playlist(path):
    inner = write_video(path.with_name("inner.ts"), [0], [noise()])
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{inner}\n#EXT-X-ENDLIST\n")


def _fifo(path):
    __import__("os").mkfifo(path)


BAD = {
    "empty": (_empty, r"it is empty \(0 bytes\)"),
    "text": (_text, "damaged, or no video"),
    "zeros": (_zeros, "holds only zeros"),
    "sound": (write_sound, "sound but no pictures"),
    "no frames": (_without_frames, "it holds none|it holds no pictures|damaged"),
    "no table": (_without_table, "damaged or cut short: the table of its frames is missing"),
    "broken": (_with_broken_pictures, "none of 2 can be decoded"),
    "playlist": (_playlist, "damaged, or no video"),
    "fifo": (_fifo, "named pipe"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_video_without_a_frame_is_refused_by_name_and_the_rest_is_used(tmp_path, kind, capfd):
    make, reason = BAD[kind]
    make(tmp_path / "walk.mp4")
    with pytest.raises(ImageReadError, match=rf"walk\.mp4: .*({reason})"):
        read_views(tmp_path / "walk.mp4")
    Image.fromarray(noise(1)).save(tmp_path / "1.jpg")
    views = read_views(tmp_path)
    assert views.names == ("1.jpg",)
    assert [file.path.name for file in views.refused] == ["walk.mp4"]
    assert "wanted a video" in views.refused[0].reason or "2 can be" in views.refused[0].reason
    assert capfd.readouterr() == ("", "")  # FFmpeg itself is silent


def test_frames_that_would_not_fit_into_memory_are_refused_by_their_size(uneven, monkeypatch):
    monkeypatch.setattr(video_file, "MAX_PIXELS", 64 * 48 - 1)
    with pytest.raises(
        ImageReadError, match=r"walk\.mp4: its frames are 64 x 48 pixels; the limit"
    ):
        read_views(uneven)


def test_a_missing_video_is_named(tmp_path):
    with pytest.raises(ImageReadError, match=r"walk\.mp4: there is no such file"):
        read_views(tmp_path / "walk.mp4")


def test_a_video_that_was_cut_short_gives_what_is_there_and_says_so(tmp_path):
    times = [Fraction(n, 10) for n in range(60)]
    whole = write_video(tmp_path / "whole.mkv", times, [noise(n) for n in range(60)])
    data = whole.read_bytes()
    (tmp_path / "walk.mkv").write_bytes(data[: len(data) // 2])
    views = read_views(tmp_path / "walk.mkv")
    assert 2 <= len(views) <= 4
    assert any("cut short" in text for text in views.views[0].warnings)
    assert not any(view.warnings for view in views.views[1:])


def test_damage_in_the_middle_costs_only_what_is_damaged_and_is_told(tmp_path):
    times = [Fraction(n, 10) for n in range(60)]
    path = write_video(tmp_path / "walk.mp4", times, [noise(n) for n in range(60)])
    data = bytearray(path.read_bytes())
    middle = (data.index(b"mdat") + data.index(b"moov")) // 2
    data[middle : middle + 3000] = np.random.default_rng(0).bytes(3000)
    path.write_bytes(data)
    views = read_views(path)
    assert len(views) >= 5
    assert any("damaged" in text for text in views.views[0].warnings)


@pytest.mark.parametrize("seed", range(8))
def test_a_shuffled_file_ends_in_frames_or_in_our_own_error(uneven, tmp_path, seed):
    data = bytearray(uneven.read_bytes())
    random = np.random.default_rng(seed)
    for at in random.integers(0, len(data), 40):
        data[at] = random.integers(0, 256)
    (tmp_path / "walk.mp4").write_bytes(data)
    error = None
    try:
        views = read_views(tmp_path / "walk.mp4", sampling=VideoSampling(num_frames=3))
    except ImageReadError as failure:
        error = failure
    if error is not None:
        assert str(error).startswith(f"{tmp_path / 'walk.mp4'}: ")
    else:
        assert 1 <= len(views) <= 3


def test_a_frame_that_is_gone_is_named(uneven, tmp_path):
    path = shutil.copy(uneven, tmp_path / "walk.mp4")
    view = dataclasses.replace(read_views(path).views[-1], pixels=None)
    write_video(tmp_path / "walk.mp4", [0, 0.5], [noise()] * 2)
    with pytest.raises(ImageReadError, match=r"walk\.mp4: it has no frame at 3\.967 s any more"):
        read_pixels(view)
    (tmp_path / "walk.mp4").unlink()
    with pytest.raises(ImageReadError, match=r"walk\.mp4: there is no such file"):
        read_pixels(view)


def test_reading_a_video_stops_when_asked(uneven):
    class Stops(Progress):
        def report(self, stage, done=0, total=0):
            if stage == "read video":
                raise JobCancelledError("stopped")

    with pytest.raises(JobCancelledError):
        read_views(uneven, Stops())
