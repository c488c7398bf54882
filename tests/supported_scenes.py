"""The analytic step with made-up support, whose counts are known by column."""

from dataclasses import replace

import numpy as np

from moe3d.scene.records import ScenePrediction
from tests.scenes import step_prediction

COLUMNS = (11, 10, 11, 10)
"""Of the 42 columns, those that 0, 1, 2 and 3 other photos confirm; VGGT's from the right."""


def supported_prediction(
    num_views: int = 2, height: int = 28, width: int = 42, *, refined: bool = True
) -> ScenePrediction:
    """The step, whose quarters of columns 0, 1, 2 and 3 other photos confirm, from the left.

    VGGT's side is confirmed the other way round. Refined depth, where asked for, is 1 % farther
    than the network's.
    """
    scene = step_prediction(num_views, height, width)
    base = scene.baseline
    assert base is not None
    quarter = np.arange(width) * 4 // width
    support = np.broadcast_to(quarter, scene.depth.shape).astype(np.uint8)
    farther = np.float32(1.01)
    return replace(
        scene,
        support=support,
        refined_depth=scene.depth * farther if refined else None,
        baseline=replace(
            base,
            support=support[..., ::-1].copy(),
            refined_depth=base.depth * farther if refined else None,
        ),
    )
