"""Names of layers and tiles as the user reads them."""

from PySide6.QtCore import QCoreApplication

from app.rendering.map_palettes import MANY_PHOTOS
from moe3d.scene.layers import TITLES

_FIXED = {
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
_SCALES = {
    "difference": "difference",
    "error": "error",
    "entropy": "entropy",
    "margin": "margin",
    "spread": "spread",
    "confidence": "confidence",
    "support": "photos",
}
_KINDS = {"error": "Error", "flying": "Flying"}
_LAYERS = {**TITLES, "fused": "MoE3D (fused)"}
_MEANINGS = {
    "fused": "MoE3D's own depth: the weighted sum of its experts",
    "refined": "MoE3D's depth after all photos were asked; its own where they say nothing",
    "vggt": "Plain VGGT's own depth",
    "vggt-refined": "VGGT's depth after all photos were asked, in the same way as MoE3D's",
    "support": "How many other photos confirm each pixel: 0, 1, 2, 3 or more",
}


def tile_title(key: str) -> str:
    """Title of a tile of the strip."""
    if key.startswith("expert:"):
        return _tr("Expert {}").format(key.removeprefix("expert:"))
    kind, _, layer = key.partition(":")
    if layer:
        return f"{_tr(_KINDS.get(kind, kind))} {_tr(TITLES.get(layer, layer))}"
    return _tr(_FIXED.get(key, key))


def map_title(key: str, ends: tuple[float, float] | None) -> str:
    """Title of a map, with the ends of its colours where it holds no depth."""
    title = tile_title(key)
    if ends is None:
        return title
    if key.partition(":")[0] in ("difference", "error"):
        return f"{title} ±{scale_text(key, ends[1])}"
    return f"{title} {ends[0]:.3g} to {scale_text(key, ends[1])}"


def scale_title(key: str) -> str:
    """What the numbers of the colour bar are."""
    return _tr(_SCALES.get(key.partition(":")[0], "depth"))


def scale_text(key: str, value: float) -> str:
    """A value of a map as it is written; shares of the depth in per cent."""
    if key.partition(":")[0] in ("difference", "error", "spread"):
        return f"{100 * value:.2g} %"
    if key in ("entropy", "margin"):
        return f"{round(value, 3):g}"
    if key == "support":
        return f"{value:.2g}" if value < MANY_PHOTOS else f"{MANY_PHOTOS}+"
    return f"{value:.3g}"


def layer_title(layer: str) -> str:
    """Name of a depth layer."""
    if layer.startswith("expert:"):
        return _tr("Expert {}").format(layer.removeprefix("expert:"))
    return _tr(_LAYERS.get(layer, layer))


def layer_meaning(key: str) -> str:
    """What a layer or map is, in a sentence; empty where the title says it."""
    if key.startswith("expert:"):
        number = key.removeprefix("expert:")
        return _tr("The depth map of expert {} of the network, by itself").format(number)
    return _tr(_MEANINGS.get(key, ""))


def _tr(text: str) -> str:
    return QCoreApplication.translate("layer_titles", text)
