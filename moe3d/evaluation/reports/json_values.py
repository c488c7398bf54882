"""Records as plain values for JSON: NaN and infinity become null, arrays become lists."""

import math
from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np


def json_value(value: Any) -> Any:
    """A record, array or number as what `json.dumps(allow_nan=False)` takes."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, dict):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return json_value(value.tolist())
    if isinstance(value, list | tuple):
        return [json_value(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
