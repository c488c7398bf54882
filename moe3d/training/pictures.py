"""A sheet of validation scenes: photo, truth, VGGT's depth, fused depth and the winning expert."""

from pathlib import Path

import cv2
import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image

from moe3d.io.exports.sheet import color_depth
from moe3d.io.files.atomic import new_file
from moe3d.io.photos.own_pictures import png_mark
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.output import RunOptions
from moe3d.scene.palettes import expert_colors
from moe3d.training.batches import TrainingBatch
from moe3d.training.tensors import tensors_to
from moe3d.training.validation import depth_layers

TILE_HEIGHT = 140
MAX_ROWS = 6


@torch.no_grad()
def picture_sheet(
    network: MoE3DNetwork, batch: TrainingBatch, temperature: float
) -> UInt8[np.ndarray, "H W 3"]:
    """Picture the first view of some scenes; every depth of a row shares the truth's range.

    Args:
        network: on any device.
        batch: validation scenes.
        temperature: of the soft fusion.
    """
    device = next(network.parameters()).device
    options = RunOptions(gate_temperature=temperature)
    answer = network(batch.images[:MAX_ROWS].to(device), options=options)
    output = tensors_to(answer, torch.device("cpu"))
    truth = batch.depth[:MAX_ROWS].cpu()
    layers = depth_layers(output, truth)
    winner = output.gate_logits.argmax(2)[:, 0].numpy()
    colors = expert_colors(output.gate_logits.shape[2])
    rows = []
    for index in range(len(truth)):
        known = truth[index, 0].numpy()
        photo = (batch.images[index, 0].movedim(0, -1).cpu().numpy() * 255).astype(np.uint8)
        names = [name for name in ("vggt", "fused") if name in layers]
        depths = [known, *(layers[name][index, 0].numpy() for name in names)]
        tiles = [photo, *(_depth_tile(depth, known) for depth in depths), colors[winner[index]]]
        rows.append(np.concatenate([_enlarged(tile) for tile in tiles], axis=1))
    return np.concatenate(rows)


def _depth_tile(
    depth: Float[np.ndarray, "H W"], truth: Float[np.ndarray, "H W"]
) -> UInt8[np.ndarray, "H W 3"]:
    valid = np.isfinite(truth)
    if not valid.any():
        return np.zeros((*truth.shape, 3), np.uint8)
    scale = np.median(truth[valid]) / max(float(np.median(depth[valid])), 1e-9)
    low, high = np.percentile(truth[valid], [2, 98])
    return color_depth(depth * scale, valid, float(low), float(max(high, low * 1.001)))


def _enlarged(tile: UInt8[np.ndarray, "H W 3"]) -> UInt8[np.ndarray, "h w 3"]:
    width = round(tile.shape[1] * TILE_HEIGHT / tile.shape[0])
    return np.asarray(cv2.resize(tile, (width, TILE_HEIGHT), interpolation=cv2.INTER_NEAREST))


def save_sheet(sheet: UInt8[np.ndarray, "H W 3"], path: Path) -> None:
    """Write a sheet as PNG."""
    with new_file(path, overwrite=True) as part:
        Image.fromarray(sheet).save(part, format="PNG", pnginfo=png_mark())
