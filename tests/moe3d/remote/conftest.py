"""Photos of every kind that a client may send."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from moe3d.io.photos.images import read_views
from moe3d.scene.records import View, ViewSet


def _texture(seed: int, height: int, width: int, channels: int = 3) -> np.ndarray:
    generator = np.random.default_rng(seed)
    small = generator.integers(30, 220, (height // 8, width // 8, channels), dtype=np.uint8)
    return np.repeat(np.repeat(small, 8, axis=0), 8, axis=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A turned JPEG, a PNG with transparency, and one with a mask."""
    made = tmp_path / "photos"
    (made / "masks").mkdir(parents=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x0110] = "Some camera"
    Image.fromarray(_texture(1, 160, 120)).save(made / "a.jpg", exif=exif, quality=90)
    clear = _texture(2, 120, 160, 4)
    clear[..., 3] = 255
    clear[:30, :, 3] = 0
    Image.fromarray(clear).save(made / "b.png")
    Image.fromarray(_texture(3, 120, 160)).save(made / "c.png")
    mask = np.full((120, 160), 255, np.uint8)
    mask[:, :40] = 0
    Image.fromarray(mask).save(made / "masks" / "c.png")
    return made


@pytest.fixture
def views(folder: Path) -> ViewSet:
    """Those of the folder, a view made in memory, and two frames of a video."""
    found = read_views(folder)
    assert found.views[2].mask is not None
    frames = [
        View(
            f"film {number}.jpg",
            160,
            120,
            path=folder / "film.mp4",
            pixels=_texture(4 + number, 64, 80),
            frame_s=number,
        )
        for number in range(2)
    ]
    warned = replace(found.views[0], warnings=("It is blurred.",))
    memory = View("memory", 160, 120, pixels=_texture(9, 120, 160))
    return ViewSet((warned, *found.views[1:], memory, *frames), found.refused, found.notes)
