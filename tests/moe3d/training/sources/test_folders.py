import json
import logging

import numpy as np
import pytest
import torch
from PIL import Image

from moe3d.errors import DatasetError
from moe3d.io.scenes.prediction_file import write_prediction
from moe3d.training.data.folders import write_scene_folder
from moe3d.training.data.generator import SceneGenerator
from moe3d.training.processes import Share
from moe3d.training.sources.folders import check_scenes, open_own_data
from moe3d.training.sources.opening import open_source
from tests.scenes import step_prediction

CPU = torch.device("cpu")


@pytest.fixture
def captures(tmp_path):
    """Two scenes of three photos, 48x32 pixels."""
    scenes = SceneGenerator().generate([21, 22], num_views=3, height=32, width=48)
    for index in range(2):
        write_scene_folder(scenes, index, tmp_path / "captures")
    return tmp_path / "captures"


def load(config, step=0):
    return open_source(config, Share(), CPU).load(step)


def test_a_batch_has_the_scenes_own_geometry(captures, settings):
    config = settings(source="folders", data=captures, augment=False, single_view_share=0.0)
    batch = load(config)
    assert batch.images.shape[-2:] == (28, 42)
    assert all(name.startswith("scene-00000") for name in batch.names)
    # The same photos by hand: 48x32 covers 42x28 at 0.875.
    name, _, numbers = batch.names[0].partition(", frames ")
    frame = int(numbers.split(", ")[0])
    depth = np.load(captures / name / f"depth/{frame:03d}.npy")
    rows = ((np.arange(28) + 0.5) / 0.875).astype(int)
    columns = ((np.arange(42) + 0.5) / 0.875).astype(int)
    expected = depth[rows][:, columns]
    ratio = batch.depth[0, 0].numpy() / expected
    known = np.isfinite(expected)
    assert np.allclose(ratio[known], ratio[known][0], rtol=1e-4)
    camera = json.loads((captures / name / "cameras.json").read_text())["views"][frame]
    focal = 0.875 * np.array(camera["intrinsics"])[0, 0]
    assert batch.cameras.intrinsics[0, 0, 0, 0].item() == pytest.approx(focal, rel=1e-4)


def break_missing(folder):
    (folder / "depth/001.npy").unlink()


def break_size(folder):
    np.save(folder / "depth/001.npy", np.ones((10, 10), np.float32))


def break_values(folder):
    np.save(folder / "depth/001.npy", np.full((32, 48), np.inf, np.float32))


def break_photo(folder):
    (folder / "images/001.png").write_bytes(b"no picture")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (break_missing, r"001\.npy is missing"),
        (break_size, r"001\.png is 48x32 pixels and its depth 10x10"),
        (break_values, r"001\.png has not one finite, positive value"),
        (break_photo, r"001\.png"),
    ],
)
def test_a_bad_frame_is_named_and_left_out_or_stops_the_run(
    damage, message, captures, settings, caplog
):
    damage(captures / "scene-0000021")
    config = settings(source="folders", data=captures)
    with caplog.at_level(logging.WARNING):
        usable = check_scenes(open_own_data(config), config)
    assert {scene.name: scene.frames for scene in usable} == {
        "scene-0000021": (0, 2),
        "scene-0000022": (0, 1, 2),
    }
    (line,) = [record.getMessage() for record in caplog.records if "left out" in record.msg]
    assert "scene-0000021, frame 1" in line
    strict = settings(source="folders", data=captures, bad_data="stop")
    with pytest.raises(DatasetError, match=message):
        open_source(strict, Share(), CPU)


def test_a_scene_whose_cameras_do_not_fit_is_left_out(captures, settings):
    (captures / "scene-0000021/images/003.png").write_bytes(
        (captures / "scene-0000021/images/000.png").read_bytes()
    )
    config = settings(source="folders", data=captures)
    usable = check_scenes(open_own_data(config), config)
    assert [scene.name for scene in usable] == ["scene-0000022"]


def test_nothing_usable_ends_the_run(captures, settings):
    for scene in captures.iterdir():
        for path in (scene / "depth").iterdir():
            path.unlink()
    with pytest.raises(DatasetError, match="no scene of data set 'scenes' has a usable frame"):
        open_source(settings(source="folders", data=captures), Share(), CPU)


def test_results_of_earlier_runs_are_scenes(tmp_path, settings):
    write_prediction(step_prediction(), tmp_path / "results/room.npz")
    config = settings(
        source="folders", data=tmp_path / "results", dataset="predictions", scenes_per_step=1
    )
    batch = load(config)
    assert batch.names[0].startswith("room.npz")
    assert torch.isfinite(batch.depth).any()


def test_other_layouts_are_read_through_the_data_sets(tmp_path, settings):
    """Neural RGB-D: numbers without padding, OpenGL poses, 16-bit millimetres."""
    room = tmp_path / "whiteroom"
    for name in ("images", "depth"):
        (room / name).mkdir(parents=True)
    for index in range(2):
        Image.new("RGB", (640, 480), (90, 120, 60)).save(room / f"images/img{index}.png")
        depth = np.full((480, 640), 2000 + index, np.uint16)
        Image.fromarray(depth).save(room / f"depth/depth{index}.png")
    np.savetxt(room / "poses.txt", np.tile(np.eye(4), (2, 1)))
    (room / "focal.txt").write_text("554.2562584220408\n")
    config = settings(source="folders", data=tmp_path, dataset="nrgbd", scenes_per_step=1)
    batch = load(config)
    assert batch.names[0].startswith("whiteroom")
    assert torch.isfinite(batch.depth).all()
