import json

import numpy as np
import pytest
from PIL import Image

from moe3d.errors import OutputError
from moe3d.training.data.folders import write_scene_folder
from moe3d.training.data.generator import SceneGenerator


def test_a_written_scene_reads_back_with_other_tools(tmp_path):
    scenes = SceneGenerator().generate([7], num_views=2, height=28, width=42)
    folder = write_scene_folder(scenes, 0, tmp_path)
    assert folder.name == "scene-0000007"
    for view in range(2):
        with Image.open(folder / "images" / f"{view:03d}.png") as photo:
            assert np.array_equal(np.asarray(photo), scenes.images[0, view].numpy())
        depth = np.load(folder / "depth" / f"{view:03d}.npy")
        assert depth.dtype == np.float32
        assert np.array_equal(depth, scenes.depth[0, view].numpy(), equal_nan=True)
    record = json.loads((folder / "cameras.json").read_text())
    matrices = np.array([view["camera_from_world"] for view in record["views"]])
    assert np.allclose(matrices, scenes.camera_from_world[0].numpy())
    assert np.allclose(np.linalg.det(matrices[:, :3, :3]), 1, atol=1e-5)


def test_an_existing_scene_is_kept_unless_told_otherwise(tmp_path):
    scenes = SceneGenerator().generate([7], num_views=1, height=28, width=42)
    folder = write_scene_folder(scenes, 0, tmp_path)
    (folder / "mine.txt").write_text("keep")
    with pytest.raises(OutputError, match="scene-0000007"):
        write_scene_folder(scenes, 0, tmp_path)
    assert (folder / "mine.txt").exists()
    write_scene_folder(scenes, 0, tmp_path, overwrite=True)
    assert not (folder / "mine.txt").exists()
