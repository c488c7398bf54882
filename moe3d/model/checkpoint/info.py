"""What is known of a checkpoint, and how that is kept in a safetensors file's metadata."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from moe3d.errors import CheckpointError, UsageError
from moe3d.io.files.outside_files import reading
from moe3d.model.config import ModelConfig

FORMAT_VERSION = 1
KEY = "moe3d"

_KINDS: Mapping[str, type] = {
    "name": str,
    "licence": str,
    "experts_trained": bool,
    "demonstration": bool,
    "training": dict,
}
FileFormat = Literal["safetensors", "pt", ""]


@dataclass(frozen=True)
class CheckpointInfo:
    """Where weights come from, what they may be used for, and what they are worth."""

    name: str
    config: ModelConfig
    licence: str = ""
    """Licence of the weights; empty when the file does not say."""
    experts_trained: bool = False
    """False: experts are noisy copies of VGGT's head and the gate map means nothing."""
    demonstration: bool = False
    """True for the built-in mini."""
    training: Mapping[str, Any] = field(default_factory=dict)
    """The training record: data, steps, measures; plain JSON values."""
    path: Path | None = None
    """First file; None before it is written."""
    format: FileFormat = ""
    sha256: str = ""
    """Of the file's bytes; of a sharded checkpoint's, one shard after the other."""
    size_bytes: int = 0


def metadata_from_info(info: CheckpointInfo, storage: str) -> dict[str, str]:
    """Metadata for a safetensors file, which allows text only.

    Args:
        info: its path, hash and size are left out.
        storage: how weights are kept: "plain" or "int8".
    """
    record = {
        "version": FORMAT_VERSION,
        "name": info.name,
        "licence": info.licence,
        "experts_trained": info.experts_trained,
        "demonstration": info.demonstration,
        "config": info.config.to_json(),
        "training": dict(info.training),
        "storage": storage,
    }
    return {"format": "pt", KEY: json.dumps(record)}


def info_from_metadata(metadata: Mapping[str, str], path: Path) -> CheckpointInfo | None:
    """Read what `metadata_from_info` wrote; None for a file of another origin.

    Raises:
        CheckpointError: the record is there and cannot be read.
    """
    if KEY not in metadata:
        return None
    with reading(path, CheckpointError, "has a damaged model record"):
        record = json.loads(metadata[KEY])
        if record["version"] > FORMAT_VERSION:
            raise CheckpointError(
                f"{path} was written by a newer version of this program (format "
                f"{record['version']}, this one reads {FORMAT_VERSION}); update the program"
            )
        try:
            config = ModelConfig.from_json(record["config"])
        except UsageError as error:
            raise ValueError(str(error)) from error
        values = {name: record[name] for name in _KINDS}
        for name, value in values.items():
            if not isinstance(value, _KINDS[name]):
                raise TypeError(f"its {name} is {type(value).__name__}")
        return CheckpointInfo(config=config, **values)
