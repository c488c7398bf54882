"""How the learning rate and the gate's temperature change over a run, by the step alone."""

import math


def learning_rate_factor(step: int, total: int, warm_up: int, floor: float = 0.02) -> float:
    """Linear warm-up, then a cosine down to a floor.

    Args:
        step: 0 for the first.
        total: steps of the run.
        warm_up: steps until the full rate.
        floor: share of the rate that is left at the end.
    """
    if step < warm_up:
        return (step + 1) / warm_up
    progress = min(1.0, (step - warm_up) / max(1, total - warm_up))
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * progress))


def gate_temperature(
    step: int, total: int, start: float = 1.0, end: float = 0.1, share: float = 0.7
) -> float:
    """Exponential from start to end over a share of the run, then held.

    Args:
        step: 0 for the first.
        total: steps of the run.
        start: temperature at step 0.
        end: temperature that is held.
        share: part of the run that the change takes.
    """
    progress = min(1.0, step / max(1.0, share * total))
    return start * (end / start) ** progress
