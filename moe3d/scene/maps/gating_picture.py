"""The gate's choice over the photo: colours, borders, and how decided it is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, UInt8, UInt16, UInt32

from moe3d.late_opencv import cv2
from moe3d.scene.gate import winners

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
    valid: Bool[np.ndarray, "H W"] | None = None,
) -> UInt8[np.ndarray, "H W 3"]:
    """The colour of the expert of largest weight over the photo, which is drawn in grey.

    Shows the winner; the result is the weighted sum.

    Args:
        image: what the network saw, RGB.
        weights: of the experts, sum 1.
        style: colours and opacity.
        valid: where there is a result at all; padding and transparent parts show the photo alone.
    """
    if style.opacity <= 0:
        return image.copy()
    winner = winners(weights)
    luma = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
    entries = np.asarray(winner * np.uint16(256) + luma, np.uint16)
    if style.contours:
        _mark_borders(entries, winner, len(weights))
    rgba = np.take(_table(style), entries).view(np.uint8).reshape(*luma.shape, 4)
    picture = cv2.cvtColor(rgba, cv2.COLOR_RGBA2RGB)
    if style.fades:
        picture = _faded(picture, luma, weights)
    if style.hidden:
        spared = np.isin(winner, list(style.hidden)).view(np.uint8)
        cv2.copyTo(image, spared, picture)
    if valid is not None:
        cv2.copyTo(image, (~valid).view(np.uint8), picture)
    return picture


def _table(style: OverlayStyle) -> UInt32[np.ndarray, " N"]:
    """Colours as four bytes: 256 grey levels of every expert, then both sides of a border."""
    tinted = [_tinted(color, style.opacity) for color in style.colors]
    borders = np.array([BORDER_DARK, BORDER_LIGHT], np.uint8)
    rgb = np.concatenate([*tinted, borders])
    rgba = np.concatenate([rgb, np.full((len(rgb), 1), 255, np.uint8)], axis=1)
    return np.ascontiguousarray(rgba).view(np.uint32)[:, 0]


def _tinted(color: tuple[int, int, int], opacity: float) -> UInt8[np.ndarray, "256 3"]:
    """What becomes of every grey level under a colour."""
    grey = np.arange(256, dtype=np.float32)[:, None]
    shaded = np.asarray(color, np.float32) * (0.45 + 0.55 * grey / 255)
    return (grey * (1 - opacity) + shaded * opacity).astype(np.uint8)


def _mark_borders(
    entries: UInt16[np.ndarray, "H W"], winner: UInt8[np.ndarray, "H W"], num_experts: int
) -> None:
    for dark, light in (
        (np.s_[:, :-1], np.s_[:, 1:]),
        (np.s_[:-1], np.s_[1:]),
    ):
        differs = winner[dark] != winner[light]
        np.putmask(entries[dark], differs, num_experts * 256)
        np.putmask(entries[light], differs, num_experts * 256 + 1)


def _faded(
    picture: UInt8[np.ndarray, "H W 3"],
    luma: UInt8[np.ndarray, "H W"],
    weights: Float32[np.ndarray, "E H W"],
) -> UInt8[np.ndarray, "H W 3"]:
    even = 1 / len(weights)
    share = np.clip((weights.max(axis=0) - even) / max(1 - even, 1e-6), 0, 1).astype(np.float32)
    grey = cv2.cvtColor(luma, cv2.COLOR_GRAY2RGB)
    return cv2.blendLinear(picture, grey, share, 1 - share)
