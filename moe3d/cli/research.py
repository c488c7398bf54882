"""The one door to the research room: what it offers by name, loaded only when asked for."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

COMMANDS: Mapping[str, str] = {
    "train-mini": "moe3d.research.train_mini:TrainMiniCommand",
    "ablate": "moe3d.research.commands:AblateCommand",
    "results": "moe3d.research.commands:ResultsCommand",
}
PATCH_EMBED_START = "moe3d.research.dino_start:load_dino_start"
"""What `moe3d train --patch-embed FILE` fills a new network's patch embedding with."""


def load_by_name(name: str) -> Any:
    """Import what is called "module:attribute"."""
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
