"""Photos and predictions for tests of the command line."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of two small photos with a textured square in front of a wall."""
    folder = tmp_path / "photos"
    folder.mkdir()
    generator = np.random.default_rng(3)
    wall = generator.integers(60, 200, (120, 160, 3), dtype=np.uint8)
    for index in range(2):
        pixels = wall.copy()
        pixels[40:90, 50 + 8 * index : 110 + 8 * index] = [200, 60, 40]
        Image.fromarray(pixels).save(folder / f"photo {index + 1}.png")
    return folder
