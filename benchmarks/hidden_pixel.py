"""How long "why is this pixel hidden?" takes: the pixel alone, and the scene filtered for it.

    python benchmarks/hidden_pixel.py              # 8 photos of 518 x 392, every filter on
    python benchmarks/hidden_pixel.py --photos 30

Before 2026-11-30 each filter was run over the whole scene to look at one pixel; that way is timed
here too, in turn with the other, so that the ratio is of one run.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from moe3d.geometry.box import OrientedBox
from moe3d.scene.filters import (
    CloudOptions,
    PointFilters,
    cloud_options,
    hiding_filters,
    select_pixels,
)
from moe3d.scene.filters.registry import FILTERS, OPTIONS
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import BaselinePrediction, PredictionMetadata, ScenePrediction
from moe3d.scene.sky import with_sky

LAYER = "vggt"
TILE = 130
"""Pixels; few enough edges for a photo."""
EVERYTHING = PointFilters(
    confidence_percentile=20.0,
    same_pixels=True,
    min_support=1,
    edge_rtol=0.03,
    views=(1, 2, 3),
    experts=(0, 2),
    hide_flying=True,
    hide_sky=True,
    hide_black=True,
    hide_white=True,
    box=OrientedBox((0.0, 0.0, 2.0), (0.5, 0.4, 0.8)),
)


def scene(photos: int, height: int, width: int) -> ScenePrediction:
    """Tiles at many depths, their edges blurred for VGGT."""
    generator = np.random.default_rng(0)
    shape = (photos, height, width)
    tiles = 1 + 2 * generator.random((photos, height // TILE + 1, width // TILE + 1))
    depth = tiles.repeat(TILE, 1).repeat(TILE, 2)[:, :height, :width].astype(np.float32)
    blurred = (depth + np.roll(depth, 1, 2) + np.roll(depth, 1, 1) + np.roll(depth, 2, 2)) / 4
    confidence = 1 + generator.random(shape, np.float32)
    cameras = np.tile(np.eye(4), (photos, 1, 1))
    lens = np.array([[width, 0, width / 2], [0, width, height / 2], [0, 0, 1.0]])
    intrinsics = np.tile(lens, (photos, 1, 1))
    support = generator.integers(0, 4, shape).astype(np.uint8)
    return ScenePrediction(
        names=tuple(f"{index}.jpg" for index in range(photos)),
        images=generator.integers(0, 256, (*shape, 3)).astype(np.uint8),
        depth=depth,
        confidence=confidence,
        camera_from_world=cameras,
        intrinsics=intrinsics,
        valid_mask=np.ones(shape, bool),
        expert_depths=np.stack([depth] * 4, axis=1),
        gate_logits=generator.normal(size=(photos, 4, height, width)).astype(np.float32),
        gate_temperature=1.0,
        pixel_transforms=(PixelTransform(width, height, width, height, 1.0, 1.0),) * photos,
        metadata=PredictionMetadata(model="tiles", experts_trained=True),
        baseline=BaselinePrediction(
            blurred.astype(np.float32), confidence.copy(), cameras, intrinsics, support=support
        ),
        support=support,
    )


def by_the_scene(prediction: ScenePrediction, view: int, row: int, column: int) -> tuple[str, ...]:
    """As it was: the scene is filtered by one filter after the other."""
    found = []
    for point_filter in FILTERS:
        alone = {
            option.name: getattr(EVERYTHING, option.name)
            for option in point_filter.options
            if option.is_on(getattr(EVERYTHING, option.name))
        }
        if point_filter.name == "other_side":
            alone |= {"confidence_percentile": 20.0, "min_support": 1}
        options = cloud_options(PointFilters(**alone), layer=LAYER)
        if alone and not select_pixels(prediction, options).keep[view, row, column]:
            found.append(point_filter.name)
    return tuple(found)


def timed(ask: object, *arguments: object) -> float:
    """Seconds of a call."""
    began = time.perf_counter()
    assert callable(ask)
    ask(*arguments)
    return time.perf_counter() - began


def main() -> None:
    """Print seconds and their ratio as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=8)
    parser.add_argument("--height", type=int, default=392)
    parser.add_argument("--width", type=int, default=518)
    parser.add_argument("--pixels", type=int, default=10)
    options = parser.parse_args()
    prediction = with_sky(scene(options.photos, options.height, options.width))
    chosen: CloudOptions = cloud_options(EVERYTHING, layer=LAYER)
    generator = np.random.default_rng(1)
    alone, whole = [], []
    for _ in range(options.pixels):
        pixel = [int(generator.integers(size)) for size in prediction.depth.shape]
        alone.append(timed(hiding_filters, prediction, chosen, *pixel))
        whole.append(timed(by_the_scene, prediction, *pixel))
    one, all_of_it = statistics.median(alone), statistics.median(whole)
    found = {
        "options": len(OPTIONS),
        "pixel_ms": round(1e3 * one, 1),
        "scene_ms": round(1e3 * all_of_it, 1),
        "ratio": round(all_of_it / one, 1),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
