"""Flying pixels of the layers of a prediction, photo by photo: against truth, or without one."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from jaxtyping import Float

from moe3d.errors import EvaluationError
from moe3d.evaluation.flying_points import SelfReferencedRate, count_against_itself
from moe3d.scene.flying import FlyingPixels
from moe3d.scene.flying_without_truth import count_without_truth
from moe3d.scene.layers import named_layer
from moe3d.scene.records import ScenePrediction

AT_ONCE = 2
"""Photos; numpy lets two go on beside the window."""


def flying_pixels(
    prediction: ScenePrediction,
    layers: Sequence[str],
    truth: Float[np.ndarray, "S H W"] | None = None,
) -> dict[str, FlyingPixels]:
    """Judge layers at the same edges.

    Args:
        prediction: is not changed.
        layers: "fused", "vggt", "expert:2"; each gets an answer.
        truth: z-depth on the network's grid, any scale, NaN unknown. None: the fused depth and
            VGGT's, where there is one, say together where edges and surfaces are.

    Raises:
        UsageError: a layer that is not there.
    """
    depths = {layer: named_layer(prediction, layer).depth for layer in layers}
    rates: dict[str, list[SelfReferencedRate]] = {layer: [] for layer in layers}

    def judge(view: int) -> Sequence[SelfReferencedRate]:
        maps = [depth[view] for depth in depths.values()]
        if truth is None:
            return _without_truth(prediction, view, maps)
        return [_against_truth(depth, truth[view], prediction.valid_mask[view]) for depth in maps]

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        for answers in pool.map(judge, range(prediction.num_views)):
            for found, answer in zip(rates.values(), answers, strict=True):
                found.append(answer)
    return {layer: _joined(layer, found, truth is not None) for layer, found in rates.items()}


def _without_truth(
    prediction: ScenePrediction, view: int, maps: Sequence[Float[np.ndarray, "H W"]]
) -> Sequence[SelfReferencedRate]:
    references = [prediction.depth[view]]
    if prediction.baseline is not None:
        references.append(prediction.baseline.depth[view])
    return count_without_truth(maps, prediction.valid_mask[view], references)


def _against_truth(
    depth: Float[np.ndarray, "H W"],
    truth: Float[np.ndarray, "H W"],
    mask: np.ndarray,
) -> SelfReferencedRate:
    try:
        return count_against_itself(depth, truth, mask)
    except EvaluationError:  # no truth in this photo: nothing is tested there
        nothing = np.zeros(depth.shape, bool)
        return SelfReferencedRate(nothing, nothing, nothing, nothing)


def _joined(layer: str, rates: Sequence[SelfReferencedRate], against_truth: bool) -> FlyingPixels:
    return FlyingPixels(
        layer=layer,
        mask=np.stack([rate.flying for rate in rates]),
        num_covered=sum(int(rate.covered.sum()) for rate in rates),
        num_unresolved=sum(int(rate.unresolved.sum()) for rate in rates),
        num_band=sum(int(rate.band.sum()) for rate in rates),
        against_truth=against_truth,
    )
