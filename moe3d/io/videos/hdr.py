"""Pictures of high dynamic range video (HLG, PQ) as sRGB, the way an ordinary screen shows them."""

import functools

import numpy as np
from jaxtyping import Float32, UInt8, UInt16

PQ, HLG = 16, 18
"""Transfer functions by their numbers in ITU-T H.273."""
BT2020 = 9
"""Primaries, likewise."""
HLG_WHITE = 0.265
"""Scene light of a diffuse white in HLG, of 1 (signal 75 %; ITU-R BT.2408)."""
PQ_WHITE = 203.0
"""The same in PQ, candela a square metre."""

# ITU-R BT.2087: linear BT.2020 to linear BT.709, whose primaries are those of sRGB.
_SRGB_FROM_BT2020 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
    np.float32,
)
_STEPS = 4096


def srgb_from_hdr(
    pixels: UInt16[np.ndarray, "H W 3"], transfer: int, primaries: int
) -> UInt8[np.ndarray, "H W 3"]:
    """Diffuse white becomes white; what is brighter is cut.

    Args:
        pixels: R'G'B' as it is stored, full range.
        transfer: PQ or HLG.
        primaries: BT2020, or those of sRGB for any other number.
    """
    linear = _light(transfer)[pixels]
    if primaries == BT2020:
        linear = linear @ _SRGB_FROM_BT2020.T
    place = np.clip(linear, 0, 1) * (_STEPS - 1) + np.float32(0.5)
    return _srgb_levels()[place.astype(np.uint16)]


@functools.cache
def _light(transfer: int) -> Float32[np.ndarray, "65536"]:
    """Light of each stored value; a diffuse white is 1. Source: ITU-R BT.2100."""
    signal = np.arange(65536) / 65535
    if transfer == HLG:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
        return (scene / HLG_WHITE).astype(np.float32)
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    root = signal ** (1 / m2)
    shown = 10_000 * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)
    return (shown / PQ_WHITE).astype(np.float32)


@functools.cache
def _srgb_levels() -> UInt8[np.ndarray, "_"]:
    """IEC 61966-2-1 for evenly spaced light from 0 to 1."""
    light = np.arange(_STEPS) / (_STEPS - 1)
    signal = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(255 * signal).astype(np.uint8)
