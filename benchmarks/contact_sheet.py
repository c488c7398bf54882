"""A sheet of photo-like frames to look at, and how many a processor core draws in a second.

    python benchmarks/contact_sheet.py --furniture FOLDER [--count 60] [--views 1] [--seed 0]
        [--out out/contact_sheet.png]

One frame of every scene, ten in a row; with more views they stand beside each other. Seconds are
the process's own, after the models have been read and the textures of these scenes been made.
"""

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np
import torch
from PIL import Image

from moe3d.training.photo_like.furniture import open_furniture
from moe3d.training.photo_like.generator import PhotoLikeGenerator

SIZE = 168, 224
COLUMNS, GAP_PX = 10, 2


def draw(generator: PhotoLikeGenerator, seeds: range, views: int) -> list[np.ndarray]:
    """Photos of scenes, in order."""
    made = (generator.generate([seed], views, *SIZE) for seed in seeds)
    return [photo for scene in made for photo in scene.images[0].numpy()]


def sheet(photos: list[np.ndarray]) -> np.ndarray:
    """All photos on black, ten in a row."""
    height, width = SIZE[0] + GAP_PX, SIZE[1] + GAP_PX
    rows = -(-len(photos) // COLUMNS)
    canvas = np.zeros((rows * height, min(COLUMNS, len(photos)) * width, 3), np.uint8)
    for index, photo in enumerate(photos):
        top, left = index // COLUMNS * height, index % COLUMNS * width
        canvas[top : top + SIZE[0], left : left + SIZE[1]] = photo
    return canvas


def main() -> None:
    """Draw twice: once to fill the stores, once by the clock."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--furniture", type=Path, required=True)
    reader.add_argument("--count", type=int, default=60)
    reader.add_argument("--views", type=int, default=1)
    reader.add_argument("--seed", type=int, default=0)
    reader.add_argument("--out", type=Path, default=Path("out/contact_sheet.png"))
    asked = reader.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    generator = PhotoLikeGenerator(open_furniture(asked.furniture))
    seeds = range(asked.seed, asked.seed + asked.count)
    photos = draw(generator, seeds, asked.views)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(sheet(photos)).save(asked.out)
    start = time.process_time()
    draw(generator, seeds[:10], 4)
    pace = 40 / (time.process_time() - start)
    print(f"{asked.out}: {len(photos)} frames; {pace:.1f} frames a CPU-second (4 views a scene)")


if __name__ == "__main__":
    main()
