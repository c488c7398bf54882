"""How well the sky of generated scenes is found, and that no indoor scene has any.

    python benchmarks/sky.py                       # 60 scenes from seed 1,000,000
    python benchmarks/sky.py --first 1000500 --scenes 100

The truth is the generator's: sky, and what lies beyond 45 m outdoors. Scenes with more than a
hundredth of it count as open, scenes without any as indoor.
"""

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from moe3d.inference.reconstructor import ReconstructionOptions, load_reconstructor
from moe3d.scene.records import ScenePrediction, View, ViewSet
from moe3d.scene.sky import sky_pixels
from moe3d.training.data.generator import SceneGenerator

HEIGHT, WIDTH = 168, 224


def predictions(first: int, scenes: int, photos: int, model: str):
    """Seed, prediction and true sky of each scene."""
    generator, reconstructor = SceneGenerator(), load_reconstructor(model)
    options = ReconstructionOptions(compare=False, refine="off")
    for seed in range(first, first + scenes):
        made = generator.generate([seed], photos, HEIGHT, WIDTH)
        pixels = made.images[0].numpy()
        views = (View(str(n), WIDTH, HEIGHT, pixels=image) for n, image in enumerate(pixels))
        prediction = reconstructor.reconstruct(ViewSet(tuple(views)), options)
        yield seed, prediction, np.isnan(made.depth[0].numpy())


def score(prediction: ScenePrediction, truth: np.ndarray) -> dict[str, float]:
    """Shares, and the time a photo takes."""
    began = time.perf_counter()
    found = sky_pixels(prediction)
    elapsed_s = time.perf_counter() - began
    both = np.count_nonzero(found & truth)
    return {
        "true_share": truth.mean(),
        "iou": both / max(np.count_nonzero(found | truth), 1),
        "recall": both / max(np.count_nonzero(truth), 1),
        "false_positives": np.count_nonzero(found & ~truth) / max(np.count_nonzero(~truth), 1),
        "ms_a_photo": 1e3 * elapsed_s / len(truth),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=1_000_000)
    parser.add_argument("--scenes", type=int, default=60)
    parser.add_argument("--photos", type=int, default=2)
    parser.add_argument("--model", default="mini")
    chosen = parser.parse_args()
    rows = []
    for seed, prediction, truth in predictions(
        chosen.first, chosen.scenes, chosen.photos, chosen.model
    ):
        rows.append(score(prediction, truth))
        print(seed, {name: round(float(value), 4) for name, value in rows[-1].items()})
    table = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    is_open, is_indoor = table["true_share"] > 0.01, table["true_share"] == 0
    summary = {
        "open scenes": int(is_open.sum()),
        "IoU mean": table["iou"][is_open].mean(),
        "IoU median": np.median(table["iou"][is_open]),
        "IoU least": table["iou"][is_open].min(),
        "recall mean": table["recall"][is_open].mean(),
        "false positives outdoors": table["false_positives"][is_open].mean(),
        "indoor scenes": int(is_indoor.sum()),
        "indoor scenes with any sky": int((table["false_positives"][is_indoor] > 0).sum()),
        "false positives indoors": table["false_positives"][is_indoor].mean(),
        "ms a photo": np.median(table["ms_a_photo"]),
    }
    print(json.dumps({name: round(float(value), 5) for name, value in summary.items()}, indent=2))


if __name__ == "__main__":
    main()
