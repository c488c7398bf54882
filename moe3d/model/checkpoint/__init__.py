"""Checkpoints: reading, writing, and saying what a file is."""

from moe3d.model.checkpoint.info import CheckpointInfo
from moe3d.model.checkpoint.meta import build_on_meta
from moe3d.model.checkpoint.reading import (
    LoadedNetwork,
    ReadOptions,
    num_weights,
    read_checkpoint,
    read_info,
)
from moe3d.model.checkpoint.writing import COMPACT, StorageOptions, write_checkpoint

__all__ = [
    "COMPACT",
    "CheckpointInfo",
    "LoadedNetwork",
    "ReadOptions",
    "StorageOptions",
    "build_on_meta",
    "num_weights",
    "read_checkpoint",
    "read_info",
    "write_checkpoint",
]
