"""One point in 20 bytes, and its extras in four more: what is where, and how to read it back.

Confidence levels and photos need 12 bits each; the 8 bits left over hold the edge level.
"""

import numpy as np
from jaxtyping import Bool, Int, Shaped, UInt8, UInt16

from moe3d.scene.multiview import MOST_CONFIRMING

VERTEX_DTYPE = np.dtype(
    [
        ("position", "<f4", 3),
        ("color", "u1", 3),
        ("expert", "u1"),
        ("confidence", "<u2"),
        ("photo", "<u2"),
    ]
)
"""`expert` has FLYING_BIT and SKY_BIT on top; `confidence` and `photo` carry half the edge level
each."""
CODES_DTYPE = np.dtype([(name, VERTEX_DTYPE[name]) for name in VERTEX_DTYPE.names or ()][1:])
"""A vertex without its position: the GPU holds both apart, so that positions can be replaced."""
EXTRA_DTYPE = np.dtype([("entropy", "u1"), ("difference", "u1"), ("kept", "<u2")])
"""`kept` holds the other network's level in 10 bits, its support in 3, and the own in 3."""

FLYING_BIT = 128
"""Added to the expert's index where a point flies."""
SKY_BIT = 64
"""Added to the expert's index where a point shows sky."""
CODE_BITS = 12
CODE_LIMIT = 1 << CODE_BITS
"""Confidence levels, and photos, that can be told apart."""
OTHER_LIMIT = 1 << 10
"""Levels of the other network; see `moe3d.scene.filters.kinds.other_side`."""
SUPPORT_CODES = 1 << 3
"""Codes of support: 0 is unknown, else one more than the number of photos."""
MAX_SUPPORT = MOST_CONFIRMING
"""So many confirming photos, or more, are not told apart."""


def packed_vertices(
    count: int,
    expert: UInt8[np.ndarray, " N"],
    level: UInt16[np.ndarray, " N"],
    photo: Int[np.ndarray, " N"],
    edge: UInt8[np.ndarray, " N"] | None = None,
    flying: Bool[np.ndarray, " N"] | None = None,
    sky: Bool[np.ndarray, " N"] | None = None,
) -> Shaped[np.ndarray, " N"]:
    """VERTEX_DTYPE with everything but position and colour filled in."""
    vertices = np.empty(count, VERTEX_DTYPE)
    vertices["expert"] = np.minimum(expert, SKY_BIT - 1)
    for bit, marked in ((FLYING_BIT, flying), (SKY_BIT, sky)):
        if marked is not None:
            vertices["expert"] |= np.where(marked, bit, 0).astype(np.uint8)
    vertices["confidence"] = level
    vertices["photo"] = np.minimum(photo, CODE_LIMIT - 1)
    if edge is not None:
        vertices["confidence"] |= (edge & np.uint8(15)).astype(np.uint16) << np.uint16(CODE_BITS)
        vertices["photo"] |= (edge >> np.uint8(4)).astype(np.uint16) << np.uint16(CODE_BITS)
    return vertices


def confidence_level(vertices: Shaped[np.ndarray, "*N"]) -> UInt16[np.ndarray, "*N"]:
    """Level of each point's confidence; see `ConfidenceLevels`."""
    return vertices["confidence"] & np.uint16(CODE_LIMIT - 1)


def photo_index(vertices: Shaped[np.ndarray, "*N"]) -> UInt16[np.ndarray, "*N"]:
    """Which photo saw each point."""
    return vertices["photo"] & np.uint16(CODE_LIMIT - 1)


def edge_level(vertices: Shaped[np.ndarray, "*N"]) -> UInt8[np.ndarray, "*N"]:
    """How much depth jumps at each point; see `edge_levels`."""
    low = vertices["confidence"] >> np.uint16(CODE_BITS)
    high = vertices["photo"] >> np.uint16(CODE_BITS)
    return (low | (high << np.uint16(4))).astype(np.uint8)


def expert_index(vertices: Shaped[np.ndarray, "*N"]) -> UInt8[np.ndarray, "*N"]:
    """Expert of largest gate weight, 0-based."""
    return vertices["expert"] & np.uint8(SKY_BIT - 1)


def is_flying(vertices: Shaped[np.ndarray, "*N"]) -> Bool[np.ndarray, "*N"]:
    """Which points hang between two surfaces."""
    return vertices["expert"] >= FLYING_BIT


def is_sky(vertices: Shaped[np.ndarray, "*N"]) -> Bool[np.ndarray, "*N"]:
    """Which points show sky."""
    return vertices["expert"] & np.uint8(SKY_BIT) > 0


def support_codes(support: UInt8[np.ndarray, " N"] | None) -> UInt16[np.ndarray, "*N"]:
    """A code of support for every point; 0 where it is not known."""
    if support is None:
        return np.zeros((), np.uint16)
    return np.minimum(support, MAX_SUPPORT).astype(np.uint16) + np.uint16(1)


def packed_kept(
    other: UInt16[np.ndarray, "*N"],
    other_support: UInt16[np.ndarray, "*N"],
    support: UInt16[np.ndarray, "*N"],
) -> UInt16[np.ndarray, "*N"]:
    """The other network's level, and both codes of support, in one word."""
    supports = other_support + support * np.uint16(SUPPORT_CODES)
    return other + supports * np.uint16(OTHER_LIMIT)


def other_level(extras: Shaped[np.ndarray, "*N"]) -> UInt16[np.ndarray, "*N"]:
    """Until when the other network keeps each point's pixel."""
    return extras["kept"] % np.uint16(OTHER_LIMIT)


def other_support_code(extras: Shaped[np.ndarray, "*N"]) -> UInt16[np.ndarray, "*N"]:
    """Code of the support that the other network's depth has at each point's pixel."""
    return extras["kept"] // np.uint16(OTHER_LIMIT) % np.uint16(SUPPORT_CODES)


def support_code(extras: Shaped[np.ndarray, "*N"]) -> UInt16[np.ndarray, "*N"]:
    """Code of each point's support."""
    return extras["kept"] // np.uint16(OTHER_LIMIT * SUPPORT_CODES)
