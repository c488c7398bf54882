"""Sessions remember the masks of their photos."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from moe3d.io.photos.images import read_pixels, read_views
from moe3d.progress import Progress
from moe3d_viewer.state.scene.scene_saving import SceneToSave
from moe3d_viewer.workers.scene_files import open_scene, save_scene


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    """A saved session beside a photo whose right half its mask leaves out."""
    folder = tmp_path / "garden"
    (folder / "images").mkdir(parents=True)
    (folder / "masks").mkdir()
    pixels = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
    Image.fromarray(pixels).save(folder / "images/1.png")
    mask = np.zeros((40, 60), np.uint8)
    mask[:, :30] = 255
    Image.fromarray(mask).save(folder / "masks/1.png")
    saved = SceneToSave("garden", read_views(folder), (str(folder),), {}, None, {})
    save_scene(saved, folder / "a.moe3d", Progress())
    return folder


def test_a_mask_comes_back_with_its_photo_also_from_another_place(scene):
    moved = scene.with_name("moved")
    scene.rename(moved)
    (view,) = open_scene(moved / "a.moe3d", (), Progress()).views.views
    assert view.warnings == ()
    alpha = read_pixels(view)[..., 3]
    assert (alpha[:, :30] == 255).all()
    assert (alpha[:, 30:] == 0).all()


def test_a_mask_that_is_gone_is_said(scene):
    shutil.rmtree(scene / "masks")
    (view,) = open_scene(scene / "a.moe3d", (), Progress()).views.views
    assert view.warnings == ("Its mask 1.png was not found: all of it is used.",)
    assert read_pixels(view).shape == (40, 60, 3)
