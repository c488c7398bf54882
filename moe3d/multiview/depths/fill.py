"""Spread what is known of a smooth field over the pixels where nothing is, up to depth edges."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64
from scipy.sparse import coo_matrix, diags
from scipy.sparse.linalg import spsolve


@dataclass(frozen=True)
class FillSettings:
    """Weights of the smoothness prior."""

    stiffness: float = 5.0
    """Weight of a difference between neighbouring pixels, against one of a known value."""
    edge: float = 0.05
    """Log depth difference of the guide at which that weight is a half."""
    pull: float = 0.03
    """Weight of the value 0 at every pixel, for where nothing is known far and wide."""


def fill(
    field: Float[np.ndarray, "H W"],
    weight: Float[np.ndarray, "H W"],
    log_guide: Float[np.ndarray, "H W"],
    settings: FillSettings,
) -> Float64[np.ndarray, "H W"]:
    """Find the smoothest field through the known values.

    Args:
        field: values; ignored where the weight is 0.
        weight: how much each value counts, >= 0.
        log_guide: log depth; the field may jump where it does.
        settings: stiffness.

    Returns:
        The minimum of sum w (x - field)^2 + stiffness sum g (x - x')^2 + pull sum x^2 over pixels
        and over pairs of neighbours, g = 1 / (1 + (guide difference / edge)^2).

    Source: Levin, Lischinski & Weiss 2004, with depth in place of colour.
    """
    height, width = field.shape
    number = np.arange(height * width).reshape(height, width)
    rows, columns, values = [], [], []
    for first, second, step in (
        (number[:, :-1], number[:, 1:], np.diff(log_guide, axis=1)),
        (number[:-1], number[1:], np.diff(log_guide, axis=0)),
    ):
        tie = settings.stiffness / (1 + (step / settings.edge) ** 2)
        rows += [first.ravel(), second.ravel()]
        columns += [second.ravel(), first.ravel()]
        values += [tie.ravel(), tie.ravel()]
    size = (number.size, number.size)
    links = coo_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), size
    ).tocsr()
    flat = weight.ravel().astype(np.float64)
    own = np.asarray(links.sum(axis=1)).ravel() + flat + settings.pull
    known = np.where(flat > 0, flat * np.nan_to_num(field.ravel()), 0.0)
    system = (diags(own) - links).tocsc()
    solution = np.asarray(spsolve(system, known, permc_spec="MMD_AT_PLUS_A"))
    return solution.reshape(height, width)
