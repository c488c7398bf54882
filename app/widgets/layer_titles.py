"""Names of layers and tiles as the user reads them."""

from PySide6.QtCore import QCoreApplication

_FIXED = {
    "photo": "Photo",
    "fused": "Fused",
    "gating": "Gating overlay",
    "vggt": "VGGT",
}
_LAYERS = {"fused": "MoE3D (fused)", "vggt": "VGGT"}


def tile_title(key: str) -> str:
    """Title of a tile of the strip."""
    if key.startswith("expert:"):
        return _tr("Expert {}").format(key.removeprefix("expert:"))
    return _tr(_FIXED.get(key, key))


def layer_title(layer: str) -> str:
    """Name of a depth layer."""
    if layer.startswith("expert:"):
        return _tr("Expert {}").format(layer.removeprefix("expert:"))
    return _tr(_LAYERS.get(layer, layer))


def _tr(text: str) -> str:
    return QCoreApplication.translate("layer_titles", text)
