"""Frozen records of tensors, moved as a whole."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

import torch
from torch import Tensor


def tensors_to(record: Any, device: torch.device) -> Any:
    """The same record with every tensor, also in nested records and tuples, on a device."""
    values = {entry.name: _moved(getattr(record, entry.name), device) for entry in fields(record)}
    return replace(record, **values)


def _moved(value: Any, device: torch.device) -> Any:
    if isinstance(value, Tensor):
        return value.to(device, non_blocking=True)
    if isinstance(value, tuple):
        return tuple(_moved(entry, device) for entry in value)
    return tensors_to(value, device) if is_dataclass(value) else value
