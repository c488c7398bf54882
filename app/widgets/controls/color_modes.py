"""Names of the 3D view's colour modes as the user reads them."""

from PySide6.QtCore import QCoreApplication

_TITLES = {
    "photo": "Photo",
    "depth": "Depth",
    "confidence": "Confidence",
    "normal": "Surface direction",
    "expert": "Winning expert",
    "entropy": "Gate undecided",
    "flying": "Flying points",
    "support": "Support by photos",
    "difference": "MoE3D minus VGGT",
    "view": "Which photo",
}
_MEANINGS = {
    "photo": "The photos' own colours",
    "depth": "Depth in the photo that saw the point: near is warm, far is blue",
    "confidence": "The network's confidence: violet is low, yellow is high",
    "normal": "Where the surface faces: red right, green up, blue to the first camera",
    "expert": "The expert of largest weight; the result is the weighted sum",
    "entropy": "How undecided the gate is: bright is undecided",
    "flying": "Points that hang between two surfaces are pink",
    "support": "Other photos that confirm the point: red none, yellow 1, green 2, blue 3 or more",
    "difference": "MoE3D minus VGGT: red where MoE3D is farther, blue where it is nearer",
    "view": "A colour for each photo",
}


def color_mode_title(mode: str) -> str:
    """Name of a mode."""
    return QCoreApplication.translate("color_modes", _TITLES[mode])


def color_mode_meaning(mode: str) -> str:
    """What its colours say, in a sentence."""
    return QCoreApplication.translate("color_modes", _MEANINGS[mode])
