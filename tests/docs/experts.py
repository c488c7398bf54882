"""The figures and the picture of docs/experts.md, from the sample and the built-in model."""

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import maximum_filter, minimum_filter

import moe3d
from moe3d.scene.expert_use import BAND_PX, edge_distance

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "assets" / "samples" / "room"
SIDE_WINDOW_PX = 9
"""Window in which the near and the far depth of an edge are looked for."""
BEYOND_PX = 10
"""Farther than this from an edge is away from edges."""
WIDTH, COLORS = 1400, 128
CHAIR = (104, 159)
"""Row and column of the page's pixel of the chair, in the first photo."""


def reconstruct() -> moe3d.ScenePrediction:
    """The sample by the built-in model alone, as the page does it."""
    reconstructor = moe3d.load_reconstructor("mini", device="cpu")
    views = moe3d.read_views(SAMPLE / "images")
    return reconstructor.reconstruct(views, moe3d.ReconstructionOptions(refine="off"))


def figures(prediction: moe3d.ScenePrediction) -> Mapping[str, float]:
    """Every figure in the prose of the page, by name; shares from 0 to 1."""
    depth, weights = prediction.depth, prediction.gate_weights()
    winner = weights.argmax(axis=1)
    distance = np.stack(
        [edge_distance(depth[view], prediction.valid_mask[view]) for view in range(len(depth))]
    )
    band = distance <= BAND_PX
    use = moe3d.measure_expert_use(prediction)
    near_side = _place_between(depth) < 0.5
    found: dict[str, float] = {}
    for index in range(prediction.num_experts):
        found[f"share {index + 1}"] = use.share()[index]
        found[f"band {index + 1}"] = use.band_share()[index]
        found[f"near {index + 1}"] = near_side[band & (winner == index)].mean()
    entropy = moe3d.gate_entropy(weights)
    found |= {"entropy": entropy.mean(), "entropy band": entropy[band].mean()}
    found["entropy elsewhere"] = entropy[~band].mean()
    spread = moe3d.expert_spread(prediction.expert_depths, depth)
    found["spread band"] = np.median(spread[band])
    found["spread beyond"] = np.median(spread[distance > BEYOND_PX])
    flying = moe3d.flying_pixels(prediction, ["fused", "vggt"])
    found |= {"flying": flying["fused"].rate, "flying vggt": flying["vggt"].rate}
    without = moe3d.remix_depth(prediction, moe3d.Remix(muted=(2,)))
    found |= {"chair": depth[0][CHAIR], "chair without 3": without[0][CHAIR]}
    found["change without 3"] = np.median(np.abs(without / depth - 1))
    return {
        name: float(value) for name, value in (found | _against_truth(prediction, band)).items()
    }


def _against_truth(prediction: moe3d.ScenePrediction, band: np.ndarray) -> dict[str, float]:
    truth = moe3d.read_truth(SAMPLE, prediction).depth
    assert truth is not None
    assert prediction.baseline is not None
    known = np.isfinite(truth) & (truth > 0)
    edges = band & known
    errors = np.abs(prediction.expert_depths / truth[:, None] - 1)
    winner = prediction.gate_weights().argmax(axis=1)
    fused = np.abs(prediction.depth / truth - 1)
    return {
        "winner is best": (errors.argmin(axis=1) == winner)[edges].mean(),
        "oracle": np.median(errors.min(axis=1)[edges]),
        "error band": np.median(fused[edges]),
        "error": np.median(fused[known]),
        "error vggt": np.median(np.abs(prediction.baseline.depth / truth - 1)[known]),
    }


def _place_between(depth: np.ndarray) -> np.ndarray:
    """0 at the nearest depth of the window around a pixel, 1 at the farthest, by logarithm."""
    window = (1, SIDE_WINDOW_PX, SIDE_WINDOW_PX)
    low, high = (np.log(filter_(depth, window)) for filter_ in (minimum_filter, maximum_filter))
    return (np.log(depth) - low) / np.maximum(high - low, 1e-9)


def draw(prediction: moe3d.ScenePrediction, folder: Path) -> Path:
    """The page's picture: photo, fused depth, winners and entropy of the first photo."""
    folder.mkdir(exist_ok=True)
    source = moe3d.MapSource(prediction, view_index=0, fused=prediction.depth)
    ends = moe3d.depth_range([prediction.depth], [prediction.valid_mask])
    style = moe3d.MapStyle(ends, other_ranges=moe3d.map_ranges(prediction))
    content = moe3d.GridContent((source,), ("photo", "fused", "gating", "entropy"), style)
    drawn = moe3d.figure_bytes(content, moe3d.FigureOptions(width="page"))
    with Image.open(io.BytesIO(drawn)) as picture:
        size = (WIDTH, round(picture.height * WIDTH / picture.width))
        small = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    small.quantize(COLORS).save(folder / "room.png", optimize=True)
    return folder / "room.png"
