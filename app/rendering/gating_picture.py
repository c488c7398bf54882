"""The gate's choice over the photo: colours, borders, and how decided it is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

BORDER_DARK, BORDER_LIGHT = (16, 16, 18), (250, 250, 250)
"""A border has a dark and a light side, so that it is seen on every photo."""


@dataclass(frozen=True)
class OverlayStyle:
    """How the winners are drawn."""

    colors: Sequence[tuple[int, int, int]]
    """One an expert."""
    opacity: float
    """0 the photo alone, 1 the colours alone."""
    hidden: Collection[int] = ()
    """Experts whose pixels show the photo alone."""
    contours: bool = False
    """Draw the borders between winners."""
    fades: bool = False
    """Let opacity fall with the largest weight, to 0 where all weights are equal."""


def gating_overlay(
    image: UInt8[np.ndarray, "H W 3"],
    weights: Float32[np.ndarray, "E H W"],
    style: OverlayStyle,
) -> UInt8[np.ndarray, "H W 3"]:
    """The colour of the expert of largest weight over the photo, which is drawn in grey.

    Shows the winner; the result is the weighted sum.

    Args:
        image: what the network saw, RGB.
        weights: of the experts, sum 1.
        style: colours and opacity.
    """
    winner = weights.argmax(axis=0).astype(np.uint8)
    luma = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
    picture = image.copy()
    for index, color in enumerate(style.colors):
        if index not in style.hidden and style.opacity > 0:
            mask = (winner == index).view(np.uint8)
            cv2.copyTo(cv2.applyColorMap(luma, _tinted(color, style.opacity)), mask, picture)
    if style.fades:
        picture = _faded(picture, luma, weights, winner, style.hidden)
    if style.contours and style.opacity > 0:
        _draw_borders(picture, winner)
    return picture


def _tinted(color: tuple[int, int, int], opacity: float) -> UInt8[np.ndarray, "256 1 3"]:
    """What becomes of every grey level under a colour."""
    grey = np.arange(256, dtype=np.float32)[:, None, None]
    shaded = np.asarray(color, np.float32) * (0.45 + 0.55 * grey / 255)
    return (grey * (1 - opacity) + shaded * opacity).astype(np.uint8)


def _faded(
    picture: UInt8[np.ndarray, "H W 3"],
    luma: UInt8[np.ndarray, "H W"],
    weights: Float32[np.ndarray, "E H W"],
    winner: UInt8[np.ndarray, "H W"],
    hidden: Collection[int],
) -> UInt8[np.ndarray, "H W 3"]:
    even = 1 / len(weights)
    share = np.clip((weights.max(axis=0) - even) / max(1 - even, 1e-6), 0, 1).astype(np.float32)
    if hidden:
        share[np.isin(winner, list(hidden))] = 1  # these show the photo already
    grey = cv2.cvtColor(luma, cv2.COLOR_GRAY2RGB)
    return cv2.blendLinear(picture, grey, share, 1 - share)


def _draw_borders(picture: UInt8[np.ndarray, "H W 3"], winner: UInt8[np.ndarray, "H W"]) -> None:
    for dark, light in (
        (np.s_[:, :-1], np.s_[:, 1:]),
        (np.s_[:-1], np.s_[1:]),
    ):
        differs = winner[dark] != winner[light]
        picture[dark][differs] = BORDER_DARK
        picture[light][differs] = BORDER_LIGHT
