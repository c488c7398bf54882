"""Names of maps and of their scales, and values as they are written."""

from moe3d.scene.layers import TITLES
from moe3d.scene.maps.color_tables import MANY_PHOTOS
from moe3d.scene.maps.values import MapScale

TICKS = 5
_NAMES = {
    "photo": "Photo",
    "fused": "Fused",
    "refined": "Refined",
    "support": "Support",
    "gating": "Gating overlay",
    "vggt": "VGGT",
    "vggt-refined": "VGGT refined",
    "difference": "Difference",
    "entropy": "Entropy",
    "margin": "Top-1 margin",
    "spread": "Expert spread",
    "confidence": "Confidence",
    "expert": "Every expert",
    "truth": "Truth",
    "sides": "MoE3D | VGGT",
    "error": "Errors",
    "flying": "Flying points",
}
_OF_A_LAYER = {"error": "Error", "flying": "Flying"}
_SCALES = {
    "difference": "difference",
    "error": "error",
    "entropy": "entropy",
    "margin": "margin",
    "spread": "spread",
    "confidence": "confidence",
    "support": "photos",
}
IN_PERCENT = ("difference", "error", "spread")
"""Kinds of maps whose values are shares of the depth."""


def map_name(key: str) -> str:
    """Name of a map, or of a kind of maps."""
    kind, _, layer = key.partition(":")
    if kind == "expert" and layer:
        return f"Expert {layer}"
    if layer:
        return f"{_OF_A_LAYER.get(kind, kind)} {TITLES.get(layer, layer)}"
    return _NAMES.get(key, key)


def scale_name(key: str) -> str:
    """What the numbers of a map are: "depth", "error", ..."""
    return _SCALES.get(key.partition(":")[0], "depth")


def scale_text(key: str, value: float) -> str:
    """A value of a map as it is written; shares of the depth in per cent."""
    if key.partition(":")[0] in IN_PERCENT:
        return f"{100 * value:.2g} %"
    if key in ("entropy", "margin"):
        return f"{round(value, 3):g}"
    if key == "support":
        return f"{value:.2g}" if value < MANY_PHOTOS else f"{MANY_PHOTOS}+"
    return f"{value:.3g}"


def scale_ticks(key: str, scale: MapScale) -> list[tuple[float, str]]:
    """Where numbers stand beside a colour bar, as shares from its top, and the numbers.

    Depth has its near end on top, every other map its high end; classes have theirs in the middle.
    """
    top, bottom = scale.ends if scale.near_is_warm else scale.ends[::-1]
    if key == "support":
        count = round(top - bottom) + 1
        shares = [(index + 0.5) / count for index in range(count)]
        return [(share, scale_text(key, top - index)) for index, share in enumerate(shares)]
    shares = [tick / (TICKS - 1) for tick in range(TICKS)]
    return [(share, scale_text(key, top + share * (bottom - top))) for share in shares]
