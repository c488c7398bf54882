"""What the colour of a point says."""

import enum


class ColorMode(enum.IntEnum):
    """Colour modes of the 3D view; the numbers are those of the shader."""

    PHOTO = 0
    """The photo's own colours."""
    DEPTH = 1
    """Depth in the photo that saw the point."""
    CONFIDENCE = 2
    """The network's confidence."""
    EXPERT = 3
    """The expert of largest gate weight: a display choice, the result is the weighted sum."""
    PHOTO_INDEX = 4
    """Which photo saw the point."""
    ENTROPY = 5
    """How undecided the gate is."""
    FLYING = 6
    """Flying points lit, everything else grey."""
    DIFFERENCE = 7
    """Signed difference to the other network."""
    NORMAL = 8
    """Where the surface faces."""
    SUPPORT = 9
    """How many other photos confirm the point."""


COLORLESS_MODES = frozenset(ColorMode) - {ColorMode.PHOTO}
"""Modes that hide the photo's own shading; eye-dome lighting gives the shape back."""

MODES_WITH_EXTRAS = frozenset(
    {ColorMode.ENTROPY, ColorMode.FLYING, ColorMode.DIFFERENCE, ColorMode.SUPPORT}
)
"""Modes that need per-point values beyond those of a PointCloud."""
