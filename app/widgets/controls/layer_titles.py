"""Names of layers and tiles as the user reads them."""

from PySide6.QtCore import QCoreApplication

from moe3d import map_name, scale_name, scale_text
from moe3d.scene.layers import TITLES

_LAYERS = {**TITLES, "fused": "MoE3D (fused)"}
_MEANINGS = {
    "fused": "MoE3D's own depth: the weighted sum of its experts",
    "refined": "MoE3D's depth after all photos were asked; its own where they say nothing",
    "vggt": "Plain VGGT's own depth",
    "vggt-refined": "VGGT's depth after all photos were asked, in the same way as MoE3D's",
    "support": "How many other photos confirm each pixel: 0, 1, 2, 3 or more",
}


def tile_title(key: str, plain_depth: str = "") -> str:
    """Title of a map, the same in the strip, enlarged and in its menu.

    Args:
        key: of the map.
        plain_depth: the layer that is simply called depth; empty where layers have names.
    """
    if plain_depth:
        plain = {plain_depth: _tr("Depth"), "support": _tr("Confirmed")}
        return plain.get(key, _tr(map_name(key)))
    return _tr(map_name(key))


def map_title(key: str, ends: tuple[float, float] | None, plain_depth: str = "") -> str:
    """Title of a map, with the ends of its colours where it holds no depth."""
    title = tile_title(key, plain_depth)
    if ends is None or (plain_depth and key == "support"):
        return title
    if key.partition(":")[0] in ("difference", "error"):
        return f"{title} ±{scale_text(key, ends[1])}"
    return f"{title} {ends[0]:.3g} to {scale_text(key, ends[1])}"


def scale_title(key: str) -> str:
    """What the numbers of the colour bar are."""
    return _tr(scale_name(key))


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
